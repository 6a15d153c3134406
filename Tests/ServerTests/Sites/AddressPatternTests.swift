/// Addresses that a redirection or a rewriting means, and their new forms. Test threads.

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

    /// The host of a redirection is the rule's, whatever a request puts behind it.
    @Test(arguments: [
        ("/shop*", "https://shop.example.com*", "/shop.evil.example", "https://shop.example.com/.evil.example"),
        ("/shop*", "https://shop.example.com*", "/shop@evil.example", "https://shop.example.com/%40evil.example"),
        ("/shop*", "https://shop.example.com*", "/shop/a", "https://shop.example.com/a"),
        ("/shop*", "https://shop.example.com*", "/shop", "https://shop.example.com"),
        ("/shop*", "https://shop.example.com:8*", "/shop443", "https://shop.example.com:8/443"),
        ("/x/*", "https://shop.example.com/*", "/x//evil.example", "https://shop.example.com//evil.example"),
        ("/x/*", "/*", "/x/\\evil.example", "/%5Cevil.example"),
        ("/x/*", "/*", "/x//\\evil.example", "/%5Cevil.example"),
    ])
    func aRestNeverChoosesTheHost(from: String, to: String, path: String, location: String) {
        #expect(target(from, to, path) == location)
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
