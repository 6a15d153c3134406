/// One server at a time writes a site, while others wait or refuse. Test threads, and those that post.

import Glibc
import Harness
import Platform
import Testing

@Suite struct SiteLockTests {
    private static let drain = "[deadlines]\ndrain = 60\nbody = 60\n"

    /// Asks a server to end while a client of it has not sent all of its form, and waits until it accepts nobody.
    private static func beginDrain(_ server: ServerProcess, _ client: Client) throws {
        try client.send("POST /forms/a HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n")
        try client.send("Content-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\n\r\n")
        try client.waitForBytes(20)
        server.process.send(signal: SIGTERM)
        try waitUntilClosed(server.port)
    }

    private static func waitUntilClosed(_ port: UInt16) throws {
        let deadline = Instant.now.advanced(by: .seconds(20))
        while let client = try? Client(port: port) {
            client.close()
            guard Instant.now < deadline else { throw HarnessError("a server that drains still listens") }
        }
    }

    @Test func aSuccessorServesFilesAtOnceAndStoresWhenItsPredecessorHasEnded() throws {
        let site = try TestSite(configuration: Self.drain)
        let first = try ServerProcess(site)
        try #expect(Client(first).exchange(Request.post("/forms/a", "n=0", Request.json)).status == 201)
        let late = try Client(first)
        try Self.beginDrain(first, late)
        let second = try ServerProcess(site, port: first.port)
        #expect(second.process.errors.contains("process \(first.process.processID) holds the lock"))
        try #expect(Client(second).exchange(Request.get("/")).status == 200)
        let waiting = try Client(second, patience: .seconds(60))
        try waiting.send(Request.post("/forms/a", "n=2", Request.json))
        try #expect(Client(second).exchange(Request.get("/")).status == 200)
        try late.send("n=1234")
        _ = try late.readResponse()
        try #expect(late.readResponse().status == 303)
        late.close()
        try #expect(first.process.waitUntilEnded() == .exited(0))
        try #expect(waiting.readResponse().status == 201)
        let stored = try Program.query(site, "SELECT json_extract(fields, '$.n') FROM submissions ORDER BY id")
        #expect(stored == ["0", "1234", "2"])
        try #expect(second.stop() == .exited(0))
    }

    @Test func aServerThatDoesNotGetTheLockRefusesFormsAndNamesTheHolder() throws {
        let site = try TestSite()
        let first = try ServerProcess(site)
        try #expect(Client(first).exchange(Request.post("/forms/a", "n=0", Request.json)).status == 201)
        try site.write("ringport.toml", "[deadlines]\ndrain = 2\n")
        let second = try ServerProcess(site)
        let refusal = try Client(second).exchange(Request.post("/forms/a", "n=1", Request.json))
        #expect(refusal.status == 503)
        #expect(refusal["retry-after"] != nil)
        try #expect(Client(second).exchange(Request.get("/")).status == 200)
        let log = String(decoding: try site.read("logs/error.log"), as: UTF8.self)
        #expect(log.contains("db/ringport.lock: process \(first.process.processID) holds the lock"), "\(log)")
        try #expect(first.stop() == .exited(0))
        // The lock is tried each second from now on.
        let deadline = Instant.now.advanced(by: .seconds(60))
        var status = 503
        while status == 503, Instant.now < deadline {
            status = try Client(second).exchange(Request.post("/forms/a", "n=2", Request.json)).status
        }
        #expect(status == 201)
        try #expect(Program.query(site, "SELECT json_extract(fields, '$.n') FROM submissions") == ["0", "2"])
        try #expect(second.stop() == .exited(0))
    }

    @Test func aMigrationThatFailsAfterTheWaitEndsTheServerAsAtTheStart() throws {
        let site = try TestSite()
        let first = try ServerProcess(site)
        try #expect(Client(first).exchange(Request.post("/forms/a", "n=0", Request.json)).status == 201)
        try site.write("db/migrations/0001_broken.sql", "CREATE TABLE submissions(id)")
        let second = try ServerProcess(site)
        try #expect(first.stop() == .exited(0))
        try #expect(second.process.waitUntilEnded() == .exited(73))
        #expect(second.process.errors.contains("migration 0001_broken.sql: table submissions already exists"))
    }

    @Test func aLockThatAnotherProgramHoldsIsRespected() throws {
        let site = try TestSite(configuration: "[deadlines]\ndrain = 2\n")
        try site.write("db/ringport.lock", "")
        let holder = try ChildProcess(
            "python3",
            [
                "-c",
                """
                import fcntl, os, struct, sys
                file = os.open(sys.argv[1], os.O_RDWR)
                fcntl.fcntl(file, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))
                print("held", flush=True)
                os.read(os.pipe()[0], 1)
                """,
                "\(site.root)/db/ringport.lock",
            ]
        )
        _ = try holder.waitForOutput("lock") { $0.contains("held") ? true : nil }
        try serving(site) { server in
            try #expect(Client(server).exchange(Request.post("/forms/a", "n=0")).status == 503)
            #expect(unsafe access("\(site.root)/db/ringport.db", F_OK) != 0)
            holder.send(signal: SIGKILL)
            _ = try holder.waitUntilEnded()
            let deadline = Instant.now.advanced(by: .seconds(60))
            while try Client(server).exchange(Request.post("/forms/a", "n=1")).status == 503, Instant.now < deadline {}
            try #expect(Program.query(site, "SELECT json_extract(fields, '$.n') FROM submissions") == ["1"])
        }
    }

    // MARK: Many restarts

