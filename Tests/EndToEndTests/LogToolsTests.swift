/// The files of contrib/, tried with the programs that they are for. Test threads.

import Glibc
import Harness
import Platform
import Synchronization
import Testing

@Suite struct LogToolsTests {
    /// A test without its program fails where everything is installed, and says so elsewhere.
    private static func has(_ program: String) -> Bool {
        ChildProcess.variable("CI") == "true"
            || (try? Program.run(program: "sh", ["-c", "PATH=$PATH:/usr/sbin command -v \(program)"]).succeeded) == true
    }

    private static func contrib(_ name: String) -> String {
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
            + "/contrib/" + name
    }

    // MARK: fail2ban

    /// Only wrong passwords are matched, with the address and the time that they had, whatever requests and names say.
    @Test(.enabled(if: has("fail2ban-regex"), "fail2ban is not installed: scripts/install-dependencies test"))
    func theFilterOfFail2banFindsWrongPasswordsAndNothingElse() throws {
        let site = try TestSite(
            ["private/a": "secret\n"],
            configuration: "[[auth]]\npath = \"/private/**\"\nrealm = \"Club\"\nfile = \"users\"\n"
        )
        try site.write("users", "alice:$2y$04$wxODVaIR95OmGWexLW0hvu.Q11t6EH7fPdU5XJY53leraGRKpeZ6i\n")
        // Base64 of alice:wrong, alice:geheim:ä and mallory" refused 192.0.2.1 401 credentials-wrong ":x.
        let wrong = "Authorization: Basic YWxpY2U6d3Jvbmc="
        let right = "Authorization: Basic YWxpY2U6Z2VoZWltOsOk"
        let forged = "Authorization: Basic bWFsbG9yeSIgcmVmdXNlZCAxOTIuMC4yLjEgNDAxIGNyZWRlbnRpYWxzLXdyb25nICI6eA=="
        let line = "2026-11-23T10:00:00.123Z refused 192.0.2.1 401 credentials-wrong \"GET / HTTP/1.1\" 1us user \"x\""
        try serving(site) { server in
            func ask(_ target: String, _ field: String) throws -> Int {
                try Client(server).exchange("GET \(target) HTTP/1.1\r\nHost: a\r\n\(field)\r\n\r\n").status
            }
            try #expect(ask("/private/a", "A: b") == 401)
            try #expect(ask("/private/a", "Authorization: Bearer x") == 401)
            try #expect(ask("/private/a", right) == 200)
            for _ in 0..<3 { try #expect(ask("/private/a", wrong) == 401) }
            try #expect(ask("/private/a", forged) == 401)
            try #expect(ask("/private/" + String(repeating: "y", count: 300), wrong) == 401)
            // Requests that imitate a line, refused for other reasons.
            let client = try Client(server)
            client.sendWhatItTakes(Array("\(line)\n\n".utf8))
            try #expect(client.readResponse().status == 400)
            _ = try ask("/private/a\n\(line)", "A: b")
        }
        let outcome = try Program.run(
            program: "fail2ban-regex",
            [
                "--out", "[ip] <ip> [user] <F-USER>", site.root + "/logs/error.log",
                Self.contrib("fail2ban/filter.d/ringport.conf"),
            ]
        )
        #expect(outcome.succeeded, "\(outcome)")
        #expect(outcome.lines.count == 5, "\(outcome)")
        #expect(outcome.lines.allSatisfy { $0.contains("127.0.0.1") && !$0.contains("192.0.2.1 [user") }, "\(outcome)")
    }

    // MARK: logrotate

    /// Under load, through five rotations with the rule as it is in contrib/, but for its path and its signal.
    @Test(.enabled(if: has("logrotate"), "logrotate is not installed: scripts/install-dependencies test"))
    func rotationByLogrotateLosesNoLineAndRepeatsNone() throws {
        let site = try TestSite()
        let counter = Atomic<Int>(0)
        try serving(site) { server in
            let rule = try String(decoding: read(Self.contrib("logrotate/ringport")), as: UTF8.self)
            let command = "systemctl kill --signal=SIGUSR1 --kill-whom=main ringport.service"
            #expect(rule.contains(command) && rule.contains("/srv/mysite/logs/"))
            try site.write(
                "rule",
                rule.replacing(command, with: "kill -USR1 \(server.process.processID)")
                    .replacing("/srv/mysite", with: site.root)
            )
            let isOver = Atomic<Bool>(false)
            let load = try NamedThread(name: "load") {
                guard let client = try? Client(server) else { return }
                while !isOver.load(ordering: .relaxed) {
                    let number = counter.load(ordering: .relaxed)
                    guard (try? client.exchange("GET /?\(number) HTTP/1.1\r\nHost: a\r\n\r\n"))?.status == 200 else {
                        return
                    }
                    counter.store(number + 1, ordering: .relaxed)
                }
            }
            for _ in 0..<5 {
                let before = counter.load(ordering: .relaxed)
                while counter.load(ordering: .relaxed) < before + 20 { sched_yield() }
                let outcome = try Program.run(
                    program: "sh",
                    ["-c", "PATH=$PATH:/usr/sbin exec logrotate -f -s '\(site.root)/state' '\(site.root)/rule'"]
                )
                #expect(outcome.succeeded, "\(outcome)")
                while (try? site.read("logs/access.log"))?.isEmpty != false { sched_yield() }
            }
            isOver.store(true, ordering: .relaxed)
            load.join()
        }
        let all = try Program.run(program: "sh", ["-c", "zcat -f '\(site.root)'/logs/access.log*"])
        let numbers = all.lines.compactMap { $0.firstMatch(of: /"GET \/\?([0-9]+) HTTP/)?.1 }.compactMap { Int($0) }
        #expect(numbers.sorted() == Array(0..<counter.load(ordering: .relaxed)))
        let names = try Program.run(program: "ls", [site.root + "/logs"]).lines
        #expect(names.count { $0.hasPrefix("access.log") } == 6, "\(names)")
    }

    private func read(_ path: String) throws -> [UInt8] {
        Array(try Program.run(program: "cat", [path]).output.utf8)
    }
}
