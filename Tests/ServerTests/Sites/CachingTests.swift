/// Fields that tell caches what to keep, and their form behind a password. Test threads.

import Testing

@testable import Server

@Suite struct CachingTests {
    private func governs(_ name: String) -> Bool { Caching.governs(Array(name.utf8).span) }

    private func governs(anyOf lines: String) -> Bool { Caching.governs(anyOf: Array(lines.utf8).span) }

    private func madePrivate(_ lines: String) -> String {
        String(decoding: Caching.madePrivate(Array(lines.utf8).span), as: UTF8.self)
    }

    @Test(arguments: [
        "Cache-Control", "cache-control", "Expires", "CDN-Cache-Control", "cloudflare-cdn-cache-control",
        "Surrogate-Control", "X-Accel-Expires", "Edge-Control",
    ])
    func fieldsAboutCachingAreKnownByTheirNames(name: String) {
        #expect(governs(name))
        #expect(governs(anyOf: "X-A: 1\r\n\(name): x\r\n"))
    }

    @Test(arguments: ["", "Cache", "Cache-Contro", "Cache-Controls", "-X", "XCache-Control", "Vary", "Age", "Expire"])
    func otherFieldsAreNotAboutCaching(name: String) {
        #expect(!governs(name))
        #expect(!governs(anyOf: "\(name): Cache-Control: x\r\n"))
    }

    @Test(arguments: [
        ("Cache-Control", "no-store"), ("cache-control", "NO-STORE"), ("Cache-Control", "max-age=5, no-cache"),
        ("Cache-Control", "private"), ("CDN-Cache-Control", " private ,max-age=3"), ("Surrogate-Control", "no-store"),
        ("X-Accel-Expires", "0"), ("Expires", "0"), ("Expires", "-1"),
    ])
    func aFieldMayRestrict(name: String, value: String) {
        #expect(Caching.restricts(ResponseField(name, value)))
    }

    @Test(arguments: [
        ("Cache-Control", "public, max-age=60"), ("Cache-Control", "max-age=0"), ("Cache-Control", ""),
        ("Cache-Control", "no-cache=\"set-cookie\""), ("Cache-Control", "private=\"x-a, no-store\""),
        ("Cache-Control", "x=\"a, no-store, b\""), ("Cache-Control", "x=\"\\\", no-store"),
        ("Cache-Control", "no-storex"), ("X-Accel-Expires", "60"), ("Expires", "Thu, 01 Dec 2094 16:00:00 GMT"),
    ])
    func aFieldMayPermit(name: String, value: String) {
        #expect(!Caching.restricts(ResponseField(name, value)))
    }

    @Test(arguments: [
        ("", "private"), ("Cache-Control: public\r\n", "private"),
        ("Cache-Control: public, max-age=60\r\n", "private, max-age=60"),
        ("cache-control:PUBLIC ,S-MaxAge=5,immutable\r\n", "private, immutable"),
        ("Cache-Control: private=\"x-a, public\", max-age=1\r\n", "private, max-age=1"),
        ("Cache-Control: private\r\n", "private"), ("Cache-Control: no-cache\r\n", "private, no-cache"),
        ("Cache-Control: public, no-store\r\n", "no-store"),
        (
            "Cache-Control: max-age=5\r\nCache-Control: s-maxage=9, must-revalidate\r\n",
            "private, max-age=5, must-revalidate"
        ),
        ("Cache-Control: no-cache=\"a, public\", public\r\n", "private, no-cache=\"a, public\""),
        ("CDN-Cache-Control: max-age=9\r\nX-Accel-Expires: 9\r\nSurrogate-Control: max-age=9\r\n", "private"),
    ])
    func privateTakesThePlaceOfPublic(lines: String, value: String) {
        #expect(madePrivate(lines) == "Cache-Control: \(value)\r\n")
    }

    @Test func otherLinesStayAsTheyAre() {
        let lines = "X-A: public, max-age\r\nCache-Control: public\r\nVary: Accept\r\nExpires: 0\r\n"
        #expect(
            madePrivate(lines) == "X-A: public, max-age\r\nVary: Accept\r\nExpires: 0\r\nCache-Control: private\r\n"
        )
    }

    /// RFC 9110 §15.1 lets caches keep some refusals without a word; 414 and 501 depend on what one client sent.
    @Test func aRefusalThatMayDependOnItsClientIsNotKept() {
        for reason in Reason.refusals {
            #expect(Caching.isUnstorable(reason.status) == ![404, 405].contains(reason.status), "\(reason.name)")
        }
        for status: UInt16 in [200, 204, 206, 301, 302, 303, 304, 307, 308, 404, 405, 410] {
            #expect(!Caching.isUnstorable(status))
        }
    }
}
