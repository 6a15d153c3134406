/// Fields for caches on answers of handlers: their own word, a rule's, or a password's. Test threads.

import Harness
import Testing

@Suite struct HandlerCachingTests {
    /// Made by `htpasswd -nbB -C 4 alice 'geheim:ä'`.
    private static let users = "alice:$2y$04$wxODVaIR95OmGWexLW0hvu.Q11t6EH7fPdU5XJY53leraGRKpeZ6i\n"
    private static let right = "Authorization: Basic YWxpY2U6Z2VoZWltOsOk\r\n"

    /// Asks for each target, and compares what its answer says about caching.
    private func check(_ rules: String, _ cases: [(target: String, status: Int, caching: [String])]) throws {
        let site = try TestSite(
            configuration: Configuration.trial + """
                [[rewrite]]
                from = "/private/*"
                to = "/trial/*"
                [[rewrite]]
                from = "/shared/*"
                to = "/trial/*"
                [[auth]]
                path = "/private/**"
                realm = "x"
                file = "users"
                [[auth]]
                path = "/shared/**"
                realm = "x"
                file = "users"
                shared_cache = true

                """ + rules
        )
        try site.write("users", Self.users)
        try serving(site) { server in
            let client = try Client(server)
            for (target, status, caching) in cases {
                for method in ["GET", "HEAD"] {
                    try client.send("\(method) \(target) HTTP/1.1\r\nHost: a\r\n\(Self.right)\r\n")
                    let answer = try client.readResponse(to: method)
                    let fields = answer.fields.filter { $0.name.lowercased().contains("cache-control") }
                    #expect(answer.status == status && fields.map(\.value) == caching, "\(target): \(answer.fields)")
                    #expect(answer["X-Content-Type-Options"] == "nosniff" && answer["Content-Type"] != nil)
                    if method == "GET", target.contains("bytes=") { #expect(answer.body.count == 100_000) }
                }
            }
        }
    }

    @Test func anAnswerThatSaysNothingTakesARuleWithAPath() throws {
        let rules = """
            [[cache]]
            value = "public, max-age=60"
            [[cache]]
            path = "/trial/fields"
            value = "public, s-maxage=9, max-age=60"
            """
        try check(
            rules,
            [
                ("/trial/fields", 200, ["public, s-maxage=9, max-age=60"]), ("/trial/query", 200, []),
                ("/trial/fields?status=404", 404, ["public, s-maxage=9, max-age=60"]),
                ("/trial/fields?status=401", 401, ["no-store"]), ("/trial/fields?status=500", 500, ["no-store"]),
                ("/trial/throw", 500, ["no-store"]), ("/trial/none", 404, []),
                ("/trial/fields?cache-control=max-age=1", 200, ["max-age=1"]),
                ("/trial/fields?status=401&cache-control=max-age=1", 401, ["max-age=1"]),
                ("/trial/fields?cdn-cache-control=max-age=1", 200, ["max-age=1"]), ("/trial/fields?expires=0", 200, []),
                ("/trial/fields?set-cookie=a", 200, ["private, max-age=60"]), ("/trial/big?bytes=100000", 200, []),
                ("/private/fields", 200, ["private, max-age=60"]),
                ("/shared/fields?cache-control=public", 200, ["public"]),
            ]
        )
    }

    @Test(arguments: ["no-store", "no-cache", "private"]) func aRuleThatRestrictsIsForAllOfThem(value: String) throws {
        let guarded = value == "no-cache" ? "private, no-cache" : value
        try check(
            "[[cache]]\nvalue = \"\(value)\"\n",
            [
                ("/trial/query", 200, [value]), ("/trial/none", 404, [value]),
                ("/trial/fields?status=401", 401, [value]),
                ("/trial/fields?cache-control=public", 200, ["public"]), ("/private/query", 200, [guarded]),
                ("/shared/query", 200, [value]),
            ]
        )
    }

    @Test func behindAPasswordPrivateTakesThePlaceOfPublic() throws {
        try check(
            "",
            [
                ("/private/query", 200, ["private"]), ("/private/none", 404, ["private"]), ("/shared/query", 200, []),
                ("/private/fields?cache-control=public,max-age=60", 200, ["private, max-age=60"]),
                ("/private/fields?cache-control=s-maxage=9&cache-control=max-age=60", 200, ["private, max-age=60"]),
                ("/private/fields?cache-control=no-store", 200, ["no-store"]),
                ("/private/fields?cdn-cache-control=public&surrogate-control=max-age=9", 200, ["private"]),
                ("/private/fields?status=401", 401, ["no-store"]), ("/private/big?bytes=100000", 200, ["private"]),
                ("/private/throw", 500, ["no-store"]),
            ]
        )
    }
}
