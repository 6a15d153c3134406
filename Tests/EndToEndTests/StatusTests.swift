/// `ringport status` beside the real server. Test threads.

import Glibc
import Harness
import Testing

@Suite struct StatusTests {
    private func status(_ site: TestSite, _ arguments: String...) throws -> Program.Outcome {
        let words = site.environment + [try Program.ringport, "status", "--root", site.root] + arguments
        return try Program.run(program: words[0], Array(words.dropFirst()), within: .seconds(30))
    }

    /// The number behind a name in the text of a report.
    private func number(_ name: String, _ outcome: Program.Outcome) throws -> Int {
        let line = outcome.lines.first { $0.hasPrefix("  \(name) ") }
        return try #require(line?.split(separator: " ").last.flatMap { Int($0) }, "\(name) in \(outcome)")
    }

    @Test func itCountsWhatTheServerDoes() throws {
        let site = try TestSite(["index.html": "hello\n", "docs/a.txt": "a"], configuration: "[server]\nworkers = 2\n")
        try serving(site) { server in
            let clients = try (0..<3).map { _ in try Client(server) }
            for client in clients {
                try #expect(client.exchange(Request.get("/")).status == 200)
                try #expect(client.exchange(Request.get("/docs")).status == 308)
                try #expect(client.exchange(Request.get("/missing")).status == 404)
            }
            try #expect(clients[0].exchange(Request.post("/forms/a", "n=0", Request.json)).status == 201)
            let outcome = try status(site)
            #expect(outcome.succeeded, "\(outcome)")
            let expected = [
                "answered": 10, "status_2xx": 4, "status_3xx": 3, "status_4xx": 3, "status_5xx": 0, "connections": 3,
                "workers": 2, "hanging": 0, "pid": Int(server.process.processID), "begun": 1, "open": 0,
                "writes_stored": 1, "commits": 1, "dropped": 0,
            ]
            for (name, value) in expected { try #expect(number(name, outcome) == value, "\(name)") }
            #expect(outcome.lines.contains { $0.hasSuffix("  http://127.0.0.1:\(server.port)") })
            #expect(outcome.lines.contains { $0.hasSuffix(Program.usesRing ? " io_uring" : " epoll") })
            let json = try status(site, "--json")
            #expect(json.lines.count == 1)
            #expect(json.output.contains("\"answered\":10,"))
        }
    }

    @Test func withoutAServerItSaysWhereItLooked() throws {
        let site = try TestSite()
        try site.makeFolder("db")
        let never = try status(site)
        #expect(never.ending == .exited(69))
        #expect(never.errors.contains(site.root + "/db/status.sock"), "\(never)")
        let server = try ServerProcess(site)
        try #expect(status(site).succeeded)
        try server.kill()
        #expect(unsafe access(site.root + "/db/status.sock", F_OK) == 0, "what a killed server leaves")
        try #expect(status(site).ending == .exited(69))
        // It is replaced, and removed in the end.
        try serving(site) { _ in try #expect(status(site).succeeded) }
        #expect(unsafe access(site.root + "/db/status.sock", F_OK) != 0)
    }

    @Test func aServerThatStopsIsNotWell() throws {
        let site = try TestSite(configuration: "[deadlines]\ndrain = 60\nbody = 60\n")
        try serving(site) { server in
            let client = try Client(server)
            try client.send("POST /forms/a HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nExpect: 100-continue\r\n")
            try client.send("Content-Type: application/x-www-form-urlencoded\r\n\r\n")
            try client.waitForBytes(20)
            server.process.send(signal: SIGTERM)
            // The signal is another thread's to take.
            var outcome = try status(site)
            while outcome.ending == .exited(0) { outcome = try status(site) }
            #expect(outcome.ending == .exited(1), "\(outcome)")
            #expect(outcome.errors.contains("the server is stopping"))
            try client.send("n=1234")
            _ = try client.readResponse()
            try #expect(client.readResponse().status == 303)
        }
    }

    @Test func aServerThatDoesNotAnswerIsToldApart() throws {
        let site = try TestSite()
        try serving(site) { server in
            try #expect(status(site).succeeded)
            try server.whileStopped {
                let outcome = try status(site)
                #expect(outcome.ending == .exited(75), "\(outcome)")
            }
            try #expect(status(site).succeeded)
        }
    }

    @Test func theSettingNamesThePlaceOrNone() throws {
        let site = try TestSite(configuration: "[server]\nstatus = \"here.sock\"\n")
        try serving(site) { _ in
            #expect(unsafe access(site.root + "/here.sock", F_OK) == 0)
            try #expect(status(site).succeeded)
        }
        let silent = try TestSite(configuration: "[server]\nstatus = \"\"\n")
        try serving(silent) { server in
            #expect(!server.process.errors.contains("status"))
            let outcome = try status(silent)
            #expect(outcome.ending == .exited(69))
            #expect(outcome.errors.contains("[server] status"))
        }
    }

    /// A site that may not be written to, and a user without a folder for what runs.
    @Test func aServerWithoutAPlaceSaysSoAndServes() throws {
        let site = try TestSite(configuration: "[server]\nstatus = \"nowhere/status.sock\"\n")
        try serving(site) { server in
            #expect(server.process.errors.contains("ringport status will not find this server: "))
            #expect(server.process.errors.contains("/nowhere/status.sock"))
            try #expect(Client(server).exchange(Request.get("/")).status == 200)
        }
    }

    @Test(.enabled(if: getuid() == 0 || ChildProcess.variable("CI") == "true", "needs root, to be another user"))
    func anotherUserIsNotAnswered() throws {
        let site = try TestSite()
        try site.makeFolder("db")
        try serving(site) { _ in
            try #expect(Program.run(program: "chmod", ["-R", "a+rwX", site.root]).succeeded)
            try #expect(Program.run(program: "chmod", ["0666", site.root + "/db/status.sock"]).succeeded)
            let words = ["--reuid=65534", "--clear-groups", try Program.ringport, "status", "--root", site.root]
            let outcome = try Program.run(program: "setpriv", words)
            #expect(outcome.ending == .exited(77), "\(outcome)")
        }
    }

    /// Two servers of one site: the first answers while it runs, though the second was started by mistake.
    @Test func theFirstOfTwoServersAnswers() throws {
        let site = try TestSite()
        try serving(site) { first in
            try serving(site) { _ in
                try #expect(number("pid", status(site)) == Int(first.process.processID))
            }
            try #expect(number("pid", status(site)) == Int(first.process.processID))
        }
    }

    @Test func aConfigurationThatIsWrongIsNamedWhenNoServerIsFound() throws {
        let site = try TestSite(configuration: "[server]\nstatus = \"here.sock\"\n")
        try serving(site) { _ in
            try #expect(status(site).succeeded)
            try site.write("ringport.toml", "[server\n")
            let outcome = try status(site)
            #expect(outcome.ending == .exited(78))
            #expect(outcome.errors.contains("ringport.toml"), "\(outcome)")
        }
    }

    @Test func aListeningSocketIsNoStatusSocket() throws {
        let site = try TestSite(configuration: "[server]\nlisten = [\"unix:a.sock\"]\nstatus = \"a.sock\"\n")
        let outcome = try Program.run("check", "--root", site.root)
        #expect(outcome.ending == .exited(78))
        #expect(outcome.errors.contains("server.status is a socket of server.listen"), "\(outcome)")
    }

    @Test func aReportThatIsLostIsNoSuccess() throws {
        let site = try TestSite()
        try serving(site) { _ in
            let words = site.environment + [try Program.ringport, "status", "--root", site.root]
            let outcome = try Program.run(program: "sh", ["-c", "exec \"$@\" > /dev/full", "sh"] + words)
            #expect(outcome.ending == .exited(74), "\(outcome)")
        }
    }
}
