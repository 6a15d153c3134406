/// Boundaries of multipart forms: which are some, which are content, and which are refused lest a part be lost.

import HTTP
import Testing

@Suite struct BoundaryTests {
    private typealias Form = FormTests.Form

    private static let one = "Content-Disposition: form-data; name=a\r\n\r\n1\r\n"
    private static let two = "Content-Disposition: form-data; name=b\r\n\r\n2\r\n"

    private static func parts(_ body: String) -> Form { FormTests.parts(Array(body.utf8)) }

    @Test(arguments: [
        "\n", " ", "\t", "\r", "\r\n ", "\u{feff}", "x\n", "x", "-", "\r\r", "\n\n", "\r\n\n", "preamble\r\nmore ",
        "\0",
    ])
    func aBoundaryThatNoLineBeginsWithLosesNoPart(before: String) {
        let body = "--B\r\n\(Self.one)--B\r\n\(Self.two)--B--\r\n"
        #expect(Self.parts(before + body) == .rejected(.misplacedBoundary))
        #expect(Self.parts("preamble\r\n" + before + body) == .rejected(.misplacedBoundary))
        #expect(Self.parts(before + "\r\n" + body) == .parts(["a=1", "b=2"]), "a preamble by itself is none")
    }

    @Test(arguments: ["\n", "\r", "x\r\n", " x\r\n", "-\r\n", "--x\r\n", "--\n", "--\r", ""])
    func aFirstBoundaryWhoseLineEndsBadlyLosesNoPart(end: String) {
        #expect(Self.parts("--B\(end)\(Self.one)--B\r\n\(Self.two)--B--") == .rejected(.misplacedBoundary))
        #expect(Self.parts("\r\n--B\(end)\(Self.one)--B\r\n\(Self.two)--B--") == .rejected(.misplacedBoundary))
    }

    @Test(arguments: ["x--B\r\n", "--B", "\r\n--B", "--B-", "--B--x", "a--B--"])
    func aBoundaryAloneMustBeOne(body: String) {
        #expect(Self.parts(body) == .rejected(.misplacedBoundary))
    }

    @Test(arguments: ["2", "junk", "-", " junk", "\t2", "\n", "\r", "\r2", "B", "\0"])
    func twoDashesEndTheFormOnlyAtTheEndOfTheirLine(after: String) {
        let text = "\r\n--B--" + after
        let body = "--B\r\nContent-Disposition: form-data; name=a\r\n\r\nx\(text)\r\n--B\r\n\(Self.two)--B--"
        #expect(Self.parts(body) == .parts(["a=x" + text, "b=2"]))
        #expect(Self.parts("--B\r\n\(Self.one)--B--" + after) == .rejected(.unterminated))
    }

    @Test(arguments: ["", "\r\n", " \t", " \t\r\n", "\r\nepilogue", "\r\n\r\n--C\r\n", "\r\n-", "\r\n--b--"])
    func anEpilogueIsPassedOver(end: String) {
        #expect(Self.parts("--B\r\n\(Self.one)--B--" + end) == .parts(["a=1"]))
        #expect(Self.parts("--B--" + end) == .parts([]))
    }

    @Test(arguments: ["", "\r\n", "\n", "epilogue\r\n", "epilogue ", "-"])
    func aPartBehindTheLastBoundaryIsNotLostInSilence(between: String) {
        let start = "--B\r\n\(Self.one)--B--\r\n" + between
        #expect(Self.parts(start + "--B\r\n\(Self.two)--B--") == .rejected(.boundaryBehindTheLast))
        #expect(Self.parts(start + "--B--\r\n") == .rejected(.boundaryBehindTheLast))
        #expect(Self.parts("--B--\r\n\(between)--B\r\n\(Self.one)--B--") == .rejected(.boundaryBehindTheLast))
    }

    @Test func theAnswerAfterTheEndStaysTheSame() {
        let body = Array("--B--\r\n--B".utf8)
        let type = Array("multipart/form-data; boundary=B".utf8)
        guard var form = MultipartForm(contentType: type.span) else {
            Issue.record("no form")
            return
        }
        for _ in 0..<3 { #expect(form.next(in: body.span) == .rejected(.boundaryBehindTheLast)) }
    }
}
