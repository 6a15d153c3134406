/// Texts that nobody would write: right ones with parts put in, taken out and exchanged. Test threads.

import Testing

@testable import Configuration

@Suite struct MutationTests {
    /// Numbers that repeat (SplitMix64).
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let parts = [
        "[", "]", "[[", "]]", "{", "}", "\"", "'", "\"\"\"", "'''", "\\", "\\u0000", "\\U0010FFFF", "\\uD800", "#", "=",
        ".", ",", "\n", "\r\n", "\0", "1e400", "-9223372036854775808", "9223372036854775808", "nan", "inf", "0x1",
        "true",
        "1979-05-27 07:32:00Z", "host", "host.files", "fields", "\u{FEFF}", "ü", " ", "*", "//", "[host]", "[[host]]\n",
        "\u{B}", "\u{C}", "\r", "\u{85}", "\u{A0}", "\u{2028}", "\u{7F}", "_", "+", "-", "1e", "0b", "0o9", "1__0",
        "1.",
        "23:59:60", "1979-02-30", "T", "i", "n", "\\x", "\\u12",
    ]

    /// Whatever a text is, it is refused with its line, or what it says is printed so that it says the same again.
    @Test(arguments: 0..<8) func aTextIsRefusedOrSaysWhatIsPrinted(seed: Int) throws {
        var numbers = Numbers(state: UInt64(seed))
        for _ in 0..<250 {
            var text = Array((ConfigurationGuide.examples.randomElement(using: &numbers) ?? "").unicodeScalars)
            for _ in 0..<Int.random(in: 1...3, using: &numbers) {
                let start = Int.random(in: 0...text.count, using: &numbers)
                let count = Int.random(in: 0...min(8, text.count - start), using: &numbers)
                let part = Array((Self.parts.randomElement(using: &numbers) ?? "").unicodeScalars)
                text.replaceSubrange(start..<(start + count), with: part)
            }
            let mutated = text.reduce(into: "") { $0.unicodeScalars.append($1) }
            do throws(ConfigurationError) {
                let configuration = try applied(mutated)
                let again = try applied(written(configuration))
                #expect(written(again) == written(configuration), "\(mutated)")
            } catch {
                #expect(error.line != nil, "\(mutated): \(error)")
            }
        }
    }
}
