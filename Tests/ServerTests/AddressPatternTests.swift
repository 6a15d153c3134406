/// Which addresses a redirection or a rewriting means, and what they become. Test threads.

import Testing

@testable import Server

@Suite struct AddressPatternTests {
    @Test(arguments: [
        ("/old", "/new", "/old", "/new"), ("/old", "/new", "/old/", nil), ("/old", "/new", "/older", nil),
        ("/old/*", "/new/*", "/old/a/b", "/new/a/b"), ("/old/*", "/new/*", "/old/", "/new/"),
        ("/old/*", "/new/*", "/old", nil), ("/old/*", "/new", "/old/a", "/new"),
        ("/*", "https://example.com/*", "/a b", "https://example.com/a%20b"),
        ("*", "https://example.com*", "/é", "https://example.com/%C3%A9"),
    ])
    func anAddressBecomesAnother(from: String, to: String, path: String, expected: String?) {
        #expect(target(from, to, path) == expected)
    }

    /// Two slashes at the start of a Location name another host (RFC 3986 §4.2).
    @Test(arguments: ["/old//evil.example", "/old///evil.example/x"])
    func aRedirectionNeverLeadsToAnotherHost(path: String) {
        let location = target("/old/*", "/*", path)
        #expect(location?.hasPrefix("/evil.example") == true, "\(location ?? "none")")
    }

    @Test func aRewrittenPathIsNotEncoded() {
        let pattern = AddressPattern(from: "/a/*", to: "/b/*")
        #expect(pattern.target(of: Array("/a/x y".utf8).span, encodes: false) == Array("/b/x y".utf8))
    }

    private func target(_ from: String, _ to: String, _ path: String) -> String? {
        AddressPattern(from: from, to: to).target(of: Array(path.utf8).span, encodes: true)
            .map { String(decoding: $0, as: UTF8.self) }
    }
}
