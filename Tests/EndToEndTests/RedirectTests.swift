/// A folder's redirect, followed by curl at the server and behind a proxy that strips a prefix. Test threads.

import Harness
import Testing

@Suite struct RedirectTests {
    private static let files = [
        "docs/index.html": "docs", "docs/in/index.html": "in", "a b/index.html": "blank", "x:y/index.html": "colon",
        "http:/index.html": "scheme", "q?/index.html": "question", "ümläut/index.html": "umlaut",
    ]

    /// Targets, as they are sent, and the text that a client that follows gets.
    private static let targets = [
        ("/docs", "docs"), ("/docs?x=1&y=//z", "docs"), ("/docs/in", "in"), ("/a%20b", "blank"), ("/x:y", "colon"),
        ("/http:", "scheme"), ("/q%3F", "question"), ("/q%3f?a", "question"), ("/%C3%BCml%C3%A4ut", "umlaut"),
        ("/d%6Fcs/in", "in"), ("/old", "in"), ("/deep/er/old", "in"),
    ]
    private static let rules = """
        [[rewrite]]
        from = "/old"
        to = "/docs/in"

        [[rewrite]]
        from = "/deep/er/old"
        to = "/docs/in"

        [[redirect]]
        from = "/moved"
        to = "/docs/"
        """

    @Test func curlFollowsItToTheFolder() throws {
        try serving(TestSite(Self.files, configuration: Self.rules)) { server in
            for (target, text) in Self.targets {
                let outcome = try Program.curl("-L", "--max-redirs", "1", server.url(target))
                #expect(outcome.output == text, "\(target): \(outcome)")
            }
        }
    }

    /// What such a proxy's client makes of the Location (RFC 3986 §5), and what the proxy makes of the client's next request.
    @Test func itHoldsBehindAProxyThatStripsAPrefix() throws {
        let script = """
            import sys, urllib.parse
            for line in sys.stdin.read().split("\\n"):
                if line: print(urllib.parse.urljoin("http://proxy.example/app" + line.split()[0], line.split()[1]))
            """
        try serving(TestSite(Self.files, configuration: Self.rules)) { server in
            let client = try Client(server)
            for (target, text) in Self.targets {
                let moved = try client.exchange(Request.get(target))
                let location = try #require(moved["Location"])
                #expect(moved.status == 308 && !location.hasPrefix("/"))
                let joined = try Program.run(
                    program: "sh",
                    ["-c", "printf '%s %s\\n' \"$1\" \"$2\" | python3 -c \"$0\"", script, target, location]
                )
                let start = "http://proxy.example/app"
                let next = joined.output.prefix { $0 != "\n" }
                #expect(next.hasPrefix(start + "/"), "\(target): \(location), \(joined)")
                try #expect(client.exchange(Request.get(String(next.dropFirst(start.count)))).text == text, "\(next)")
                if let query = target.firstIndex(of: "?") { #expect(next.hasSuffix(target[query...])) }
            }
        }
    }

    @Test func whatTheConfigurationSaysIsSentAsItIs() throws {
        try serving(TestSite(Self.files, configuration: Self.rules)) { server in
            try #expect(Client(server).exchange(Request.get("/moved"))["Location"] == "/docs/")
        }
    }

    @Test(arguments: ["//docs", "/docs//in", "//evil.example/../docs", "/.//docs", "/%2e%2e/docs", "/docs/..%2fin"])
    func anOddAddressLeadsNowhereElse(target: String) throws {
        try serving(TestSite(Self.files)) { server in
            let response = try Client(server).exchange(Request.get(target))
            #expect([400, 404].contains(response.status) && response["Location"] == nil)
        }
    }
}
