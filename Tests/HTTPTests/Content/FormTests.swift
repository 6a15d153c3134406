/// Forms: urlencoded by the URL standard, multipart by RFC 7578 and RFC 2046.

import HTTP
import Testing

@Suite struct FormTests {
    enum Form: Equatable, Sendable {
        case parts([String])
        case rejected(FormRejection)
        case noBoundary
    }

    static func decode(_ body: [UInt8], fieldCountMax: Int = 100) -> Form {
        var form = URLEncodedForm(fieldCountMax: fieldCountMax)
        var scratch: [UInt8] = []
        var fields: [String] = []
        while true {
            switch form.next(in: body.span, into: &scratch) {
            case .field(let field):
                let name = String(decoding: scratch[field.name], as: UTF8.self)
                fields.append("\(name)=\(String(decoding: scratch[field.value], as: UTF8.self))")
            case .end: return .parts(fields)
            case .rejected(let reason): return .rejected(reason)
            }
        }
    }

    @Test(arguments: [
        Case("", Form.parts([])), Case("a=b", .parts(["a=b"])), Case("a=b&c=d", .parts(["a=b", "c=d"])),
        Case("a", .parts(["a="])), Case("a=", .parts(["a="])), Case("=b", .parts(["=b"])), Case("=", .parts(["="])),
        Case("&&a=b&&", .parts(["a=b"])), Case("a=b=c", .parts(["a=b=c"])), Case("a+b=c+d", .parts(["a b=c d"])),
        Case("%61=%62", .parts(["a=b"])), Case("a=%2B%26%3D", .parts(["a=+&="])), Case("a=%c3%a9", .parts(["a=é"])),
        Case("a=%", .parts(["a=%"])), Case("a=%4", .parts(["a=%4"])), Case("a=%zz", .parts(["a=%zz"])),
        Case("a=1&a=2", .parts(["a=1", "a=2"])), Case("a=b;c=d", .parts(["a=b;c=d"])),
        Case("a=%0d%0a", .parts(["a=\r\n"])), Case("a=é", .parts(["a=é"])),
    ])
    func anUrlencodedFormIsDecoded(_ line: Case<Form>) {
        #expect(Self.decode(Array(line.input.utf8)) == line.expected)
    }

    @Test func fieldsBeyondTheirLimitAreRefused() {
        #expect(Self.decode(Array("a&b&c".utf8), fieldCountMax: 3) == .parts(["a=", "b=", "c="]))
        #expect(Self.decode(Array("a&b&c".utf8), fieldCountMax: 2) == .rejected(.tooManyFields))
    }

    static func parts(_ body: [UInt8], type: String = "multipart/form-data; boundary=B", partCountMax: Int = 9) -> Form
    {
        guard var form = MultipartForm(contentType: Array(type.utf8).span, partCountMax: partCountMax) else {
            return .noBoundary
        }
        func text(_ range: Range<Int>) -> String { String(decoding: body[range], as: UTF8.self) }
        var parts: [String] = []
        while true {
            switch form.next(in: body.span) {
            case .part(let part):
                let file = part.filename.map { "@" + text($0) } ?? ""
                let type = part.contentType.map { "(" + text($0) + ")" } ?? ""
                parts.append("\(text(part.name))\(file)\(type)=\(text(part.content))")
            case .end: return .parts(parts)
            case .rejected(let reason): return .rejected(reason)
            }
        }
    }

    private static let head = "Content-Disposition: form-data; name=\"a\"\r\n\r\n"

