/// What the table looks for in an input, apart from any parser under test. Pure; any thread.

import Glibc

extension DisagreementTable {
    static func hasBareLineFeed(_ bytes: [UInt8]) -> Bool {
        bytes.indices.contains { bytes[$0] == 0x0a && ($0 == 0 || bytes[$0 - 1] != 0x0d) }
    }

    static func hasBareCarriageReturn(_ bytes: [UInt8]) -> Bool {
        bytes.indices.dropLast().contains { bytes[$0] == 0x0d && bytes[$0 + 1] != 0x0a }
    }

    static func contains(_ bytes: [UInt8], _ text: String) -> Bool {
        let text = Array(text.utf8)
        guard bytes.count >= text.count else { return false }
        return (0...bytes.count - text.count).contains { bytes[$0..<$0 + text.count].elementsEqual(text) }
    }

    /// Whether a list has a member of nothing.
    static func hasEmptyMember(_ value: [UInt8]) -> Bool {
        value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).contains { $0.allSatisfy(isBlank) }
    }

    /// Whether a line of the head, or the first bad one of the trailer section, is such.
    static func anyFieldLine(_ it: Disagreement, _ test: (Outline.Line) -> Bool) -> Bool {
        if it.outline.fieldLines.contains(where: test) { return true }
        guard case .trailer(let line) = ChunkFault(it.outline.rest) else { return false }
        return test(line)
    }

    /// What stands between "http://" or "https://" and the path or query; nil when the target begins with neither.
    static func absoluteAuthority(_ target: [UInt8]) -> [UInt8]? {
        for scheme in ["http://", "https://"] where lowercased(target).starts(with: scheme.utf8) {
            return Array(
                target.dropFirst(scheme.utf8.count).prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
            )
        }
        return nil
    }

    /// `uri-host [ ":" port ]` (RFC 3986 §3.2), a port being a number below 65,536.
    static func isAuthority(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        let name = /(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+/
        let address = /\[([0-9A-Fa-f:.]+)\]/
        let literal = text.prefixMatch(of: address)
        if text.hasPrefix("["), !(literal.map { isIPv6(String($0.output.1)) } ?? false) { return false }
        guard let rest = literal?.range ?? text.prefixMatch(of: name)?.range else { return false }
        let port = text[rest.upperBound...]
        return port.isEmpty || port == ":"
            || port.wholeMatch(of: /:0*[0-9]{1,5}/) != nil && UInt16(port.dropFirst()) != nil
    }

    /// The system's opinion of an address (inet_pton(3)).
    private static func isIPv6(_ text: String) -> Bool {
        var address = in6_addr()
        return unsafe inet_pton(AF_INET6, text, &address) == 1
    }

    /// Whether http-parser knows a method: its whole list.
    static func isKnown(_ method: [UInt8]) -> Bool {
        knownMethods.contains(String(decoding: method, as: UTF8.self))
    }

    private static let knownMethods: Set<String> = [
        "DELETE", "GET", "HEAD", "POST", "PUT", "CONNECT", "OPTIONS", "TRACE", "COPY", "LOCK", "MKCOL", "MOVE",
        "PROPFIND",
        "PROPPATCH", "SEARCH", "UNLOCK", "BIND", "REBIND", "UNBIND", "ACL", "REPORT", "MKACTIVITY", "CHECKOUT", "MERGE",
        "M-SEARCH", "NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE", "PATCH", "PURGE", "MKCALENDAR", "LINK", "UNLINK", "SOURCE",
    ]
}
