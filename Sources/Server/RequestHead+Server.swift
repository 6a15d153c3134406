/// What the server asks of a head beyond what the protocol module says. Pure; any thread.

internal import HTTP

extension RequestHead {
    /// Content follows the head.
    var hasBody: Bool {
        switch framing {
        case .none: false
        case .length(let length): length > 0
        case .chunked: true
        }
    }
}

extension Method {
    /// Its definition gives content a meaning (RFC 9110 §9.3.3, §9.3.4; RFC 5789).
    var anticipatesContent: Bool { self == .post || self == .put || self == .patch }
}
