/// A server that may not use what it would like to: filters of containers, old kernels. Test threads.

import Harness
import Testing

@Suite struct FilteredCallsTests {
    /// Refused calls, the errno for them, and what the first line says.
    struct Refusal: CustomTestStringConvertible {
        let code: String
        let calls: String
        let says: String

        var testDescription: String { "\(code) for \(calls)" }
    }

    private static let filtered = "is refused here by a seccomp filter; docs/OPERATIONS.md)"

    static let refusals = [
        Refusal(code: "EPERM", calls: "io_uring_setup", says: "epoll (io_uring_setup \(filtered)"),
        Refusal(code: "ENOSYS", calls: "io_uring_setup", says: "epoll (io_uring_setup \(filtered)"),
        Refusal(code: "EPERM", calls: "io_uring_enter", says: "epoll (io_uring_enter \(filtered)"),
        Refusal(code: "EPERM", calls: "io_uring_register", says: "epoll (io_uring_register \(filtered)"),
        Refusal(code: "EPERM", calls: "io_uring_setup,openat2,faccessat2", says: "epoll (io_uring_setup \(filtered)"),
        Refusal(code: "ENOSYS", calls: "io_uring_setup,epoll_pwait2", says: "epoll (io_uring_setup \(filtered)"),
        Refusal(code: "ENOSYS", calls: "since-5.1", says: "epoll (io_uring_setup \(filtered)"),
    ]

    /// Runs a program beneath a filter.
    private static func launcher(_ refusal: Refusal) throws -> [String] {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
            .joined(separator: "/")
        return ["python3", "-B", folder + "/Clients/without_calls.py", refusal.code, refusal.calls]
    }

    /// Pages, forms and the log, without an option.
    @Test(.enabled(if: Program.engine.isEmpty, "an engine is asked for"), arguments: refusals)
    func everythingIsServedAllTheSame(refusal: Refusal) throws {
        let large = String(repeating: "0123456789abcdef", count: 1 << 17)
        let site = try TestSite(
            ["index.html": "hello\n", "large.txt": large, "folder/a.txt": "a\n"],
            configuration: "[files]\nlisting = true\n"
        )
        let server = try ServerProcess(site, launcher: Self.launcher(refusal))
        let said = server.process.errors
        let line = said.split(separator: "\n").first { $0.hasPrefix("ringport: completion port: ") }
        let words = try #require(line).dropFirst("ringport: completion port: ".count)
        #expect(words.hasPrefix(refusal.says), "\(said)")
        // Each connection has a descriptor there.
        #expect(words.dropFirst(refusal.says.count).wholeMatch(of: /, for [0-9]+ connections/) != nil, "\(said)")
        let client = try Client(server)
        try #expect(client.exchange(Request.get("/")).text == "hello\n")
        try #expect(client.exchange(Request.get("/large.txt")).text == large)
        try #expect(client.exchange(Request.get("/folder/")).text.contains("a.txt"))
        try #expect(client.exchange(Request.get("/none")).status == 404)
        try #expect(client.exchange(Request.post("/forms/a", "name=b", Request.json)).status == 201)
        try #expect(server.stop() == .exited(0))
        try #expect(Program.query(site, "SELECT fields FROM submissions") == ["{\"name\":\"b\"}"])
        try #expect(site.accessLog().count == 5)
    }

    /// Links that stay inside can't be told from others then.
    @Test func linksInsideAreRefusedWhereTheyCannotBeTold() throws {
        let site = try TestSite(configuration: "[files]\nsymlinks = \"inside\"\n")
        let refusal = Refusal(code: "ENOSYS", calls: "openat2", says: "")
        for command in ["serve", "check"] {
            let words = try Self.launcher(refusal) + [Program.ringport, command, "--root", site.root]
            let outcome = try Program.run(program: words[0], Array(words.dropFirst()) + ["--listen", "127.0.0.1:0"])
            #expect(outcome.ending == .exited(78))
            #expect(outcome.errors.contains("files.symlinks = \"inside\" needs openat2(2)"), "\(outcome)")
        }
    }

    /// Whoever asks for a ring gets one or nothing.
    @Test func aRingThatIsAskedForIsNotReplaced() throws {
        let site = try TestSite()
        let refusal = Self.refusals[0]
        for command in ["serve", "check"] {
            let words = try Self.launcher(refusal) + [Program.ringport, command, "--root", site.root]
            let options = ["--engine", "io_uring", "--listen", "127.0.0.1:0"]
            let outcome = try Program.run(program: words[0], Array(words.dropFirst()) + options)
            #expect(outcome.ending == .exited(69))
            #expect(outcome.errors.contains("io_uring is forbidden by a seccomp filter"), "\(outcome)")
        }
    }
}
