/// Servers whose user may watch little or nothing: they serve, never stale, and say so. Test threads.

import Glibc
import Harness
import Testing

@Suite struct WatchLimitsTests {
    /// Limits of inotify for a namespace's user (namespaces(7), `/proc/sys/user`).
    private func launcher(instances: Int? = nil, watches: Int? = nil) -> [String] {
        var lines: [String] = []
        if let instances { lines.append("echo \(instances) > /proc/sys/user/max_inotify_instances") }
        if let watches { lines.append("echo \(watches) > /proc/sys/user/max_inotify_watches") }
        return Namespaces.launcher(lines.joined(separator: "\n"))
    }

    /// Files that change, and a link that is turned.
    private func expectNothingIsStale(_ server: ServerProcess, turns: Int = 10) throws {
        let clients = try (0..<4).map { _ in try Client(server) }
        let shell = { (script: String) in
            try Program.run(program: "sh", ["-ec", "cd '\(server.site.root)'\n" + script]).check()
        }
        for number in 0..<turns {
            try shell("echo page \(number) > www/page.txt")
            for client in clients {
                try #expect(client.exchange(Request.get("/page.txt")).text == "page \(number)\n")
            }
            try shell("mkdir r\(number); echo next \(number) > r\(number)/page.txt; ln -sfn r\(number) www")
            for client in clients {
                try #expect(client.exchange(Request.get("/page.txt")).text == "next \(number)\n")
            }
            try shell("mv www old; ln -s r\(number) www; rm old")
            for client in clients {
                try #expect(client.exchange(Request.get("/page.txt")).text == "next \(number)\n")
            }
            if number > 0 { try shell("rm -r r\(number - 1)") }
        }
        for client in clients { try #expect(client.exchange(Request.get("/missing.txt")).status == 404) }
    }

    private func site(workers: Int) throws -> TestSite {
        let site = try TestSite(["page.txt": "text"], configuration: "[server]\nworkers = \(workers)\n")
        try site.rename("www", to: "first")
        guard unsafe symlink("first", site.root + "/www") == 0 else { throw HarnessError.system("link") }
        return site
    }

    @Test(.enabled(if: Namespaces.areAllowed, Namespaces.needed))
    func withoutAnInotifyDescriptorTheServerServesAndSaysSo() throws {
        let site = try site(workers: 2)
        let line = "2 of 2 workers keep no files in memory and read them for each request"
        try serving(site, launcher: launcher(instances: 0)) { server in
            #expect(server.process.errors.contains(line))
            #expect(server.process.errors.contains("sysctl fs.inotify.max_user_instances=1024"))
            try expectNothingIsStale(server)
        }
        let log = String(decoding: try site.read("logs/error.log"), as: UTF8.self)
        #expect(log.contains(line), "\(log)")
    }

    @Test(.enabled(if: Namespaces.areAllowed, Namespaces.needed))
    func oneWorkerOfTwoMayHaveNone() throws {
        try serving(site(workers: 2), launcher: launcher(instances: 1)) { server in
            #expect(server.process.errors.contains("1 of 2 workers keep no files in memory"))
            try expectNothingIsStale(server)
        }
    }

    @Test(.enabled(if: Namespaces.areAllowed, Namespaces.needed))
    func aReloadTakesADescriptorWhenThereIsOne() throws {
        let site = try site(workers: 1)
        try serving(site, arguments: ["--trace"], launcher: launcher(instances: 0)) { server in
            let client = try Client(server)
            for _ in 0..<3 { _ = try client.askUntilKept("/page.txt") }
            try Namespaces.run("echo 9 > /proc/sys/user/max_inotify_instances", in: server)
            server.process.send(signal: SIGHUP)
            while try server.inotifyCount == 0 { sched_yield() }
            try expectNothingIsStale(server, turns: 3)
            try askWithoutAnOpen(client, "/page.txt")
        }
        try expectNoOpenAtTheEnd(site)
    }

    /// A file that was not asked for lately gives its watch to one that is.
    @Test(.enabled(if: Namespaces.areAllowed, Namespaces.needed))
    func withFewWatchesTheFilesAskedForLastAreKept() throws {
        let site = try site(workers: 1)
        for number in 0..<40 {
            try site.write("first/\(number).txt", "\(number)\n")
            try site.age("first/\(number).txt")
        }
        // Some for the names of the site's path, and a few for files.
        try serving(site, arguments: ["--trace"], launcher: launcher(watches: 16)) { server in
            let client = try Client(server)
            for number in 0..<40 { try #expect(client.askUntilKept("/\(number).txt").text == "\(number)\n") }
            try askWithoutAnOpen(client, "/39.txt")
        }
        try expectNoOpenAtTheEnd(site)
        let log = String(decoding: try site.read("logs/error.log"), as: UTF8.self)
        #expect(log.contains("fs.inotify.max_user_watches is used up"))
    }

    private func askWithoutAnOpen(_ client: Client, _ target: String) throws {
        _ = try client.askUntilKept(target)
        for _ in 0..<20 { try #expect(client.exchange(Request.get(target)).status == 200) }
    }

    /// Expects that nothing was opened for the last twenty requests.
    private func expectNoOpenAtTheEnd(_ site: TestSite) throws {
        let operations = try TracedPacket.all(site).map(\.operation)
        let lastOpen = try #require(operations.lastIndex(of: "open"))
        #expect(operations[lastOpen...].count { $0 == "receive" } >= 20)
    }

    @Test(.enabled(if: Namespaces.areAllowed, Namespaces.needed), arguments: [0, 1, 2, 4, 6, 8, 9, 10])
    func withFewWatchesFilesAreNotKeptAndNothingIsStale(watches: Int) throws {
        let site = try site(workers: 1)
        try serving(site, launcher: launcher(watches: watches)) { server in
            try expectNothingIsStale(server, turns: 4)
        }
        // The names of the site's path alone need more than two.
        guard watches <= 2 else { return }
        let log = String(decoding: try site.read("logs/error.log"), as: UTF8.self)
        #expect(log.contains("fs.inotify.max_user_watches is used up; raise the limit"), "\(log)")
    }

    @Test func withEnoughOfAllNothingIsSaid() throws {
        try serving(site(workers: 2)) { server in
            #expect(!server.process.errors.contains("keep no files"))
            try expectNothingIsStale(server)
        }
    }
}

extension ServerProcess {
    /// The inotify descriptors that the server has.
    var inotifyCount: Int {
        get throws {
            try Program.run(program: "ls", ["-l", "/proc/\(process.processID)/fd"]).lines
                .count { $0.hasSuffix("anon_inode:inotify") }
        }
    }
}
