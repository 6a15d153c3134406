/// `ringport check` while the site is served, and with a configuration that is wrong in several places. Test threads.

import Glibc
import Harness
import Testing

@Suite struct CheckBesideServerTests {
    private func check(_ site: TestSite, _ arguments: String...) throws -> Program.Outcome {
        try Program.run(program: Program.ringport, ["check", "--root", site.root] + arguments, within: .seconds(15))
    }

    @Test func theSitesOwnServerIsNotInItsWay() throws {
        let site = try TestSite()
        try serving(site) { server in
            // No form has come, so that there is no lock: the server is known by the folder.
            let first = try check(site, "--listen", "127.0.0.1:\(server.port)")
            #expect(first.succeeded, "\(first)")
            #expect(first.errors.contains("127.0.0.1:\(server.port): this site's running server listens there"))
            #expect(first.errors.contains("ready to be served"))
            // With a database it is the process that has the lock.
            try #expect(Program.curl("-d", "a=1", server.url("/forms/x")).succeeded)
            let second = try check(site, "--listen", "127.0.0.1:\(server.port)")
            #expect(second.succeeded, "\(second)")
            // An address that is about to be more.
            let wider = try check(site, "--listen", "0.0.0.0:\(server.port)")
            #expect(wider.succeeded, "\(wider)")
        }
    }

    @Test func theServerOfAnotherSiteIs() throws {
        let site = try TestSite()
        try serving { other in
            try serving(site) { server in
                try #expect(Program.curl("-d", "a=1", server.url("/forms/x")).succeeded)
                let outcome = try check(
                    site,
                    "--listen",
                    "127.0.0.1:\(server.port)",
                    "--listen",
                    "127.0.0.1:\(other.port)"
                )
                #expect(outcome.ending == .exited(78), "\(outcome)")
                #expect(outcome.errors.contains("listen on 127.0.0.1:\(other.port): Address already in use"))
                #expect(outcome.errors.contains("127.0.0.1:\(server.port): this site's running server"))
            }
        }
    }

    /// A user who can't look into the server's descriptors.
    @Test(.enabled(if: getuid() == 0 || ChildProcess.variable("CI") == "true", "needs root, to be another user"))
    func anotherUserIsToldByTheLock() throws {
        let site = try TestSite()
        try serving(site) { server in
            try #expect(Program.curl("-d", "a=1", server.url("/forms/x")).succeeded)
            let words = ["-R", "a+rX", site.root]
            try #expect(Program.run(program: "chmod", words).succeeded)
            let program = try Program.ringport
            let arguments = ["--reuid=65534", "--clear-groups", program, "check", "--root", site.root, "--listen"]
            let outcome = try Program.run(program: "setpriv", arguments + ["127.0.0.1:\(server.port)"])
            #expect(outcome.errors.contains("this site's running server listens there"), "\(outcome)")
        }
    }

    @Test func allThatIsWrongIsSaidInOneRun() throws {
        let configuration = """
            [limits]
            body_size_max = "much"
            nonsense = 1
            [server]
            listen = ["127.0.0.1"]
            [files]
            media_types = "www"
            [[auth]]
            path = "/b"
            realm = "B"
            file = "no-passwords"
            """
        let site = try TestSite(configuration: configuration)
        let outcome = try check(site)
        #expect(outcome.ending == .exited(78), "\(outcome)")
        let expected = [
            "ringport.toml:2: limits.body_size_max", "ringport.toml:3: limits.nonsense",
            "ringport.toml:5: server.listen", "/no-passwords: No such file", "/www: Is a directory", "SQLite",
        ]
        let lines = outcome.errors.split(separator: "\n")
        for text in expected { #expect(lines.count { $0.contains(text) } == 1, "\(text)\n\(outcome)") }
        #expect(lines.count == expected.count, "\(outcome)")
        #expect(outcome.output.isEmpty, "what holds is not known")
        let served = try Program.run("serve", "--root", site.root)
        #expect(served.ending == .exited(78), "\(served)")
        for text in expected.prefix(3) { #expect(served.errors.contains(text), "\(served)") }
    }

    @Test func aFileThatIsNoTOMLLeavesTheRestToBeLookedAt() throws {
        let site = try TestSite(configuration: "[server\n")
        try site.write("logs", "not a folder")
        let outcome = try check(site)
        #expect(outcome.ending == .exited(78), "\(outcome)")
        #expect(outcome.errors.contains("ringport.toml:1: is no TOML"))
        #expect(outcome.errors.contains("/logs: Not a directory"))
    }
}
