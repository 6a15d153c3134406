/// A parameter's value that names its own charset: `UTF-8''caf%C3%A9` (RFC 8187 §3.2). A value; any thread.

/// The parts of an extended value, as places in its text.
package struct ExtendedValue: Hashable, Sendable {
    package let charset: Range<Int>
    private let encoded: Range<Int>

    /// Takes a text apart; nil when it has no charset, lacks an apostrophe, or has a percent sign without its digits.
    package init?(_ text: Span<UInt8>) {
        let first = ByteScan.firstIndex(of: Self.apostrophe, in: text, from: 0, to: text.count)
        guard first > 0, first < text.count else { return nil }
        let second = ByteScan.firstIndex(of: Self.apostrophe, in: text, from: first + 1, to: text.count)
        guard second < text.count else { return nil }
        charset = 0..<first
        encoded = second + 1..<text.count
        for index in encoded where text[index] == Ascii.percent {
            guard index + 2 < text.count, text[index + 1].hexValue != nil, text[index + 2].hexValue != nil else {
                return nil
            }
        }
    }

    /// The bytes of the value in its charset: never more than the text has.
    package func bytes(of text: Span<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encoded.count)
        var index = encoded.lowerBound
        while index < encoded.upperBound {
            if text[index] == Ascii.percent, let high = text[index + 1].hexValue, let low = text[index + 2].hexValue {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(text[index])
                index += 1
            }
        }
        return bytes
    }

    private static var apostrophe: UInt8 { 0x27 }
}