    /// True when a process has the database open for writing (proc(5), fdinfo: flags in octal).
    private static func writes(_ process: Int32, _ site: TestSite) -> Bool {
        let folder = "/proc/\(process)/fd"
        guard let directory = unsafe opendir(folder) else { return false }
        defer { unsafe _ = closedir(directory) }
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            var target = [UInt8](repeating: 0, count: 4096)
            let count = unsafe target.withUnsafeMutableBytes { bytes in
                guard let start = bytes.baseAddress else { return 0 }
                return unsafe readlink("\(folder)/\(name)", start.assumingMemoryBound(to: CChar.self), bytes.count)
            }
            guard count > 0, target[..<count].elementsEqual("\(site.root)/db/ringport.db".utf8) else { continue }
            guard let file = unsafe fopen("/proc/\(process)/fdinfo/\(name)", "re") else { continue }
            defer { unsafe _ = fclose(file) }
            var text = [UInt8](repeating: 0, count: 256)
            let length = unsafe fread(&text, 1, text.count, file)
            let info = String(decoding: text[..<length], as: UTF8.self)
            guard let flags = info.firstMatch(of: /flags:\s*([0-7]+)/).flatMap({ Int32($0.1, radix: 8) }) else {
                continue
            }
            if flags & O_ACCMODE == O_RDWR { return true }
        }
        return false
    }

    /// Watches that no two of some processes have the database open for writing at one moment.
    private final class Watch: Sendable {
        private struct State: Sendable {
            var processes: [Int32] = []
            var looks = 0
            var writersMax = 0
            var isOver = false
        }
        private let state = Monitor(State())

        func begin(_ site: TestSite) throws -> NamedThread {
            try NamedThread(name: "watch") { [state] in
                while true {
                    let (processes, isOver) = state.withLock { ($0.processes, $0.isOver) }
                    if isOver { return }
                    // A handover between two looks is no offence: the first has to be seen again after the second.
                    var writers = processes.contains { writes($0, site) } ? 1 : 0
                    for (one, other) in zip(processes, processes.dropFirst())
                    where writes(one, site) && writes(other, site) && writes(one, site) {
                        writers = 2
                    }
                    state.withLock { state in
                        state.looks += 1
                        state.writersMax = max(state.writersMax, writers)
                    }
                }
            }
        }

        func add(_ process: Int32) { state.withLock { $0.processes = $0.processes.suffix(1) + [process] } }
        func end() { state.withLock { $0.isOver = true } }
        var outcome: (looks: Int, writersMax: Int) { state.withLock { ($0.looks, $0.writersMax) } }
    }

    /// Posts on a port, one connection after the other, until it is told to end.
    private static func post(
        _ port: UInt16,
        _ prefix: String,
        _ arrived: Monitor<[String]>,
        until isOver: Monitor<Bool>
    ) {
        var number = 0
        while !isOver.withLock({ $0 }) {
            // Between two servers nobody listens, and the one that ends says so by closing.
            guard let client = try? Client(port: port) else { continue }
            while !isOver.withLock({ $0 }) {
                number += 1
                let request = Request.post("/forms/load", "name=\(prefix)-\(number)", Request.json)
                guard let response = try? client.exchange(request), response.status == 201 else { break }
                arrived.withLock { $0.append("\(prefix)-\(number)") }
                arrived.signal()
            }
        }
    }

    @Test func fiftyRestartsUnderPostsHaveOneWriterAtATimeAndLoseNothing() throws {
        // Those that post look for a server without a pause, which takes the processors from the one that ends.
        let site = try TestSite(configuration: Self.drain)
        let arrived = Monitor<[String]>([])
        let isOver = Monitor(false)
        let watch = Watch()
        var server = try ServerProcess(site)
        let port = server.port
        watch.add(server.process.processID)
        let watcher = try watch.begin(site)
        let posters = try (0..<4).map { number in
            try NamedThread(name: "post-\(number)") { Self.post(port, "\(number)", arrived, until: isOver) }
        }
        for round in 0..<50 {
            let before = arrived.withLock { $0.count }
            let isLoaded = arrived.waitUntil(.now.advanced(by: .seconds(60))) { $0.count >= before + 10 ? true : nil }
            #expect(isLoaded == true, "round \(round): \(server.process.errors)")
            server.process.send(signal: SIGTERM)
            let predecessor = server
            server = try Self.successor(site, port)
            watch.add(server.process.processID)
            let ending = try predecessor.process.waitUntilEnded()
            #expect(ending == .exited(0), "round \(round): \(predecessor.process.errors)")
        }
        isOver.withLock { $0 = true }
        for poster in posters { poster.join() }
        try #expect(server.stop() == .exited(0))
        watch.end()
        watcher.join()
        #expect(watch.outcome.looks > 50)
        #expect(watch.outcome.writersMax == 1)
        let stored = try Program.query(site, "SELECT json_extract(fields, '$.name') FROM submissions")
        let answered = arrived.withLock { $0 }
        #expect(Set(stored).count == stored.count, "nothing twice")
        #expect(Set(answered).isSubset(of: stored), "answered but not stored: \(Set(answered).subtracting(stored))")
    }

    /// Starts a server on the port of one that was just asked to end; until that has heard, the port is taken.
    private static func successor(_ site: TestSite, _ port: UInt16) throws -> ServerProcess {
        let deadline = Instant.now.advanced(by: .seconds(30))
        while true {
            do {
                return try ServerProcess(site, port: port)
            } catch {
                guard "\(error)".contains("Address already in use"), Instant.now < deadline else { throw error }
            }
        }
    }
}
