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
