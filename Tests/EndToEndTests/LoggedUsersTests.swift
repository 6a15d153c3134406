/// Users in the logs, and the reason that a refused one gets. Test threads.

import Harness
import Testing

@Suite struct LoggedUsersTests {
    private static let configuration = "[[auth]]\npath = \"/private/**\"\nrealm = \"Club\"\nfile = \"users\"\n"

    /// Users with one password, `geheim:ä`, as `htpasswd -nbB -C 4 USER 'geheim:ä'` has it.
    private func makeSite(_ users: [String]) throws -> TestSite {
        let site = try TestSite(["private/a": "secret\n", "open": "open\n"], configuration: Self.configuration)
        let hash = "$2y$04$wxODVaIR95OmGWexLW0hvu.Q11t6EH7fPdU5XJY53leraGRKpeZ6i"
        try site.write("users", users.map { "\($0):\(hash)\n" }.joined())
        return site
    }

    private func ask(_ server: ServerProcess, _ path: String, _ fields: String...) throws -> Response {
        let lines = fields.map { $0 + "\r\n" }.joined()
        return try Client(server).exchange(
            "GET \(path) HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n\(lines)\r\n"
        )
    }

    private func lines(_ site: TestSite, _ name: String) throws -> [Substring] {
        String(decoding: try site.read("logs/" + name), as: UTF8.self).split(separator: "\n")
    }

    @Test func theUserWhoWasLetInIsTheThirdWordOfTheLine() throws {
        let names = ["alice", "a b", "quo\"te", "back\\slash", "jörg", "-", "[x]"]
        let site = try makeSite(names)
        try serving(site) { server in
            for name in names {
                // The second time from memory.
                for _ in 0..<2 {
                    try #expect(
                        ask(server, "/private/a", Request.basic(name, "geheim:ä")).text == "secret\n",
                        "\(name)"
                    )
                }
            }
            try #expect(ask(server, "/private/none", Request.basic("alice", "geheim:ä")).status == 404)
            try #expect(ask(server, "/open", Request.basic("alice", "geheim:ä")).status == 200)
        }
        let words = ["alice", #"a\x20b"#, #"quo\x22te"#, #"back\x5Cslash"#, #"j\xC3\xB6rg"#, #"\x2D"#, "[x]"]
        let found = try lines(site, "access.log").map { $0.split(separator: " ", omittingEmptySubsequences: false) }
        // Nobody asked for a user at /open, and so nobody looked whether it was one.
        #expect(found.map { String($0[2]) } == words.flatMap { [$0, $0] } + ["alice", "-"])
        #expect(found.allSatisfy { $0[1] == "-" && $0[3].hasPrefix("[") && $0[5] == "\"GET" && $0[8].count == 3 })
    }

    @Test func aWrongPasswordAndNoneAreDifferentReasons() throws {
        let site = try makeSite(["alice"])
        let long = String(repeating: "n", count: 1000)
        try serving(site) { server in
            let cases: [([String], String)] = [
                ([], "credentials-missing"),
                ([Request.basic("alice", "wrong")], "credentials-wrong"),
                ([Request.basic("nobody\" 401", "geheim:ä")], "credentials-wrong"),
                ([Request.basic(long, "geheim:ä")], "credentials-wrong"),
                (["Authorization: Bearer x"], "credentials-malformed"),
                (["Authorization: Basic ???"], "credentials-malformed"),
                ([Request.basic("alice", "geheim:ä"), Request.basic("alice", "geheim:ä")], "credentials-malformed"),
            ]
            for (fields, reason) in cases {
                let lines = fields.map { $0 + "\r\n" }.joined()
                let answer = try Client(server).exchange(
                    "GET /private/a HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n\(lines)\r\n"
                )
                #expect(answer.status == 401)
                #expect(answer["WWW-Authenticate"] != nil)
                #expect(answer.text.contains("\"reason\":\"\(reason)\""), "\(answer.text)")
            }
        }
        let errors = try lines(site, "error.log").filter { $0.contains(" refused ") }
        #expect(errors.count == 7)
        #expect(errors.count { $0.contains(" user ") } == 3)
        #expect(errors[0].contains(" refused 127.0.0.1 401 credentials-missing \"GET /private/a HTTP/1.1\" "))
        #expect(errors[1].hasSuffix("us user \"alice\""))
        #expect(errors[2].hasSuffix(#"us user "nobody\x22 401""#))
        #expect(errors[3].hasSuffix("us user \"\(long.prefix(127))\""))
        try #expect(lines(site, "access.log").allSatisfy { $0.hasPrefix("127.0.0.1 - - [") })
    }
}
