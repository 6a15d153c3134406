/// What a client prefers, by its Accept field.

import Testing

@testable import HandlerKit

@Suite struct AcceptanceTests {
    private static func prefersJSON(_ accept: String) -> Bool {
        var json = Acceptance(of: "application/json")
        var html = Acceptance(of: "text/html")
        let bytes = Array(accept.utf8)
        json.read(bytes.span)
        html.read(bytes.span)
        return json.isAcceptable && json > html
    }

    @Test(arguments: [
        "application/json", "application/json, */*", "text/html;q=0.5, application/json", "application/*",
        "APPLICATION/JSON", "application/json ; q=0.9 , text/html; q=0.8", "*/*, text/html;q=0",
    ])
    func jsonIsPreferred(accept: String) {
        #expect(Self.prefersJSON(accept))
    }

    @Test(arguments: [
        "", "*/*", "text/html", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "application/json;q=0", "application/json;q=0.5,text/*", "application/json;q=nonsense",
        "application/json, text/html",
    ])
    func jsonIsNotPreferred(accept: String) {
        #expect(!Self.prefersJSON(accept))
    }
}
