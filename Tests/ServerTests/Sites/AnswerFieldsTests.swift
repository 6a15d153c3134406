/// Configured fields of an answer, by its maker. Test threads.

import Testing

@testable import Server

@Suite struct AnswerFieldsTests {
    private func fields(_ rules: [FieldRule]) -> AnswerFields {
        var site = SiteRules()
        site.security = SecurityRules()
        site.security.contentTypeOptions = false
        site.security.referrerPolicy = ""
        site.security.frameOptions = ""
        site.fields = rules
        return AnswerFields(site)
    }

    private func cache(_ value: String, path: String? = nil, type: String? = nil, _ status: [Int] = []) -> FieldRule {
        FieldRule(path: path, type: type, status: status, name: "Cache-Control", value: value)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private func file(_ fields: AnswerFields, _ path: String, _ type: String = "text/plain") -> String {
        text(fields.ofFile(path: Array(path.utf8).span, type: Array(type.utf8).span).lines)
    }

    private func own(_ fields: AnswerFields, _ status: UInt16, _ path: String = "/a") -> String {
        text(fields.ofOwn(status: status, path: Array(path.utf8).span).lines)
    }

    private func handler(_ fields: AnswerFields, _ status: UInt16, _ path: String, _ own: String = "") -> String {
        text(fields.cachingLines(ofHandler: status, own: Array(own.utf8).span, path: Array(path.utf8).span))
    }

    private static let unstored = "Cache-Control: no-store\r\n"
    private static let kept = "Cache-Control: public, max-age=60\r\n"

    @Test func aRuleForEveryAddressIsAboutFilesAlone() {
        for name in ["Cache-Control", "Expires", "CDN-Cache-Control", "X-Accel-Expires", "Surrogate-Control"] {
            let fields = fields([
                FieldRule(name: name, value: "public, max-age=60"), FieldRule(name: "X-A", value: "1"),
            ])
            #expect(file(fields, "/a") == "\(name): public, max-age=60\r\nX-A: 1\r\n")
            for status: UInt16 in [301, 302, 303, 307, 308, 404, 405, 410] {
                #expect(own(fields, status) == "X-A: 1\r\n", "\(name) \(status)")
            }
            for status in Set(Reason.refusals.map(\.status)).subtracting([404, 405]) {
                #expect(own(fields, status) == "X-A: 1\r\n" + Self.unstored, "\(name) \(status)")
            }
            #expect(handler(fields, 200, "/a").isEmpty)
        }
    }

    @Test func aRuleWithStatusIsAboutTheServersOwnAnswers() {
        let fields = fields([cache("public, max-age=60", path: "/a/**", [404, 308]), cache("no-cache", [404])])
        #expect(own(fields, 404, "/a/b") == "Cache-Control: no-cache\r\n", "the last counts")
        #expect(own(fields, 308, "/a/b") == Self.kept)
        #expect(own(fields, 308, "/b").isEmpty && own(fields, 405, "/a/b").isEmpty)
        #expect(file(fields, "/a/b").isEmpty)
    }

    @Test func noRuleTakesNoStoreFromARefusal() {
        let fields = fields([cache("public, max-age=60"), cache("", path: "/**"), cache("public", path: "/**", [404])])
        for status: UInt16 in [400, 401, 403, 406, 414, 431, 501, 503] { #expect(own(fields, status) == Self.unstored) }
    }

    @Test func anotherFieldMayBeForSomeStatuses() {
        let fields = fields([FieldRule(status: [404], name: "X-Robots-Tag", value: "noindex")])
        #expect(own(fields, 404) == "X-Robots-Tag: noindex\r\n")
        #expect(own(fields, 405).isEmpty && file(fields, "/a").isEmpty && own(fields, 401) == Self.unstored)
    }

    // MARK: Handlers

    @Test func aHandlersAnswerTakesARuleWithAPath() {
        let fields = fields([cache("public, max-age=60", path: "/api/**")])
        #expect(handler(fields, 200, "/api/x") == Self.kept && handler(fields, 404, "/api/x") == Self.kept)
        #expect(handler(fields, 200, "/other").isEmpty && handler(fields, 404, "/other").isEmpty)
        // A handler's refusal is one client's as much as the server's.
        for status: UInt16 in [400, 401, 403, 409, 422, 429, 500, 503] {
            #expect(handler(fields, status, "/api/x") == Self.unstored, "\(status)")
        }
    }

    @Test(arguments: ["no-store", "no-cache", "private", "private, max-age=5"])
    func aHandlersAnswerTakesARuleThatRestricts(value: String) {
        let fields = fields([cache(value), cache("public, max-age=60", type: "text/*")])
        for status: UInt16 in [200, 404, 500] {
            #expect(handler(fields, status, "/x") == "Cache-Control: \(value)\r\n")
        }
    }

    @Test func aHandlersTypeIsLookedAt() {
        let fields = fields([cache("no-store", type: "application/json")])
        #expect(handler(fields, 200, "/x", "content-type: application/json\r\n") == Self.unstored)
        #expect(handler(fields, 200, "/x", "content-type: text/html\r\n").isEmpty && handler(fields, 200, "/x").isEmpty)
    }

    @Test func aRuleWithStatusAndPathIsAboutHandlersToo() {
        let fields = fields([cache("public, max-age=60", path: "/api/**", [404]), cache("public", [404])])
        #expect(handler(fields, 404, "/api/x") == Self.kept)
        #expect(handler(fields, 200, "/api/x").isEmpty && handler(fields, 404, "/x").isEmpty)
    }

    @Test(arguments: [
        "cache-control: max-age=1\r\n", "Expires: 0\r\n", "X-A: 1\r\nCDN-Cache-Control: max-age=1\r\n",
        "Surrogate-Control: no-store\r\n",
    ])
    func whatAHandlerSaysItselfCounts(own: String) {
        let fields = fields([cache("public, max-age=60", path: "/**"), cache("no-store")])
        for status: UInt16 in [200, 404, 500] { #expect(handler(fields, status, "/x", own).isEmpty) }
    }

    @Test func anAnswerThatSetsACookieIsItsClients() {
        let fields = fields([cache("public, max-age=60", path: "/**")])
        #expect(handler(fields, 200, "/x", "Set-Cookie: a=b\r\n") == "Cache-Control: private, max-age=60\r\n")
        #expect(handler(self.fields([]), 200, "/x", "Set-Cookie: a=b\r\n").isEmpty)
    }

    @Test func aLaterRuleTakesAnEarlierOneAway() {
        let fields = fields([cache("no-store"), cache("", path: "/x")])
        #expect(handler(fields, 200, "/x").isEmpty && handler(fields, 200, "/y") == Self.unstored)
        #expect(handler(fields, 500, "/x") == Self.unstored)
    }
}
