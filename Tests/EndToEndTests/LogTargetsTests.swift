/// The targets of the logs; nothing at their other end holds the server up. Test threads.

import Glibc
import Harness
import Platform
import Testing

@Suite struct LogTargetsTests {
    /// A long target, so that few requests fill a pipe.
    private func target(_ number: Int) -> String { "/\(number)?" + String(repeating: "x", count: 1500) }

    private func ask(_ server: ServerProcess, _ count: Int) throws {
        let client = try Client(server)
        for number in 0..<count {
            try #expect(client.exchange("GET \(target(number)) HTTP/1.1\r\nHost: a\r\n\r\n").status == 404)
        }
    }

    private func makeFIFO(_ path: String) throws {
        guard unsafe mkfifo(path, 0o600) == 0 else { throw HarnessError.system("mkfifo \(path)") }
    }

    /// A reader that is there and reads nothing.
    private func openReader(_ path: String) throws -> Descriptor {
        let number = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { throw HarnessError.system("open \(path)") }
        return Descriptor(owning: number)
    }

    /// Whatever the two names are, files are served, and the stop says how many lines are lost.
    @Test(arguments: ["FIFO", "socket", "folder", "full"])
    func whatTakesNothingCostsNeitherStartNorStop(kind: String) throws {
        let site = try TestSite()
        try site.makeFolder("logs")
        var sockets: [Descriptor.Shared] = []
        for name in ["access.log", "error.log"] {
            let path = "\(site.root)/logs/\(name)"
            switch kind {
            case "FIFO": try makeFIFO(path)
            case "folder": try site.makeFolder("logs/\(name)")
            case "full": try #require(unsafe symlink("/dev/full", path) == 0)
            default: sockets.append(Descriptor.Shared(try listen(path)))
            }
        }
        let check = try Program.run(program: Program.ringport, ["check", "--root", site.root])
        let server = try ServerProcess(site)
        // A FIFO may get a reader at any time; a socket never takes a line.
        for said in [check.errors, server.process.errors] {
            for name in ["access.log", "error.log"] {
                let isSaid = said.contains("logs/\(name): it is a socket, and a log is a file or a FIFO; ")
                #expect(isSaid == (kind == "socket"), "\(said)")
            }
        }
        try ask(server, 20)
        try #expect(server.stop() == .exited(75), "EX_TEMPFAIL: \(server.process.errors)")
        let line = "ringport: 20 lines of \(site.root)/logs/access.log are lost: it could not grow\n"
        #expect(server.process.errors.contains(line), "\(server.process.errors)")
        extendLifetime(sockets)
    }

    private func listen(_ path: String) throws -> Descriptor {
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let status = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard socket >= 0, status == 0 else { throw HarnessError.system("bind \(path)") }
        return Descriptor(owning: socket)
    }

    /// Messages that have no file are on standard error, and in the file once it can be opened.
    @Test func anErrorLogThatCannotBeOpenedIsOnStandardError() throws {
        let site = try TestSite()
        try site.makeFolder("logs/error.log")
        try serving(site) { server in
            let client = try Client(server)
            try #expect(client.exchange("GET / HTTP/1.1\r\nHost:\r\n\r\n").status == 400)
            let line = try server.process.waitForErrors("reason") { text in
                text.split(separator: "\n").first { $0.contains(" refused 127.0.0.1 400 ") }
            }
            #expect(line.contains("GET / HTTP/1.1"))
            #expect(server.process.errors.contains("error.log: Is a directory; error.log goes to standard error"))
        }
    }

