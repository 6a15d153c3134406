/// `ringport check`: what it prints, what it finds, and that it leaves no trace. Test threads.

import Glibc
import Harness
import Testing

@Suite struct CheckTests {
    private func check(_ site: TestSite, _ arguments: String...) throws -> Program.Outcome {
        try Program.run(program: Program.ringport, ["check", "--root", site.root] + arguments, within: .seconds(15))
    }

    @Test func whatItPrintsIsAConfigurationThatPrintsTheSame() throws {
        let configuration = """
            [server]
            listen = ["127.0.0.1:0"]
            [deadlines]
            idle = 12.5
            [[redirect]]
            from = "/old/*"
            to = "/new/*"
            [[host]]
            names = ["www.example.com"]
            redirect_to = "https://example.com"
            """
        let site = try TestSite(configuration: configuration)
        let first = try check(site)
        #expect(first.succeeded, "\(first)")
        #expect(first.output.contains("idle = 12.5  # default: 75\n"))
        #expect(first.errors.contains("ready to be served"), "\(first)")
        try site.write("printed.toml", first.output)
        let second = try check(site, "--config", site.root + "/printed.toml")
        #expect(second.succeeded, "\(second)")
        #expect(second.output == first.output)
    }

    @Test func itLeavesNoTrace() throws {
        let site = try TestSite(configuration: "[server]\nlisten = [\"127.0.0.1:0\"]\n")
        #expect(try check(site).succeeded)
        for name in ["db", "logs"] { #expect(unsafe access("\(site.root)/\(name)", F_OK) != 0, "\(name) was made") }
    }

    /// Each thing in a line of its own, all of them.
    @Test func everythingThatCannotBeOpenedIsNamed() throws {
        let busy = try ServerProcess(TestSite())
        let configuration = """
            [server]
            listen = ["127.0.0.1:\(busy.port)", "203.0.113.77:80"]
            [files]
            www = "nowhere"
            media_types = "www"
            [handlers]
            enabled = ["nosuch", "broken"]
            [[auth]]
            path = "/a"
            realm = "A"
            file = "passwords"
            [[auth]]
            path = "/b"
            realm = "B"
            file = "no-passwords"
            [[host]]
            names = ["example.com"]
            www = "elsewhere"
            """
        let site = try TestSite(configuration: configuration)
        try site.write("db/ringport.db", "this is no database at all")
        try site.write("logs", "not a folder")
        try site.write("handlers/libbroken.so", "not a library")
        try site.write("passwords", "ann:$2y$10$pdgbcl503qQRd1GXzrj5N.T2unBsOLGep9JzgZ286jI.WMeUJmYsm\nbob:plain\n")
        let outcome = try check(site)
        #expect(outcome.ending == .exited(78), "EX_CONFIG: \(outcome)")
        let lines = outcome.errors.split(separator: "\n")
        #expect(lines.allSatisfy { $0.hasPrefix("ringport: ") }, "\(outcome)")
        let expected = [
            "127.0.0.1:\(busy.port): Address already in use", "203.0.113.77:80: Cannot assign requested address",
            "/nowhere: No such file", "/www: Is a directory", "libnosuch.so", "libbroken.so: can't be loaded",
            "passwords:2: ", "/no-passwords: No such file", "/elsewhere: No such file", "file is not a database",
            "SQLite",
            "/logs: Not a directory",
        ]
        for text in expected { #expect(lines.count { $0.contains(text) } == 1, "\(text)\n\(outcome)") }
        #expect(lines.count == expected.count, "\(outcome)")
        #expect(outcome.output.contains("[[auth]]"), "what holds is printed all the same")
        try #expect(busy.stop() == .exited(0))
    }

    /// A device without an end, and a file that is larger than the memory should be filled with.
    @Test func whatIsNoSmallFileIsNotReadWhole() throws {
        let passwords = { (name: String) in "[[auth]]\npath = \"/a\"\nrealm = \"A\"\nfile = \"\(name)\"\n" }
        let types = { (name: String) in "[files]\nmedia_types = \"\(name)\"\n" }
        let site = try TestSite()
        try site.write("large", "")
        try #require(unsafe truncate(site.root + "/large", 1 << 40) == 0)
        for (configuration, name, reason) in [
            (passwords("/dev/zero"), "/dev/zero", "is no regular file; "),
            (types("/dev/zero"), "/dev/zero", "is no regular file; "),
            (passwords("large"), site.root + "/large", "has more than 16777216 bytes; "),
            (types("large"), site.root + "/large", "has more than 16777216 bytes; "),
        ] {
            try site.write("ringport.toml", configuration)
            let outcome = try check(site)
            #expect(outcome.ending == .exited(78), "\(outcome)")
            #expect(outcome.errors.contains("read \(name): \(reason)"), "\(outcome)")
        }
    }

    @Test func anErrorOfTheConfigurationHasItsLine() throws {
        let site = try TestSite(configuration: "[deadlines]\nbody = 3\n[limits]\nbody = 3\n")
        let outcome = try check(site)
        #expect(outcome.ending == .exited(78), "\(outcome)")
        #expect(outcome.errors.contains("ringport.toml:4: limits.body is not known"), "\(outcome)")
        #expect(outcome.output.isEmpty, "\(outcome)")
    }

    /// A quick answer would tell which passwords are cheap to guess, so the owner is told before.
    @Test func aFileOfPasswordsOfMixedCostsIsNamed() throws {
        let site = try TestSite(configuration: "[[auth]]\npath = \"/a\"\nrealm = \"A\"\nfile = \"users\"\n")
        let hash = "pdgbcl503qQRd1GXzrj5N.T2unBsOLGep9JzgZ286jI.WMeUJmYsm"
        try site.write("users", "ann:$2y$05$\(hash)\n# eve\nbob:$2b$12$\(hash)\ncid:$2y$05$\(hash)\n")
        let mixed = try check(site)
        #expect(mixed.ending == .exited(0), "a site can be served so: \(mixed)")
        let path = site.root + "/users"
        #expect(
            mixed.errors.contains(
                "\(path): the hashes are of different costs: bcrypt of cost 5 (line 1), bcrypt of cost 12 (line 3); "
            ),
            "\(mixed)"
        )
        try site.write("users", "ann:$2y$12$\(hash)\nbob:$2b$12$\(hash)\n")
        #expect(try !check(site).errors.contains("different costs"))
    }
}
