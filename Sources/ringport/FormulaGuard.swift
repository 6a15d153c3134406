/// Values that a spreadsheet would calculate. Pure; any thread.

internal import HTTP

/// The judgement on strangers' text that a table is going to hold (https://owasp.org/www-community/attacks/CSV_Injection,
/// CWE-1236, OWASP ASVS 1.2.10).
enum FormulaGuard {
    /// The text with an apostrophe in front where it needs one.
    ///
    /// Apostrophes that the text itself has in front of a formula get one more. So a program that takes one away from every
    /// cell in which apostrophes are followed by a formula has each value as it was sent.
    static func guarded(_ text: [UInt8]) -> [UInt8] {
        let apostrophe = UInt8(ascii: "'")
        return isFormula(text.drop { $0 == apostrophe }) ? [apostrophe] + text : text
    }

    /// True when a spreadsheet could take the text for a formula, and call a program or an address for it.
    ///
    /// A formula begins with `=`, `+`, `-` or `@`, in some programs and languages with `|`, `%` or the full-width and
    /// small forms of all these. Importers drop blanks, invisible characters and controls in front of it. Numbers and
    /// telephone numbers, which may begin with a sign, are none.
    private static func isFormula(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = text.first else { return false }
        switch first {
        case 0..<0x20, 0x7f: return true
        case UInt8(ascii: " "), UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"),
            UInt8(ascii: "|"), UInt8(ascii: "%"), 0x80...:
            break
        default: return false
        }
        let scalars = String(decoding: text, as: UTF8.self).unicodeScalars.drop { isIgnored($0.value) }
        guard let character = scalars.first else { return false }
        switch ascii(character.value) {
        case UInt8(ascii: "="), UInt8(ascii: "@"), UInt8(ascii: "|"), UInt8(ascii: "%"): return true
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            return !scalars.dropFirst().allSatisfy { isOfNumber(ascii($0.value)) } && !isNumber(text)
        default: return false
        }
    }

    /// Blanks, controls, and characters that show nothing.
    private static func isIgnored(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0...0x20, 0x7f...0xa0, 0xad, 0x1680, 0x180e, 0x2000...0x200f, 0x2028...0x202f, 0x205f...0x206f, 0x3000,
            0xfeff:
            true
        default: false
        }
    }

    /// The ASCII character that a full-width or small form stands for; 0 for others.
    private static func ascii(_ scalar: UInt32) -> UInt8 {
        switch scalar {
        case 0x20..<0x7f: UInt8(truncatingIfNeeded: scalar)
        case 0xff01...0xff5e: UInt8(truncatingIfNeeded: scalar - 0xfee0)
        case 0xfe62: UInt8(ascii: "+")
        case 0xfe63: UInt8(ascii: "-")
        case 0xfe66: UInt8(ascii: "=")
        case 0xfe6a: UInt8(ascii: "%")
        case 0xfe6b: UInt8(ascii: "@")
        case 0x3000: UInt8(ascii: " ")
        default: 0
        }
    }

    /// The characters of numbers and of telephone numbers behind a sign.
    private static func isOfNumber(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: " "),
            UInt8(ascii: "("), UInt8(ascii: ")"):
            true
        default: false
        }
    }

    /// True for a number with an exponent as well.
    private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
        var reader = JSONReader(depthMax: 0, allowsLoneSurrogates: false)
        guard case .number = reader.next(in: text.span) else { return false }
        return reader.next(in: text.span) == .end
    }
}
