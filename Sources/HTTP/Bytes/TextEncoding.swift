/// The character encodings of the web and their labels (encoding.spec.whatwg.org, "Names and labels"). Pure; any thread.

/// A character encoding of the Encoding Standard.
package enum TextEncoding: UInt8, CaseIterable, Sendable {
    case utf8, ibm866, iso8859_2, iso8859_3, iso8859_4, iso8859_5, iso8859_6, iso8859_7, iso8859_8, iso8859_8I
    case iso8859_10, iso8859_13, iso8859_14, iso8859_15, iso8859_16, koi8R, koi8U, macintosh, windows874
    case windows1250, windows1251, windows1252, windows1253, windows1254, windows1255, windows1256, windows1257
    case windows1258, macCyrillic, gbk, gb18030, big5, eucJP, iso2022JP, shiftJIS, eucKR, replacement
    case utf16BE, utf16LE, userDefined

    /// The size of the longest label.
    static var labelSizeMax: Int { 19 }

    /// The encoding that a label names, whitespace around it and ASCII case aside; nil for no label of the standard.
    ///
    /// - Complexity: Linear in the table, which is read only for forms that name their encoding.
    package static func named(_ label: Span<UInt8>) -> TextEncoding? {
        var (start, end) = (0, label.count)
        while start < end, isWhitespace(label[start]) { start += 1 }
        while end > start, isWhitespace(label[end - 1]) { end -= 1 }
        guard start < end, end - start <= labelSizeMax else { return nil }
        let wanted = label.extracting(start..<end)
        return allCases.first { list($0.labels, has: wanted) }
    }

    /// ASCII whitespace as the Infra Standard has it.
    private static func isWhitespace(_ byte: UInt8) -> Bool {
        byte == Ascii.space || byte == 0x09 || byte == 0x0a || byte == 0x0c || byte == 0x0d
    }

    /// True when a word of a list, each ended by a space, is `wanted`.
    private static func list(_ list: StaticString, has wanted: Span<UInt8>) -> Bool {
        let size = list.utf8CodeUnitCount
        var matched = 0
        for index in 0..<size {
            let byte = ByteScan.byte(list, index)
            if byte == Ascii.space {
                if matched == wanted.count { return true }
                matched = 0
            } else if matched >= 0, matched < wanted.count, lowercased(wanted[matched]) == byte {
                matched += 1
            } else {
                matched = -1
            }
        }
        return false
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }

    /// True when a byte below 0x80 is always the ASCII character.
    package var isASCIICompatible: Bool {
        switch self {
        case .utf16BE, .utf16LE, .iso2022JP, .replacement: false
        default: true
        }
    }

    /// The labels, each ended by a space.
    var labels: StaticString {
        switch self {
        case .utf8: "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8 "
        case .ibm866: "866 cp866 csibm866 ibm866 "
        case .iso8859_2:
            "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2 "
        case .iso8859_3:
            "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3 "
        case .iso8859_4:
            "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4 "
        case .iso8859_5:
            "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988 "
        case .iso8859_6:
            """
            arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e iso-8859-6-i \
            iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987\u{20}
            """
        case .iso8859_7:
            """
            csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7 \
            iso_8859-7:1987 sun_eu_greek\u{20}
            """
        case .iso8859_8:
            """
            csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8 \
            iso_8859-8:1988 visual\u{20}
            """
        case .iso8859_8I: "csiso88598i iso-8859-8-i logical "
        case .iso8859_10: "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6 "
        case .iso8859_13: "iso-8859-13 iso8859-13 iso885913 "
        case .iso8859_14: "iso-8859-14 iso8859-14 iso885914 "
        case .iso8859_15: "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9 "
        case .iso8859_16: "iso-8859-16 "
        case .koi8R: "cskoi8r koi koi8 koi8-r koi8_r "
        case .koi8U: "koi8-ru koi8-u "
        case .macintosh: "csmacintosh mac macintosh x-mac-roman "
        case .windows874: "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874 "
        case .windows1250: "cp1250 windows-1250 x-cp1250 "
        case .windows1251: "cp1251 windows-1251 x-cp1251 "
        case .windows1252:
            """
            ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 \
            iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252\u{20}
            """
        case .windows1253: "cp1253 windows-1253 x-cp1253 "
        case .windows1254:
            """
            cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 \
            windows-1254 x-cp1254\u{20}
            """
        case .windows1255: "cp1255 windows-1255 x-cp1255 "
        case .windows1256: "cp1256 windows-1256 x-cp1256 "
        case .windows1257: "cp1257 windows-1257 x-cp1257 "
        case .windows1258: "cp1258 windows-1258 x-cp1258 "
        case .macCyrillic: "x-mac-cyrillic x-mac-ukrainian "
        case .gbk: "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk "
        case .gb18030: "gb18030 "
        case .big5: "big5 big5-hkscs cn-big5 csbig5 x-x-big5 "
        case .eucJP: "cseucpkdfmtjapanese euc-jp x-euc-jp "
        case .iso2022JP: "csiso2022jp iso-2022-jp "
        case .shiftJIS: "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis "
        case .eucKR:
            """
            cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 \
            windows-949\u{20}
            """
        case .replacement: "csiso2022kr hz-gb-2312 iso-2022-cn iso-2022-cn-ext iso-2022-kr replacement "
        case .utf16BE: "unicodefffe utf-16be "
        case .utf16LE: "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le "
        case .userDefined: "x-user-defined "
        }
    }
}