    @Test func theAccessLogOnStandardOutputIsAllThatIsThere() throws {
        let site = try TestSite(configuration: "[log]\naccess = \"stdout\"\nerror = \"stderr\"\n")
        try serving(site) { server in
            for number in 0..<5 {
                try #expect(Client(server).exchange("GET /?\(number) HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            }
            let client = try Client(server)
            try #expect(client.exchange("GET / HTTP/1.1\r\nHost:\r\n\r\n").status == 400)
            server.process.send(signal: SIGUSR1)
            let output = try server.process.waitForOutput("six lines") { text in
                text.split(separator: "\n", omittingEmptySubsequences: false).count == 7 ? text : nil
            }
            let lines = output.split(separator: "\n")
            #expect(lines.allSatisfy { $0.hasPrefix("127.0.0.1 - - [") })
            #expect(lines.count { $0.contains("\" 200 6 ") } == 5)
            _ = try server.process.waitForErrors("reason") { $0.contains(" refused 127.0.0.1 400 ") ? true : nil }
        }
        #expect(unsafe access("\(site.root)/logs", F_OK) != 0, "no folder is made for logs that go elsewhere")
    }

    /// The flags of a pipe belong to all who have it open.
    @Test func aStandardOutputThatNobodyReadsIsLeftAsItIsAndEndsTheStop() throws {
        let site = try TestSite(configuration: "[log]\naccess = \"stdout\"\n[deadlines]\ndrain = 0.2\n")
        let path = site.root + "/fifo"
        try makeFIFO(path)
        let reader = try openReader(path)
        let server = try ServerProcess(site, launcher: ["sh", "-c", "exec \"$@\" >'\(path)'", "sh"])
        try ask(server, 100)
        let flags = try information(server, 1)
        try #expect(server.stop() == .exited(75), "\(server.process.errors)")
        let lost = server.process.errors.firstMatch(of: /ringport: ([0-9]+) lines of standard output are lost/)?.1
        #expect(lost.flatMap { Int($0) } ?? 0 > 50, "\(server.process.errors)")
        #expect(flags & O_NONBLOCK == 0)
        extendLifetime(reader)
    }

    /// Flags of a descriptor of the server's (proc_pid_fdinfo(5)), which are written in octal.
    private func information(_ server: ServerProcess, _ number: Int) throws -> Int32 {
        let outcome = try Program.run(program: "cat", ["/proc/\(server.process.processID)/fdinfo/\(number)"])
        let flags = outcome.lines.compactMap { $0.firstMatch(of: /flags:\s*([0-7]+)/)?.1 }.first
        return try #require(flags.flatMap { Int32($0, radix: 8) })
    }

    @Test func aSecondSignalWaitsForNoReader() throws {
        let site = try TestSite(configuration: "[deadlines]\ndrain = 3600\n")
        try site.makeFolder("logs")
        let path = site.root + "/logs/access.log"
        try makeFIFO(path)
        let reader = try openReader(path)
        let server = try ServerProcess(site)
        try ask(server, 100)
        server.process.send(signal: SIGTERM)
        // The second must not be merged with the first (signal(7)): it is sent when the log is all that is left.
        while try threads(server).contains("worker-0") { sched_yield() }
        try #expect(server.stop() == .exited(75), "\(server.process.errors)")
        #expect(server.process.errors.contains("are lost: it could not grow"))
        extendLifetime(reader)
    }

    private func threads(_ server: ServerProcess) throws -> String {
        try Program.run(program: "sh", ["-c", "cat /proc/\(server.process.processID)/task/*/comm 2>&1"]).output
    }

    /// The first sockets would get the numbers 1 and 2, and lines of the logs would reach clients.
    @Test func aClosedStandardOutputIsNoClientsSocket() throws {
        let site = try TestSite(configuration: "[log]\naccess = \"stdout\"\n")
        let server = try ServerProcess(site, launcher: ["sh", "-c", "exec \"$@\" >&- <&-", "sh"])
        let clients = try (0..<8).map { _ in try Client(server) }
        for client in clients {
            for _ in 0..<3 { try #expect(client.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").text == "hello\n") }
        }
        _ = try server.process.waitForErrors("complaint") {
            $0.contains("append to standard output: Bad file descriptor") ? true : nil
        }
        try #expect(server.stop() == .exited(75))
        #expect(server.process.errors.contains("24 lines of standard output are lost"), "\(server.process.errors)")
    }

    @Test func aFolderOfLogsMayBeElsewhere() throws {
        let site = try TestSite(configuration: "[log]\nfolder = \"var/log\"\n")
        try site.makeFolder("var")
        try serving(site) { server in
            try #expect(Client(server).exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
        }
        try #expect(site.read("var/log/access.log").count { $0 == 10 } == 1)
        #expect(unsafe access("\(site.root)/logs", F_OK) != 0)
        let shown = try Program.run("tail", "--root", site.root)
        #expect(shown.output.contains("\"GET / HTTP/1.1\" 200 "), "\(shown)")
    }

    @Test(arguments: ["www/logs", "www", "link/logs"]) func logsAreNoPages(folder: String) throws {
        let site = try TestSite(configuration: "[server]\nlisten = [\"127.0.0.1:0\"]\n[log]\nfolder = \"\(folder)\"\n")
        try #require(unsafe symlink("www", site.root + "/link") == 0)
        for command in ["serve", "check"] {
            let outcome = try Program.run(command, "--root", site.root)
            #expect(outcome.ending == .exited(78), "EX_CONFIG: \(outcome)")
            #expect(outcome.errors.contains("\(site.root)/\(folder): visitors could fetch the logs, as they are in "))
        }
    }

    @Test func oneLostLineIsSaidInTheSingular() throws {
        let site = try TestSite()
        try site.makeFolder("logs/access.log")
        let server = try ServerProcess(site)
        try ask(server, 1)
        try #expect(server.stop() == .exited(75), "EX_TEMPFAIL: \(server.process.errors)")
        #expect(server.process.errors.contains(": 1 line of \(site.root)/logs/access.log is lost: it could not grow\n"))
    }

    // MARK: What may not be written to

    @Test(.enabled(if: Namespaces.areAllowed, Namespaces.needed))
    func aReadOnlySiteIsServedAndBothCommandsSayWhereTheLogsGo() throws {
        let site = try TestSite(configuration: "[server]\nlisten = [\"127.0.0.1:0\"]\n[handlers]\nenabled = []\n")
        let root = site.root
        let launcher = Namespaces.launcher("mount --bind '\(root)' '\(root)'\nmount -o remount,bind,ro '\(root)'")
        let notice = """
            ringport: \(site.root)/logs: Read-only file system; error.log goes to standard error, access.log is not written
              Mount something there that may be written to, or set [log] folder or [log] error = "stderr" or [log] access = "stdout".

            """
        try serving(site, launcher: launcher) { server in
            #expect(server.process.errors.contains(notice), "\(server.process.errors)")
            let client = try Client(server)
            try #expect(client.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").text == "hello\n")
            try #expect(client.exchange("GET / HTTP/1.1\r\nHost:\r\n\r\n").status == 400)
            _ = try server.process.waitForErrors("reason") { $0.contains(" refused 127.0.0.1 400 ") ? true : nil }
        }
        let words = launcher + [try Program.ringport, "check", "--root", site.root]
        let check = try Program.run(program: words[0], Array(words.dropFirst()))
        #expect(check.succeeded, "\(check)")
        #expect(
            check.errors.contains(notice.replacing(".log is not written\n ", with: ".log is not written;")),
            "\(check)"
        )
    }
}
