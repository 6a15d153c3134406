/// What texts are made of. Pure; any thread.

internal import Server

extension TextRule {
    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    /// Whether a text has what could end a line, or hide.
    static func hasControls(_ text: String) -> Bool {
        text.utf8.contains { $0 < 0x20 || $0 == 0x7F }
    }

    /// A path as a request's is after decoding.
    static func isPath(_ text: String) -> Bool {
        text.hasPrefix("/") && text.utf8.count <= 1024 && !hasControls(text)
    }

    /// A token (RFC 9110 §5.6.2).
    static func isToken(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.count <= 127
            && text.utf8.allSatisfy { isLetterOrDigit($0) || "!#$%&'*+-.^_`|~".utf8.contains($0) }
    }

    /// Two tokens and a slash (RFC 9110 §8.3.1).
    static func isMediaType(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { isToken($0) } && !parts[0].contains("*")
            && (parts[1] == "*" || !parts[1].contains("*"))
    }

    /// A name of DNS, an IPv4 address, or an IPv6 address in brackets.
    static func isHost(_ text: Substring) -> Bool {
        if text.hasPrefix("[") { return ListenAddress("\(text):0") != nil }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.utf8.allSatisfy { isLetterOrDigit($0) || "-_".utf8.contains($0) }
            }
    }

    /// Scheme, host and port, and nothing after them (RFC 6454 §6.2).
    static func isOrigin(_ text: String) -> Bool {
        guard let scheme = ["https://", "http://"].first(where: text.hasPrefix) else { return false }
        var host = text.dropFirst(scheme.utf8.count)
        if let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") {
            guard UInt16(host[host.index(after: colon)...]).map({ $0 > 0 }) ?? false else { return false }
            host = host[..<colon]
        }
        return isHost(host)
    }
}
