/// One participant of a request's way, as proxies name it. Pure; any thread.

/// An address with the port that was named with it.
package struct ForwardedNode: BitwiseCopyable, Hashable, Sendable {
    package let address: NetworkAddress
    /// 0 where none is named.
    package let port: UInt16

    /// The longest text that is read: an IPv6 address in brackets and a port.
    private static var textSizeMax: Int { 64 }

    /// Reads `192.0.2.7`, `192.0.2.7:4711`, `2001:db8::7`, `[2001:db8::7]` or `[2001:db8::7]:4711`.
    ///
    /// An obfuscated port (RFC 7239 §6.3) is none. `unknown`, obfuscated names and the unspecified address are no address.
    package init?(_ text: Span<UInt8>) {
        guard let split = Self.split(text), let address = NetworkAddress(text.extracting(split.host)),
            !address.isUnspecified,
            let port = Self.port(text.extracting(split.end...))
        else { return nil }
        // Brackets are for IPv6 alone; an IPv4 address that is written as one of IPv6 is one too.
        if split.host.lowerBound > 0, !text.extracting(split.host).hasColon { return nil }
        self.address = address
        self.port = port
    }

    /// Reads the content of a quoted string, in which a backslash stands before a character (RFC 9110 §5.6.4).
    init?(quoted text: Span<UInt8>) {
        guard ByteScan.firstIndex(of: Ascii.backslash, in: text, from: 0, to: text.count) < text.count else {
            self.init(text)
            return
        }
        var plain = InlineArray<64, UInt8>(repeating: 0)
        var count = 0
        var index = 0
        while index < text.count {
            if text[index] == Ascii.backslash { index &+= 1 }
            guard index < text.count, count < Self.textSizeMax else { return nil }
            plain[count] = text[index]
            count &+= 1
            index &+= 1
        }
        self.init(plain.span.extracting(first: count))
    }

    /// The range of the address, and the beginning of what follows it.
    private static func split(_ text: Span<UInt8>) -> (host: Range<Int>, end: Int)? {
        guard !text.isEmpty, text.count <= textSizeMax else { return nil }
        if text[0] == Ascii.openingSquare {
            let end = ByteScan.firstIndex(of: Ascii.closingSquare, in: text, from: 1, to: text.count)
            return end < text.count ? (1..<end, end &+ 1) : nil
        }
        let colon = ByteScan.firstIndex(of: Ascii.colon, in: text, from: 0, to: text.count)
        guard colon < text.count else { return (0..<text.count, text.count) }
        // Without brackets, what has several colons is an IPv6 address and nothing else.
        let second = ByteScan.firstIndex(of: Ascii.colon, in: text, from: colon &+ 1, to: text.count)
        return second < text.count ? (0..<text.count, text.count) : (0..<colon, colon)
    }

    /// Reads the rest behind an address: nothing, or a colon and a port.
    private static func port(_ text: Span<UInt8>) -> UInt16? {
        guard !text.isEmpty else { return 0 }
        guard text[0] == Ascii.colon, text.count > 1 else { return nil }
        if text[1] == Ascii.underscore {
            for index in 2..<text.count where !text[index].isToken { return nil }
            return text.count > 2 ? 0 : nil
        }
        return text.decimal(1, text.count).flatMap { UInt16(exactly: $0) }
    }
}

extension Span<UInt8> {
    fileprivate var hasColon: Bool { ByteScan.firstIndex(of: Ascii.colon, in: self, from: 0, to: count) < count }
}