    static let table: [Case<Form>] = [
        Case("--B\r\n\(head)1\r\n--B--\r\n", .parts(["a=1"])), Case("--B\r\n\(head)1\r\n--B--", .parts(["a=1"])),
        Case("--B\r\n\(head)\r\n--B--", .parts(["a="])), Case("--B\r\n\(head)--B--", .parts(["a="])),
        Case("--B\r\n\(head)1\r\n--B\r\n\(head)2\r\n--B--", .parts(["a=1", "a=2"])),
        Case("preamble\r\n--B\r\n\(head)1\r\n--B--\r\nepilogue", .parts(["a=1"])), Case("--B--", .parts([])),
        Case("\r\n--B\r\n\(head)1\r\n--B--", .parts(["a=1"])),
        Case("--B \t\r\n\(head)1\r\n--B  \r\n\(head)2\r\n--B--  \r\n", .parts(["a=1", "a=2"])),
        Case("--B\r\n\(head)x\r\ny\r\n--C\r\n--Bx\r\n\r\n--B--", .parts(["a=x\r\ny\r\n--C\r\n--Bx\r\n"])),
        Case("--B\r\n\(head)--B\r\n--B--", .rejected(.unterminated)),
        Case(
            "--B\r\ncontent-disposition: FORM-DATA; name=f; filename=\"x y.txt\"\r\nContent-Type: text/plain\r\n\r\nz\r\n--B--",
            .parts(["f@x y.txt(text/plain)=z"])
        ),
        Case("--B\r\nContent-Disposition: form-data; name=\"\"; filename=\"\"\r\n\r\n\r\n--B--", .parts(["@="])),
        Case(
            "--B\r\nX: y\r\nContent-Disposition: form-data; filename=\"a\\\"b;c\" ;name=\"n\"\r\n\r\n\r\n--B--",
            .parts(["n@a\\\"b;c="])
        ),
        Case(
            "--B\r\nContent-Transfer-Encoding: 8bit\r\nContent-Disposition: form-data; name=n\r\n\r\n1\r\n--B--",
            .parts(["n=1"])
        ),
        Case(
            "--B\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: form-data; name=n\r\n\r\n1\r\n--B--",
            .rejected(.unsupportedTransferEncoding)
        ),
        Case("", .rejected(.missingBoundary)), Case("--C--", .rejected(.missingBoundary)),
        Case("--B\r\n", .rejected(.unterminated)),
        Case("--B\r\n\(head)1", .rejected(.unterminated)), Case("--B\r\n\(head)1\r\n--B", .rejected(.unterminated)),
        Case("--B\r\n\(head)1\n--B--", .rejected(.unterminated)),
        Case("--B\r\n\r\n1\r\n--B--", .rejected(.partWithoutName)),
        Case("--B\r\nX: y\r\n\r\n1\r\n--B--", .rejected(.partWithoutName)),
        Case("--B\r\nContent-Disposition: form-data\r\n\r\n1\r\n--B--", .rejected(.partWithoutName)),
        Case("--B\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--B--", .rejected(.badPartHead)),
        Case("--B\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--B--", .rejected(.badPartHead)),
        Case("--B\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\n1\r\n--B--", .rejected(.badPartHead)),
        Case("--B\r\nContent-Disposition: form-data; name=a b\r\n\r\n1\r\n--B--", .rejected(.badPartHead)),
        Case("--B\r\nX : y\r\n\r\n1\r\n--B--", .rejected(.badPartHead)),
        Case("--B\r\nX: y\nZ: y\r\n\r\n1\r\n--B--", .rejected(.badPartHead)),
        Case("--B\r\n: y\r\n\r\n1\r\n--B--", .rejected(.badPartHead)),
        Case("--B\r\n folded\r\n\r\n1\r\n--B--", .rejected(.badPartHead)),
        Case("--B\r\nX: \(String(repeating: "x", count: 9000))\r\n\r\n\r\n--B--", .rejected(.partHeadTooLarge)),
    ]

    @Test(arguments: table)
    func aMultipartFormIsTakenApart(_ line: Case<Form>) {
        #expect(Self.parts(Array(line.input.utf8)) == line.expected)
    }

    @Test func partsBeyondTheirLimitAreRefused() {
        let body = Array("--B\r\n\(Self.head)1\r\n--B\r\n\(Self.head)2\r\n--B--".utf8)
        #expect(Self.parts(body, partCountMax: 2) == .parts(["a=1", "a=2"]))
        #expect(Self.parts(body, partCountMax: 1) == .rejected(.tooManyFields))
    }

    @Test(arguments: [
        Case("multipart/form-data; boundary=B", true), Case("Multipart/Form-Data;BOUNDARY=\"B\"", true),
        Case("multipart/form-data; charset=utf-8; boundary=B", true), Case("multipart/form-data; boundary=B;", true),
        Case("multipart/form-data", false), Case("multipart/form-data; boundary=", false),
        Case("multipart/form-data; boundary=\"\"", false), Case("multipart/mixed; boundary=B", false),
        Case("multipart/form-data; boundary=B; boundary=C", false), Case("multipart/form-data; boundary=\"B", false),
        Case("multipart/form-data; boundary=\"B \"", false), Case("multipart/form-data; boundary=B C", false),
        Case("multipart/form-data; boundary = B", false), Case("", false), Case(";boundary=B", false),
        Case("multipart/form-data; boundary=\"a@b\"", false), Case("application/json; boundary=B", false),
    ])
    func aBoundaryIsReadFromTheType(_ line: Case<Bool>) {
        let form = Self.parts(Array("--B--".utf8), type: line.input)
        #expect((form == .parts([])) == line.expected)
    }

    @Test func aBoundaryHasOneToSeventyBytes() {
        for (size, isGood) in [(1, true), (70, true), (71, false)] {
            let boundary = String(repeating: "b", count: size)
            let form = Self.parts(Array("--\(boundary)--".utf8), type: "multipart/form-data; boundary=\(boundary)")
            #expect((form == .parts([])) == isGood)
        }
        let spaced = Self.parts(Array("--a b--".utf8), type: "multipart/form-data; boundary=\"a b\"")
        #expect(spaced == .parts([]))
    }

    @Test(arguments: [
        Case("plain", "plain"), Case("a%22b", "a\"b"), Case("%0D%0A", "\r\n"), Case("%0a%0d", "%0a%0d"),
        Case("%41", "%41"), Case("%2522", "%2522"), Case("%%22", "%\""),
        Case("C:\\x", "C:\\x"), Case("%2", "%2"), Case("", ""), Case("\\", "\\"), Case("é", "é"),
    ])
    func whatBrowsersEscapeInANameIsUndone(_ line: Case<String>) {
        var scratch = Array("x".utf8)
        let range = MultipartForm.decodeName(Array(line.input.utf8).span, into: &scratch)
        #expect(range.map { String(decoding: scratch[$0], as: UTF8.self) } == line.expected)
    }

    @Test(arguments: FormRejection.allCases)
    func everyRejectionSpeaks(_ reason: FormRejection) {
        #expect("\(reason.explanation)".hasSuffix("."))
        #expect(!"\(reason.name)".isEmpty)
    }
}
