/// The header of a part of a multipart form: which lines it may have, and which bytes.

import HTTP
import Testing

@Suite struct PartHeadTests {
    private typealias Form = FormTests.Form

    private static func parts(_ lines: String) -> Form {
        FormTests.parts(Array("--B\r\n\(lines)\r\n\r\n1\r\n--B--".utf8))
    }

    @Test func everyByteButTheEndsOfLinesIsACharacterOfAName() {
        let bytes = (UInt8(0)...0x7f).filter { ![0x0a, 0x0d, 0x22].contains($0) }
        for byte in bytes {
            let name = "x" + String(Unicode.Scalar(byte)) + "y"
            let line = "Content-Disposition: form-data; name=\"\(name)\"; filename=\"\(name)\""
            #expect(Self.parts(line) == .parts(["\(name)@\(name)=1"]), "\(byte)")
        }
        for byte in ["\r", "\n"] {
            let line = "Content-Disposition: form-data; name=\"x\(byte)y\""
            #expect(Self.parts(line) == .rejected(.badPartHead))
        }
    }

    @Test(arguments: ["\0", "\u{1}", "\u{7f}", "\u{1b}"])
    func aControlCharacterIsNoPartOfAToken(byte: String) {
        #expect(Self.parts("Content-Disposition: form-data; name=x\(byte)") == .rejected(.badPartHead))
        #expect(Self.parts("Content-Disposition\(byte): form-data; name=x") == .rejected(.badPartHead))
    }

    @Test(arguments: [
        "Content-Disposition: form-data;\r\n name=a", "Content-Disposition: form-data; name=a\r\n\tx",
        "Content-Disposition:\r\n form-data; name=a", "Content-Type: text/plain;\r\n charset=utf-8",
        "Content-Disposition: form-data; name=a;\r\n filename=b",
    ])
    func aFoldedLineIsCalledThat(lines: String) {
        #expect(Self.parts(lines) == .rejected(.foldedPartHead))
    }

    @Test func twoTypesThatDifferAreRefused() {
        let name = "Content-Disposition: form-data; name=a\r\n"
        let type = "Content-Type: text/plain; charset=utf-8"
        #expect(Self.parts("\(name)\(type)\r\n\(type)") == .parts(["a(text/plain; charset=utf-8)=1"]))
        #expect(Self.parts("\(type)\r\n\(name)Content-Type: text/plain") == .rejected(.contradictoryPartTypes))
        #expect(Self.parts("\(type)\r\n\(name)content-type: ") == .rejected(.contradictoryPartTypes))
    }

    @Test(arguments: ["gzip", "br", "identity, gzip", "x", "\"identity\""])
    func aCodedPartIsRefused(coding: String) {
        let lines = "Content-Disposition: form-data; name=a\r\nContent-Encoding: \(coding)"
        #expect(Self.parts(lines) == .rejected(.codedPart))
    }

    @Test(arguments: ["identity", "Identity ,", "", "identity, identity"])
    func identityIsNoCoding(coding: String) {
        let lines = "Content-Disposition: form-data; name=a\r\nContent-Encoding: \(coding)"
        #expect(Self.parts(lines) == .parts(["a=1"]))
    }
}
