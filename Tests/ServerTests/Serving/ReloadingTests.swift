/// A site that is taken anew while it is asked: users, folders, files in memory. Test threads.

import Platform
import Testing

@testable import Server

@Suite(.serialized) struct ReloadingTests {
    private static let alice = "alice:$2y$04$wxODVaIR95OmGWexLW0hvu.Q11t6EH7fPdU5XJY53leraGRKpeZ6i\n"
    private static let right = "Authorization: Basic YWxpY2U6Z2VoZWltOsOk"

    private func configuration(_ site: ServedSite) -> ServerConfiguration {
        var configuration = site.server.configuration
        // The server has added what the fields take.
        configuration.limits.responseHeadSizeMax = Limits().responseHeadSizeMax
        return configuration
    }

    /// Reloads, and waits until the worker answers by the new rules, which a field tells.
    private func reload(_ site: ServedSite, _ change: (inout ServerConfiguration) -> Void = { _ in }) throws {
        var wanted = configuration(site)
        change(&wanted)
        let mark = "\(UInt32.random(in: 0 ... .max))"
        wanted.rules.fields.removeAll { $0.name == "X-Mark" }
        wanted.rules.fields.append(FieldRule(name: "X-Mark", value: mark))
        let outcome = site.server.reload(wanted)
        #expect(outcome.isTaken, "\(outcome.lines)")
        for _ in 0..<1000 { if try site.ask("/nowhere")["X-Mark"] == mark { return } }
        Issue.record("the worker does not follow")
    }

    @Test func aFileInMemoryIsDescribedAnew() throws {
        let site = try ServedSite(["www/a.foo": "a", "www/b.txt": "b"])
        for _ in 0..<2 { #expect(try site.ask("/a.foo")["Content-Type"] == "application/octet-stream") }
        try reload(site) {
            $0.mediaTypes.types = ["foo": "text/x-foo"]
            $0.rules.security.frameOptions = "DENY"
        }
        for _ in 0..<2 {
            let answer = try site.ask("/a.foo")
            #expect(answer["Content-Type"]?.hasPrefix("text/x-foo") == true && answer["X-Frame-Options"] == "DENY")
        }
    }

    /// A connection's holdings are counted off where they were counted, though its peer is trusted for a while.
    @Test func aPeerThatIsTrustedFromNowOnHasNoShare() throws {
        let site = try ServedSite(["www/a.txt": "a"])
        let peer = try TrustedPeer("127.0.0.1")
        let connection = try RawConnection(port: site.port)
        try connection.send("GET /a.txt HTTP/1.1\r\nHost: loc")
        for trusted in [[peer], [], [peer]] {
            try reload(site) { $0.proxies.trusted = trusted }
            try connection.send("alhost\r\n\r\nGET /a.txt HTTP/1.1\r\nHost: loc")
            #expect(try connection.answer().text == "a")
        }
        connection.reset()
        #expect(try site.ask("/a.txt").text == "a")
    }

    @Test func whoeverMayEnterMayNotAfterTheFileOfPasswordsSaysSo() throws {
        let rule = ProtectionRule(path: "/**", realm: "Club", file: "users")
        let site = try ServedSite(["www/a.txt": "a", "users": Self.alice]) { $0.rules.protections = [rule] }
        for _ in 0..<2 { #expect(try site.ask("/a.txt", Self.right).text == "a") }
        try site.write("users", Array("bob\(Self.alice.dropFirst(5))".utf8))
        try reload(site)
        #expect(try site.ask("/a.txt", Self.right).status == 401, "what was right a moment ago is forgotten")
        try site.write("users", Array(Self.alice.utf8))
        try reload(site)
        #expect(try site.ask("/a.txt", Self.right).text == "a")
        // Another realm of the same number, with other users.
        try site.write("others", Array("bob\(Self.alice.dropFirst(5))".utf8))
        try reload(site) { $0.rules.protections = [ProtectionRule(path: "/**", realm: "Other", file: "others")] }
        #expect(try site.ask("/a.txt", Self.right).status == 401)
    }

    /// The pool compares passwords while the realms, hosts and folders that the request was found by go away.
    @Test func aPasswordThatIsBeingComparedOpensWhatWasAskedFor() throws {
        let site = try ServedSite(["www/a.txt": "old", "other/a.txt": "new", "users": Self.alice])
        let plain = configuration(site)
        var guarded = plain
        var rules = SiteRules()
        rules.files.www = "other"
        guarded.rules.fields = [FieldRule(name: "X-Rules", value: "guarded")]
        guarded.rules.protections = [ProtectionRule(path: "/**", realm: "First", file: "users")]
        guarded.hosts = [HostRules(names: ["a"], rules: rules), HostRules(names: ["b"], rules: guarded.rules)]
        let client = try RawConnection(port: site.port)
        var guardedCount = 0
        // The worker may hear of both before it reads the request: then nothing was compared.
        for round in 0..<1000 where round < 30 || guardedCount == 0 {
            site.server.reload(guarded)
            try client.send("GET /a.txt HTTP/1.1\r\nHost: b\r\n\(Self.right)\r\n\r\n")
            site.server.reload(plain)
            let answer = try client.answer()
            #expect(answer.status == 200 && answer.text == "old")
            #expect(answer["X-Rules"] == "guarded" || answer["X-Rules"] == nil)
            if answer["X-Rules"] == "guarded" { guardedCount += 1 }
        }
        #expect(guardedCount > 0)
    }

    @Test func theSmallerLimitOfFilesInMemoryHolds() throws {
        let site = try ServedSite(["www/a.txt": "a"])
        #expect(try site.ask("/a.txt").text == "a")
        try reload(site) { $0.limits.fileCacheSizeMax = 0 }
        for _ in 0..<3 { #expect(try site.ask("/a.txt").text == "a") }
    }

    /// More fields need more room; those that were answered with few get as much.
    @Test func fieldsMayGrowAndShrink() throws {
        let site = try ServedSite(["www/a.txt": "a"])
        for length in [4000, 10, 4000] {
            let value = String(repeating: "x", count: length)
            try reload(site) { $0.rules.fields = [FieldRule(name: "X-Long", value: value)] }
            for path in ["/a.txt", "/none", "/a.txt"] { #expect(try site.ask(path)["X-Long"] == value) }
        }
    }

    @Test func whatIsWrongIsAllNamedAndTheOldHolds() throws {
        let site = try ServedSite(["www/a.txt": "a"])
        var wanted = configuration(site)
        wanted.rules.files.www = "nowhere"
        wanted.rules.protections = [ProtectionRule(path: "/**", realm: "A", file: "no-users")]
        wanted.mediaTypes.file = "www"
        let outcome = site.server.reload(wanted)
        #expect(!outcome.isTaken && outcome.lines.count == 3, "\(outcome.lines)")
        #expect(try site.ask("/a.txt").text == "a")
    }
}
