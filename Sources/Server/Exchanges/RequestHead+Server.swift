/// Questions of the server about a head, beyond what the protocol module says. Pure; any thread.

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

    /// True when a field of the head names the client of a proxy, or the proxy itself, whatever it says.
    func namesVisitor(in bytes: Span<UInt8>) -> Bool {
        if has(.xForwardedFor) || has(.forwarded) || has(.xForwardedProto) || has(.xForwardedHost) { return true }
        var lines = FieldIterator(self)
        while let line = lines.next(in: bytes) {
            let name = bytes.extracting(line.name)
            if Self.visitorFields.contains(where: { $0.isNamed(name) }) { return true }
        }
        return false
    }

    private static let visitorFields = ["X-Real-IP", "Via"].map { ResponseField($0, "") }
}

extension Method {
    /// Its definition gives content a meaning (RFC 9110 §9.3.3, §9.3.4; RFC 5789).
    var anticipatesContent: Bool { self == .post || self == .put || self == .patch }
}
