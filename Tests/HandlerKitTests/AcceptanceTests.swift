/// What a client prefers, by its Accept fields. Test threads.

import Testing

@testable import HandlerKit

@Suite struct AcceptanceTests {
    private static func prefersJSON(_ accept: [String]) throws -> Bool {
        try PostedForm.withRequest([], accept.map { ("Accept", $0) }) { request in
            request.prefers("application/json", over: "text/html")
        }
    }

    @Test(arguments: [
        "application/json", "application/json, */*", "text/html;q=0.5, application/json", "application/*",
        "APPLICATION/JSON", "application/json ; q=0.9 , text/html; q=0.8", "*/*, text/html;q=0",
        // Read as the server reads them.
        "application/json, application/json;q=0", "application/json;q=0, application/json",
        "application/json;a=\";q=0\"", "application/json;a=\",text/html;q=0.9\"", "application/json;a=\"\\\";q=0\"",
        "text/html;level=1, text/html;q=0.1, application/json;q=0.5", ", ,application/json,,",
    ])
    func jsonIsPreferred(accept: String) throws {
        #expect(try Self.prefersJSON([accept]))
    }

    @Test(arguments: [
        "", "*/*", "text/html", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "application/json;q=0", "application/json;q=0.5,text/*", "application/json;q=nonsense",
        "application/json, text/html",
        "application/json;q =0", "application/json;q", "application/json;Q=0", "application/json;q=1.001",
        "text/html;a=\",application/json\"", "application/json;q=0.1234", "application/json;q= 1",
    ])
    func jsonIsNotPreferred(accept: String) throws {
        #expect(try !Self.prefersJSON([accept]))
    }

    @Test func severalLinesAreOneList() throws {
        #expect(try Self.prefersJSON(["text/html;q=0.5", "application/json"]))
        #expect(try !Self.prefersJSON(["text/html", "application/json;q=0.5"]))
        #expect(try !Self.prefersJSON([]))
    }
}
