/// The access log, and `ringport tail` on it. Test threads.

import Glibc
import Harness
import Platform
import Testing

@Suite struct TailTests {
    private func get(_ server: ServerProcess, _ path: String) throws -> Response {
        try Client(server).exchange("GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    }

    /// Follows a log until every one of these pieces has been printed.
    private func expectFollowed(_ tail: ChildProcess, _ pieces: [String]) throws {
        _ = try tail.waitForOutput("line with \(pieces)") { text in
            pieces.allSatisfy(text.contains) ? true : nil
        }
    }

    @Test func everyRequestIsOneLineInCombinedLogFormat() throws {
        let site = try TestSite()
        try serving(site) { server in
            _ = try Client(server).exchange(
                "GET /index.html?a=1 HTTP/1.1\r\nHost: a\r\nReferer: http://b/\r\nUser-Agent: test \"x\"\r\n\r\n"
            )
            try #expect(get(server, "/nowhere").status == 404)
        }
        let lines = try site.accessLog()
        let combined =
            /127\.0\.0\.1 - - \[[0-9]{2}\/[A-Z][a-z]{2}\/[0-9]{4}(:[0-9]{2}){3} [+-][0-9]{4}\] "[^"]+" [0-9]{3} ([0-9]+|-) "(\\.|[^"\\])*" "(\\.|[^"\\])*"/
        #expect(lines.count == 2)
        for line in lines { #expect(line.wholeMatch(of: combined) != nil, "\(line)") }
        #expect(lines.first?.contains("\"GET /index.html?a=1 HTTP/1.1\" 200 6 \"http://b/\" ") == true, "\(lines)")
        #expect(lines.last?.contains("\"GET /nowhere HTTP/1.1\" 404 ") == true, "\(lines)")
    }

    @Test func withoutAnAccessLogRefusalsAreStillExplained() throws {
        let site = try TestSite(configuration: "[log]\naccess = false\n")
        try serving(site) { server in
            try #expect(get(server, "/index.html").status == 200)
            try #expect(Client(server).exchange("GET / HTTP/3.1\r\n\r\n").status == 505)
        }
        #expect(unsafe access(site.root + "/logs/access.log", F_OK) != 0, "a log without lines is not made")
        let errors = try Program.run("tail", "-n", "9", site.root + "/logs/error.log").output
        #expect(errors.contains("version-not-supported"), "\(errors)")
    }

    @Test func aRequestCannotForgeALogLine() throws {
        let site = try TestSite()
        try serving(site) { server in
            _ = try Client(server).exchange(
                "GET /a%0a127.0.0.1 HTTP/1.1\r\nHost: a\r\nUser-Agent: x\u{1b}[2J\"y\\\r\n\r\n"
            )
        }
        let lines = try site.accessLog()
        #expect(lines.count == 1)
        #expect(lines.first?.utf8.contains(0x1b) == false, "\(lines)")
    }

    @Test func theLastLinesArePrinted() throws {
        let site = try TestSite(Dictionary(uniqueKeysWithValues: (0..<20).map { ("\($0).txt", "x") }))
        try serving(site) { server in
            for number in 0..<20 { try #expect(get(server, "/\(number).txt").status == 200) }
        }
        let tail = try Program.run("tail", "-n", "5", site.root + "/logs/access.log")
        #expect(
            tail.lines.compactMap { $0.firstMatch(of: /GET \/([0-9]+)\.txt/)?.1 } == ["15", "16", "17", "18", "19"]
        )
        let here = try Program.run("tail", "-n", "1", in: site.root)
        #expect(here.output.contains("/19.txt"), "the log of the site one stands in is the default: \(here)")
    }

    @Test func linesAreFilteredByStatusMethodAndPath() throws {
        let site = try TestSite(["a/x.txt": "x", "b.txt": "x"])
        try serving(site) { server in
            for path in ["/a/x.txt", "/b.txt", "/missing"] { _ = try get(server, path) }
            _ = try Client(server).exchange("HEAD /b.txt HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        let log = site.root + "/logs/access.log"
        try #expect(Program.run("tail", "--status", "4xx", log).lines.count == 1)
        try #expect(Program.run("tail", "--status", "200,500", log).lines.count == 3)
        try #expect(Program.run("tail", "--method", "HEAD", log).lines.count == 1)
        try #expect(Program.run("tail", "--path", "/a/*", log).lines.count == 1)
        let json = try Program.run("tail", "--json", "--status", "404", log)
        #expect(json.lines.count == 1 && json.output.hasPrefix("{") && json.output.contains("/missing"), "\(json)")
    }

    @Test func eachRequestIsFollowedAsItHappens() throws {
        let site = try TestSite()
        try serving(site) { server in
            _ = try get(server, "/before")
            let tail = try ChildProcess(Program.ringport, ["tail", "-f", site.root + "/logs/access.log"])
            for number in 0..<10 {
                _ = try get(server, "/live-\(number)")
                try expectFollowed(tail, ["/live-\(number) "])
            }
            tail.send(signal: SIGTERM)
        }
    }

    @Test func followingSurvivesRotationTruncationAndLateCreation() throws {
        let site = try TestSite()
        let log = site.root + "/logs/access.log"
        let tail = try ChildProcess(Program.ringport, ["tail", "-f", log])
        try serving(site) { server in
            _ = try get(server, "/late")
            try expectFollowed(tail, ["/late "])

            #expect(try Program.run(program: "mv", [log, log + ".1"]).succeeded)
            _ = try get(server, "/to-the-old-name")
            server.process.send(signal: SIGUSR1)
            var number = 0
            while unsafe access(log, F_OK) != 0 && number < 10_000 {
                _ = try get(server, "/while-reopening")
                number += 1
            }
            _ = try get(server, "/rotated")
            try expectFollowed(tail, ["/to-the-old-name ", "/rotated "])

            #expect(try Program.run(program: "truncate", ["-s", "0", log]).succeeded)
            _ = try get(server, "/truncated")
            try expectFollowed(tail, ["/truncated "])
        }
        let kept = try [log, log + ".1"].map { try Program.run(program: "cat", [$0]).output }.joined()
        #expect(kept.contains("/to-the-old-name "), "no line is lost by reopening")
        tail.send(signal: SIGTERM)
    }

    @Test func reopeningUnderLoadLosesNoLine() throws {
        let site = try TestSite()
        let log = site.root + "/logs/access.log"
        let finished = Monitor(0)
        try serving(site) { server in
            let clients = try (0..<4).map { number in
                try NamedThread(name: "load-\(number)") {
                    // What a client can't do is missing in the log, and so fails the test there.
                    if let client = try? Client(server) {
                        for turn in 0..<500 { _ = try? client.exchange(Request.get("/\(number)-\(turn)")) }
                    }
                    finished.withLock { $0 += 1 }
                }
            }
            _ = try get(server, "/first")
            var rotations = 0
            while finished.withLock({ $0 }) < clients.count {
                guard unsafe access(log, F_OK) == 0 else {
                    _ = try get(server, "/while-reopening")
                    continue
                }
                try site.rename("logs/access.log", to: "logs/access.log.\(rotations)")
                rotations += 1
                server.process.send(signal: rotations % 2 == 0 ? SIGUSR1 : SIGHUP)
            }
            for client in clients { client.join() }
            #expect(rotations > 0)
        }
        let text = try Program.run(program: "sh", ["-c", "cat \"$0\"*", log]).output
        let lines = Set(text.split(separator: "\n").compactMap { $0.firstMatch(of: /"GET \/([0-9]-[0-9]+) HTTP/)?.1 })
        #expect(lines.count == 2000, "\(2000 - lines.count) lines are lost")
    }

    @Test func aLogThatIsNotThereIsAnError() throws {
        let outcome = try Program.run("tail", "/nowhere/access.log")
        #expect(!outcome.succeeded)
        #expect(outcome.errors.contains("/nowhere/access.log"), "\(outcome)")
    }

    // MARK: Whatever happens

    @Test func aSignalMeantForTheServerEndsNoReader() throws {
        let site = try TestSite()
        try serving(site) { server in
            _ = try get(server, "/before")
            let tail = try ChildProcess(Program.ringport, ["tail", "-F", site.root + "/logs/access.log"])
            try expectFollowed(tail, ["/before "])
            for turn in 0..<10 {
                tail.send(signal: SIGUSR1)
                _ = try get(server, "/after-\(turn)")
                try expectFollowed(tail, ["/after-\(turn) "])
            }
            tail.send(signal: SIGTERM)
            #expect(try tail.waitUntilEnded() == .signaled(SIGTERM))
        }
    }

    @Test(arguments: [SIGHUP, SIGINT, SIGTERM, SIGUSR2])
    func everyOtherSignalEndsAReader(signal: Int32) throws {
        let site = try TestSite(["logs.txt": "one\n"])
        let tail = try ChildProcess(Program.ringport, ["tail", "-f", site.root + "/www/logs.txt"])
        try expectFollowed(tail, ["one"])
        tail.send(signal: signal)
        #expect(try tail.waitUntilEnded() == .signaled(signal))
    }

    /// A user namespace has limits of its own on inotify.
    @Test(.enabled(if: Namespaces.areAllowed, Namespaces.needed), arguments: ["instances", "watches"])
    func withoutInotifyALogIsFollowedByLooking(limit: String) throws {
        let site = try TestSite()
        let launcher = Namespaces.launcher("echo 0 > /proc/sys/user/max_inotify_\(limit)")
        let program = try Program.ringport
        try serving(site) { server in
            let log = site.root + "/logs/access.log"
            _ = try get(server, "/before")
            let words = launcher + [program, "tail", "-F", "-s", "0.05", log]
            let tail = try ChildProcess(words[0], Array(words.dropFirst()))
            try expectFollowed(tail, ["/before "])
            try site.rename("logs/access.log", to: "logs/access.log.1")
            _ = try get(server, "/old-name")
            server.process.send(signal: SIGUSR1)
            var number = 0
            while unsafe access(log, F_OK) != 0 && number < 10_000 {
                _ = try get(server, "/while-reopening")
                number += 1
            }
            _ = try get(server, "/new-name")
            try expectFollowed(tail, ["/old-name ", "/new-name "])
            #expect(tail.errors.contains("fs.inotify.max_user_\(limit)"), "\(tail.errors)")
            tail.send(signal: SIGTERM)
        }
    }

    @Test(arguments: [
        ("-n +1", "1 2 3 4 5"), ("-n +0", "1 2 3 4 5"), ("-n +4", "4 5"), ("-n +9", ""), ("-2", "4 5"),
        ("-n -2", "4 5"),
        ("-n 2", "4 5"), ("--lines=2", "4 5"), ("-n 0", ""), ("-q -n +5", "5"), ("--retry -n1", "5"),
    ])
    func optionsMeanWhatTheyMeanToGNUTail(options: String, lines: String) throws {
        let site = try TestSite(["log": "1\n2\n3\n4\n5\n"])
        let words = options.split(separator: " ").map(String.init) + [site.root + "/www/log"]
        #expect(try Program.run(program: Program.ringport, ["tail"] + words).lines.joined(separator: " ") == lines)
        #expect(try Program.run(program: "tail", words).lines.joined(separator: " ") == lines)
    }

    @Test(arguments: ["-n 2 -", "-n +4 -", "-f -n +4 -", "-2f -"])
    func aDashIsStandardInput(options: String) throws {
        let script = "printf '1\\n2\\n3\\n4\\n5' | \"$0\" tail \(options)"
        #expect(try Program.run(program: "sh", ["-c", script, Program.ringport]).lines == ["4", "5"])
    }

    @Test(arguments: ["-c 5", "-v", "-z", "--pid=1", "--follow=descriptor", "-F -", "a b", "-n x"])
    func whatIsNotFollowedIsRefused(options: String) throws {
        let outcome = try Program.run(
            program: Program.ringport,
            ["tail"] + options.split(separator: " ").map(String.init)
        )
        #expect(outcome.ending == .exited(64), "\(outcome)")
    }

    @Test func jsonHoldsNoCharacterThatSteersATerminal() throws {
        let text = "a\u{1b}\u{7f}\u{85}\u{9b}\u{61c}\u{200e}\u{202e}\u{2028}\u{2069}\u{feff}\u{e0041}é😀"
        let site = try TestSite(["log": text + "\n"])
        let line = try Program.run("tail", "--json", site.root + "/www/log").output
        let escaped = #"a\u001b\u007f\u0085\u009b\u061c\u200e\u202e\u2028\u2069\ufeff\udb40\udc41é😀"#
        #expect(line == #"{"line":""# + escaped + "\"}\n")
    }
}
