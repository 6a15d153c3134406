/// Coded forms are refused with 415, and told what is understood. Test threads.

import Testing

@testable import HandlerKit

@Suite struct ContentCodingTests {
    private static let type = ("Content-Type", "application/x-www-form-urlencoded")

    private static func read(_ codings: [String]) throws -> PostedForm.Outcome {
        try PostedForm.read(Array("n=a".utf8), [type] + codings.map { ("Content-Encoding", $0) })
    }

    @Test(arguments: [
        ["gzip"], ["GZip"], ["x-gzip"], ["br"], ["x-unknown"], ["gzip, br"], ["identity, gzip"], ["identity", "gzip"],
        ["gzip", "identity"], [" ,gzip"], ["aws-chunked"], ["\"identity\""], ["identity;q=1"], ["identit"],
    ])
    func anyCodingIsRefused(codings: [String]) throws {
        let outcome = try Self.read(codings)
        #expect(outcome.isRefusal(415, saying: "coding"), "\(outcome)")
    }

    @Test(arguments: [[], ["identity"], ["IDENTITY"], [""], [" identity ,, Identity\t"], ["identity", "identity"]])
    func identityIsNone(codings: [String]) throws {
        #expect(try Self.read(codings) == .fields(["n=a"]))
    }

    @Test func theAnswerSaysWhatIsUnderstood() throws {
        let response = try PostedForm.withRequest([], [Self.type, ("content-encoding", "gzip")]) { request in
            do throws(FormError) {
                try request.requireUncodedBody()
                return Response.text("")
            } catch {
                return Response.refusal(error)
            }
        }
        #expect(response.status == .unsupportedMediaType)
        #expect(response.fields.contains { $0.name == "accept-encoding" && $0.value == "identity" })
        #expect(String(decoding: response.body, as: UTF8.self).contains("gzip"))
    }
}
