/// Labels of encodings, by the table of the Encoding Standard.

import Testing

@testable import HTTP

@Suite struct TextEncodingTests {
    private static func named(_ label: String) -> TextEncoding? {
        let bytes = Array(label.utf8)
        return TextEncoding.named(bytes.span)
    }

    private static func labels(_ encoding: TextEncoding) -> [String] {
        "\(encoding.labels)".split(separator: " ").map(String.init)
    }

    @Test(arguments: TextEncoding.allCases) func everyLabelNamesItsEncodingAlone(encoding: TextEncoding) {
        let labels = Self.labels(encoding)
        #expect(!labels.isEmpty)
        #expect("\(encoding.labels)".hasSuffix(" "))
        for label in labels {
            #expect(Self.named(label) == encoding, "\(label)")
            #expect(Self.named(label.uppercased()) == encoding, "\(label)")
            #expect(Self.named("\t\n\u{c}\r " + label + " \r\n") == encoding, "\(label)")
            #expect(Self.named(String(label.dropLast())) != encoding || labels.contains(String(label.dropLast())))
            #expect(Self.named(label + "x") == nil, "\(label)")
            #expect(Self.named(label + " " + label) == nil, "\(label)")
            #expect(label.utf8.count <= TextEncoding.labelSizeMax)
        }
    }

    @Test func thereAreAsManyLabelsAsInTheStandard() {
        let labels = TextEncoding.allCases.flatMap(Self.labels)
        #expect(labels.count == 228)
        #expect(Set(labels).count == 228)
        #expect(TextEncoding.allCases.count == 40)
        #expect(labels.map(\.utf8.count).max() == TextEncoding.labelSizeMax)
    }

    @Test(arguments: [
        Case("ISO-8859-1", TextEncoding.windows1252), Case("latin1", .windows1252), Case("us-ascii", .windows1252),
        Case("ascii", .windows1252), Case("UTF-8", .utf8), Case("utf8", .utf8), Case("gb2312", .gbk), Case("GBK", .gbk),
        Case("gb18030", .gb18030), Case("shift_jis", .shiftJIS), Case("Windows-31J", .shiftJIS),
        Case("ks_c_5601-1987", .eucKR), Case("iso-8859-9", .windows1254), Case("iso-8859-11", .windows874),
        Case("tis-620", .windows874), Case("koi8-ru", .koi8U), Case("big5-hkscs", .big5), Case("utf-16", .utf16LE),
        Case("unicodefffe", .utf16BE), Case("iso-2022-kr", .replacement), Case("x-mac-ukrainian", .macCyrillic),
        Case("iso-8859-8-i", .iso8859_8I), Case("logical", .iso8859_8I), Case("visual", .iso8859_8),
    ])
    func aLabelMeansWhatItMeansToBrowsers(_ line: Case<TextEncoding>) {
        #expect(Self.named(line.input) == line.expected)
    }

    @Test(arguments: [
        "", " ", "utf-7", "utf-32", "x", "latin-1x", "utf 8", "utf-8;", "\"utf-8\"", "ﬂ", "iso-8859-12", "cp437",
        "latin1\u{0}", "\u{a0}latin1", "-", ":", "unknown-8bit", "macintosh x-mac-roman",
    ])
    func whatIsNoLabelNamesNothing(label: String) {
        #expect(Self.named(label) == nil)
    }
}
