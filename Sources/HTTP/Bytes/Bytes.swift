/// The classes of bytes of RFC 9110 §5.6 and RFC 3986 §2, each as two words of sixty-four bits. Any thread.

/// Names for the bytes that have a meaning in HTTP.
enum Ascii {
    static var tab: UInt8 { 0x09 }
    static var lineFeed: UInt8 { 0x0a }
    static var carriageReturn: UInt8 { 0x0d }
    static var escape: UInt8 { 0x1b }
    static var space: UInt8 { 0x20 }
    static var quote: UInt8 { 0x22 }
    static var percent: UInt8 { 0x25 }
    static var asterisk: UInt8 { 0x2a }
    static var plus: UInt8 { 0x2b }
    static var comma: UInt8 { 0x2c }
    static var dash: UInt8 { 0x2d }
    static var dot: UInt8 { 0x2e }
    static var slash: UInt8 { 0x2f }
    static var zero: UInt8 { 0x30 }
    static var nine: UInt8 { 0x39 }
    static var colon: UInt8 { 0x3a }
    static var semicolon: UInt8 { 0x3b }
    static var equals: UInt8 { 0x3d }
    static var question: UInt8 { 0x3f }
    static var openingSquare: UInt8 { 0x5b }
    static var backslash: UInt8 { 0x5c }
    static var closingSquare: UInt8 { 0x5d }
    static var underscore: UInt8 { 0x5f }
    static var openingBrace: UInt8 { 0x7b }
    static var closingBrace: UInt8 { 0x7d }
}

extension UInt8 {
    /// RFC 9110 §5.6.2: the characters of a token.
    @inline(__always)
    var isToken: Bool {
        // ! # $ % & ' * + - . 0-9, then A-Z ^ _ ` a-z | ~
        isIn(low: 0x03ff_6cfa_0000_0000, high: 0x57ff_ffff_c7ff_fffe)
    }

    /// RFC 3986 §3.2.2: the characters of a registered name, but for percent-encodings.
    @inline(__always)
    var isHostName: Bool {
        // ! $ & ' ( ) * + , - . 0-9 ; =, then A-Z _ a-z ~
        isIn(low: 0x2bff_7fd2_0000_0000, high: 0x47ff_fffe_87ff_fffe)
    }

    @inline(__always)
    var isDigit: Bool { self &- Ascii.zero < 10 }

    /// SP or HTAB, what RFC 9110 §5.6.3 calls optional whitespace.
    @inline(__always)
    var isBlank: Bool { self == Ascii.space || self == Ascii.tab }

    /// RFC 9110 §5.5: visible ASCII, obs-text, SP and HTAB.
    @inline(__always)
    var isFieldText: Bool { (self >= 0x20 && self != 0x7f) || self == Ascii.tab }

    /// The value of a hexadecimal digit.
    var hexValue: UInt8? {
        switch self {
        case 0x30...0x39: self &- 0x30
        case 0x41...0x46: self &- 0x37
        case 0x61...0x66: self &- 0x57
        default: nil
        }
    }

    @inline(__always)
    private func isIn(low: UInt64, high: UInt64) -> Bool {
        guard self < 0x80 else { return false }
        return (self < 0x40 ? low : high) &>> UInt64(self & 0x3f) & 1 != 0
    }
}
