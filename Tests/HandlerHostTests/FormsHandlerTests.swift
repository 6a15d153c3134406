/// The forms handler, loaded from its library and called through the C interface: what it stores and what it answers.

import Platform
import Testing

@testable import HandlerHost

@Suite(.timeLimit(.minutes(15))) struct FormsHandlerTests {
    private let services = FakeServices()
    private let client = FakeClient()
    private let forms: LoadedHandler

    init() throws {
        let host = HandlerHost(services: services, callsMax: 4)
        forms = try host.load(name: "forms", path: "\(buildFolder())/libforms.so")
        try host.start()
    }

    private static let urlEncoded = ("Content-Type", "application/x-www-form-urlencoded")
    private static let wantsJSON = ("Accept", "application/json")

    private func post(_ body: String, to path: String = "/forms/contact", _ fields: (String, String)...) {
        HandlerCall.make(forms, client: client, method: "POST", path: path, fields: fields, body: body).run()
    }

    /// The parameters of the one write that waits, as text.
    private func stored(_ write: DatabaseWrite?) throws -> [String] {
        let write = try #require(write)
        var parameters: [String] = []
        for statement in write.statements {
            statement.forEachParameter { value in
                guard case .text(let bytes) = value else { return }
                parameters.append(unsafe String(decoding: bytes, as: UTF8.self))
            }
        }
        return parameters
    }

    @Test func aSubmissionIsOneRow() throws {
        post("name=Ada+L&x=%26", Self.urlEncoded, ("User-Agent", "test"), ("Referer", "http://example.org/"))
        let row = try stored(services.takeWrite())
        #expect(
            row == [
                "contact", "2026-11-23T22:02:21.123Z", "192.0.2.7", "test", "http://example.org/",
                #"{"name":"Ada L","x":"&"}"#,
            ]
        )
    }

    @Test func aBrowserIsSentOnAfterTheCommit() throws {
        post("name=Ada&_next=/sent.html", Self.urlEncoded)
        #expect(client.results(1).isEmpty)
        try #require(services.takeWrite()).complete(.success(DatabaseCommit(rowID: 17, changes: 1)))
        let text = try #require(client.results(1).first).text
        #expect(text.hasPrefix("303\ncontent-type: text/html; charset=utf-8\nlocation: /sent.html\n"))
    }

    @Test func aProgramGetsTheID() throws {
        post("name=Ada", Self.urlEncoded, Self.wantsJSON)
        try #require(services.takeWrite()).complete(.success(DatabaseCommit(rowID: 17, changes: 1)))
        #expect(
            client.results(1).map(\.text) == [
                "201\ncontent-type: application/json\n\n{\"id\":17,\"form\":\"contact\"}\n"
            ]
        )
    }

    @Test func jsonIsStoredWithItsDigitsAndWithoutItsBlanks() throws {
        post("{ \"a\": 1.50 }", ("Content-Type", "application/json; charset=utf-8"))
        #expect(try stored(services.takeWrite()).last == "{\"a\":1.50}")
    }

    @Test func jsonThatIsNoFormIsRefusedBeforeTheDatabase() {
        post("[1]", ("Content-Type", "application/json"))
        #expect(services.takeWrite() == nil)
        #expect(client.results(1).map { $0.text.contains("400\n") && $0.text.contains("byte 0") } == [true])
    }

    @Test func aRuleOfTheDatabaseThatRefusesASubmissionIsNamed() throws {
        post("{\"a\":1}", ("Content-Type", "application/json"))
        try #require(services.takeWrite()).complete(
            .failure(DatabaseFailure(.check, message: "CHECK constraint failed"))
        )
        services.takeJob()?.run()
        let text = try #require(client.results(1).first).text
        #expect(text.hasPrefix("400\ncontent-type: application/problem+json\n"))
        #expect(text.contains("A rule of this site's database refuses what was sent."), "\(text)")
    }

    @Test func anUploadedFileIsSaved() throws {
        let body = [
            "--b", "Content-Disposition: form-data; name=\"who\"", "", "Ada", "--b",
            "Content-Disposition: form-data; name=\"cv\"; filename=\"cv.txt\"", "Content-Type: text/plain", "",
            "my life",
            "--b", "Content-Disposition: form-data; name=\"none\"; filename=\"\"",
            "Content-Type: application/octet-stream", "", "", "--b--", "",
        ].joined(separator: "\r\n")
        post(body, ("Content-Type", "multipart/form-data; boundary=b"))
        let upload = try #require(services.state.withLock { $0.uploads.first })
        #expect(upload.value == Array("my life".utf8))
        let fields = try stored(services.takeWrite()).last
        let file = #"{"file":"\#(upload.key)","name":"cv.txt","type":"text/plain","size":7}"#
        #expect(fields == #"{"who":"Ada","cv":\#(file)}"#)
    }

    @Test func aRobotIsAnsweredAndNothingIsStored() {
        post("name=Ada&_gotcha=x", Self.urlEncoded, Self.wantsJSON)
        #expect(services.takeWrite() == nil)
        #expect(client.results(1).map(\.text).first?.hasPrefix("201\n") == true)
    }

    @Test(arguments: [
        ("/forms/a/b", "text/plain", "404\n"),
        ("/forms/.hidden", "application/json", "404\n"),
        ("/forms/contact", "text/plain", "415\n"),
        ("/forms/contact", "multipart/form-data", "400\n"),
    ])
    func aRequestThatIsNoFormIsRefused(path: String, type: String, status: String) {
        post("x", to: path, ("Content-Type", type))
        #expect(client.results(1).map(\.text).first?.hasPrefix(status) == true)
        #expect(services.takeWrite() == nil)
    }

    @Test func aRefusedTypeIsToldWhichAreTaken() {
        post("x", ("Content-Type", "text/plain"))
        #expect(client.results(1).map(\.text).first?.contains("accept-post: application/x-www-form-urlencoded") == true)
    }

    @Test func aFullStoreAsksForPatience() {
        services.state.withLock { $0.isStoreFull = true }
        post("name=Ada", Self.urlEncoded)
        let text = client.results(1).map(\.text).first
        #expect(text?.hasPrefix("503\n") == true)
        #expect(text?.contains("retry-after: 1\n") == true)
    }
}
