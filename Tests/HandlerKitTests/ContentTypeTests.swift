/// Content types that can't be read are refused, since one may name the encoding; those of real clients are read. Test threads.

import Testing

@testable import HandlerKit

@Suite struct ContentTypeTests {
    private typealias Form = PostedForm

    private static let urlencoded = "application/x-www-form-urlencoded"

    private static func read(_ types: String..., body: String = "n=%E9") throws -> PostedForm.Outcome {
        try Form.read(Array(body.utf8), types.map { ("Content-Type", $0) })
    }

    @Test(arguments: [
        "; charset =windows-1252", "; charset= windows-1252", "; charset=\"windows-1252", "; foo; charset=windows-1252",
        "; charset=windows-1252,utf-8", "; charset", "; charset=", "; charset:windows-1252", "; =windows-1252",
        "; charset=windows-1252 utf-8", "; charset='windows 1252'", "; charset*=utf-8''windows-1252",
        "; charset*0=windows",
        "; charset=\"windows-1252\"x", ";charset=windows-1252/x", "; charset=windows-1252; foo", ";\u{b}charset=utf-8",
    ])
    func parametersThatAreNoneAreRefused(parameters: String) throws {
        for body in ["n=a", "n=%E9", "n=%C3%A9"] {
            let outcome = try Self.read(Self.urlencoded + parameters, body: body)
            #expect(outcome.isRefusal(400, saying: "The Content-Type is malformed"), "\(outcome)")
        }
        let part = Form.part("name=a", "caf\u{e9}", type: "text/plain" + parameters)
        #expect(
            try Form.multipart([part]).isRefusal(400, saying: "The Content-Type of a part of the form is malformed")
        )
        let whole = try Form.multipart([Form.part("name=a")], charset: "utf-8" + parameters)
        #expect(whole.isRefusal(400, saying: "The Content-Type is malformed"), "\(whole)")
    }

    @Test(arguments: [
        "; charset=windows-1252", ";charset=windows-1252", "; charset=windows-1252;", " ;\tcharset=\"windows-1252\" ; ",
        ";; charset=windows-1252 ;;", "; CharSet=Windows-1252", "; foo=bar; charset=windows-1252",
        "; xcharset=koi8-r; charset=l1; charsets=koi8-r",
        "; foo=\"; charset=utf-8\";charset=l1",
    ])
    func whatClientsSendIsRead(parameters: String) throws {
        #expect(try Self.read(Self.urlencoded + parameters) == .fields(["n=é"]))
        let part = Form.part("name=a", "caf\u{e9}", type: "text/plain" + parameters)
        #expect(try Form.multipart([part]) == .fields(["a=café"]))
    }

    @Test func theTypeOfAFileIsTheClients() throws {
        let part = Form.part("name=a; filename=b", "\u{e9}", type: "text/plain; charset =x-none; y")
        let body = "--B\r\n\(part)\r\n--B--".unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        let type = try Form.withRequest(body, [("Content-Type", "multipart/form-data; boundary=B")]) { request in
            try request.formFields().first?.file?.type
        }
        #expect(type == Array("text/plain; charset =x-none; y".utf8))
    }

    @Test func twoContentTypesThatDifferAreRefused() throws {
        let latin = Self.urlencoded + "; charset=latin1"
        for types in [(latin, Self.urlencoded), (Self.urlencoded, latin), (latin, "text/plain"), (latin, "")] {
            let outcome = try Self.read(types.0, types.1)
            #expect(outcome.isRefusal(400, saying: "two Content-Type fields that differ"), "\(outcome)")
        }
        #expect(try Self.read(latin, latin) == .fields(["n=é"]))
        let lines = [("content-type", "application/json"), ("Content-Type", Self.urlencoded)]
        try Form.withRequest(Array("{}".utf8), lines) { request in
            do throws(FormError) {
                _ = try request.jsonFields()
                Issue.record("read all the same")
            } catch {
                #expect(error.status.code == 400)
            }
        }
    }

    @Test func aFileWithoutAFileNameIsToldWhatItNeeds() throws {
        for type in ["application/octet-stream", "image/png", "application/octet-stream; charset=utf-8"] {
            let outcome = try Form.multipart([Form.part("name=cv", "\u{89}PNG\u{e9}", type: type)])
            #expect(outcome.isRefusal(400, saying: type.contains(";") ? "utf-8" : "filename"), "\(outcome)")
        }
        #expect(try Form.multipart([Form.part("name=a", "{}", type: "application/json")]) == .fields(["a={}"]))
        let text = try Form.multipart([Form.part("name=a", "\u{e9}", type: "Text/plain")])
        #expect(text.isRefusal(400, saying: "accept-charset") && !text.isRefusal(400, saying: "filename"), "\(text)")
    }

    @Test func aBoundaryWithoutAnotherParameterIsNotMissing() throws {
        let outcome = try Self.read("multipart/form-data; boundary=X; charset", body: "--X--")
        #expect(outcome.isRefusal(400, saying: "boundary=X; charset") && !outcome.isRefusal(400, saying: "no boundary"))
        #expect(try Self.read("multipart/form-data", body: "--X--").isRefusal(400, saying: "no boundary"))
        #expect(try Self.read("multipart/form-data; boundary=X;", body: "--X--") == .fields([]))
    }
}
