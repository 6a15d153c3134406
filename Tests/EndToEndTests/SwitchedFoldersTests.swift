/// Sites that are deployed by a switch: a link that is turned, a folder that is renamed. Test threads, and one that switches.

import Glibc
import Harness
import Platform
import Testing

@Suite struct SwitchedFoldersTests {
    /// A site whose `www` may be a link or a folder, with releases beside it.
    private struct Deployment: Sendable {
        let site: TestSite
        let folder: String
        /// `index.html` of a release lies there.
        var inner = ""

        func path(_ name: String) -> String { folder + "/" + name }

        func makeRelease(_ number: Int) throws {
            try makeFolders("releases/\(number)\(inner)")
            let page = "releases/\(number)\(inner)/index.html"
            try Self.write(path(page), "release \(number)\n")
        }

        func removeRelease(_ number: Int) {
            var parts = inner.split(separator: "/").map { "/" + $0 }
            unsafe _ = unlink(path("releases/\(number)\(inner)/index.html"))
            while !parts.isEmpty {
                unsafe _ = rmdir(path("releases/\(number)" + parts.joined()))
                parts.removeLast()
            }
            unsafe _ = rmdir(path("releases/\(number)"))
        }

        func link(_ name: String, to target: String) throws {
            guard unsafe symlink(target, path(name)) == 0 else { throw SystemError("link \(name)") }
        }

        func rename(_ name: String, to other: String) throws {
            guard unsafe Glibc.rename(path(name), path(other)) == 0 else { throw SystemError("rename \(name)") }
        }

        func makeFolders(_ name: String) throws {
            var made = folder
            for part in name.split(separator: "/") {
                made += "/" + part
                guard unsafe mkdir(made, 0o755) == 0 || errno == EEXIST else { throw SystemError("mkdir \(made)") }
            }
        }

        private static func write(_ path: String, _ text: String) throws {
            guard let file = unsafe fopen(path, "we") else { throw SystemError("write \(path)") }
            unsafe _ = fputs(text, file)
            unsafe _ = fclose(file)
        }
    }

    /// Serves while releases are switched, and holds every answer to be one that was there between its request and itself.
    ///
    /// - Parameters:
    ///   - deployment: with its first release, number 0, in place.
    ///   - count: of switches.
    ///   - hosts: to ask for.
    ///   - switchTo: puts a release in place whose folder was made; the one before is removed right after that.
    /// - Throws: when the server can't be asked.
    private func expectEachSwitchIsSeen(
        _ deployment: Deployment,
        _ count: Int,
        hosts: [String] = ["a"],
        _ switchTo: @escaping @Sendable (Int) throws -> Void
    ) throws {
        try serving(deployment.site) { server in
            let begun = Monitor(0)
            let ended = Monitor(0)
            let isDone = Monitor(false)
            let failure = Monitor<String?>(nil)
            let deployer = try NamedThread(name: "deploy") {
                do {
                    for number in 1...count {
                        try deployment.makeRelease(number)
                        begun.withLock { $0 = number }
                        try switchTo(number)
                        ended.withLock { $0 = number }
                        deployment.removeRelease(number - 1)
                    }
                } catch {
                    failure.withLock { $0 = "\(error)" }
                }
                isDone.withLock { $0 = true }
            }
            let clients = try (0..<4).map { _ in try Client(server) }
            var answers = 0
            var faults: [String] = []
            repeat {
                let oldest = ended.withLock { $0 }
                for (index, client) in clients.enumerated() {
                    try client.send("GET / HTTP/1.1\r\nHost: \(hosts[index % hosts.count])\r\n\r\n")
                }
                for client in clients {
                    let response = try client.readResponse()
                    answers += 1
                    let newest = begun.withLock { $0 }
                    let number = response.text.split(separator: " ").last.flatMap { Int($0.dropLast()) } ?? -1
                    if response.status != 200 || !(oldest...newest).contains(number) {
                        faults.append("\(response.status) \(response.text) for \(oldest)...\(newest)")
                    }
                }
                // One who has just come as well.
                let text = try Client(server).exchange(Request.get("/", Request.close)).status
                if text != 200 { faults.append("\(text) for a new connection") }
            } while !isDone.withLock { $0 }
            deployer.join()
            #expect(failure.withLock { $0 } == nil)
            #expect(faults.isEmpty, "\(faults.count) of \(answers): \(faults.prefix(5))")
            for client in clients {
                try #expect(client.exchange(Request.get("/")).text == "release \(count)\n", "never stale")
            }
            let log = String(decoding: try deployment.site.read("logs/error.log"), as: UTF8.self)
            #expect(!log.contains("is served on"), "\(log)")
        }
    }

    private func deployment(
        _ configuration: String? = nil,
        inner: String = "",
        in folder: String = ""
    ) throws -> Deployment {
        let site = try TestSite([:], configuration: configuration)
        try Program.run(program: "rmdir", [site.root + "/www"]).check()
        let deployment = Deployment(site: site, folder: site.root + folder, inner: inner)
        try site.makeFolder(String(folder.dropFirst()))
        try deployment.makeRelease(0)
        return deployment
    }

    @Test func aLinkThatIsTurnedAThousandTimesNeverLeadsNowhere() throws {
        let deployment = try deployment()
        try deployment.link("www", to: "releases/0")
        try expectEachSwitchIsSeen(deployment, 1000) { number in
            try deployment.link("next", to: "releases/\(number)")
            try deployment.rename("next", to: "www")
        }
    }

    /// Without a name for a moment: what was there is served on.
    @Test func aLinkThatIsRemovedAndMadeAnewNeverLeadsNowhere() throws {
        let deployment = try deployment()
        try deployment.link("www", to: "releases/0")
        try expectEachSwitchIsSeen(deployment, 1000) { number in
            unsafe _ = unlink(deployment.path("www"))
            sched_yield()
            try deployment.link("www", to: deployment.path("releases/\(number)"))
        }
    }

    @Test func aFolderInALinkIsFollowed() throws {
        let deployment = try deployment("[files]\nwww = \"current/dist/public\"\n", inner: "/dist/public")
        try deployment.link("current", to: "releases/0")
        try expectEachSwitchIsSeen(deployment, 200) { number in
            try deployment.link("next", to: "releases/\(number)")
            try deployment.rename("next", to: "current")
        }
    }

    /// A link that leads to a link, elsewhere; the one behind is turned.
    @Test func aLinkBehindALinkIsFollowed() throws {
        let deployment = try deployment("[files]\nwww = \"pages\"\n", in: "/store")
        try deployment.link("live", to: "./releases/0")
        unsafe _ = symlink("store/../store/live", deployment.site.root + "/pages")
        try expectEachSwitchIsSeen(deployment, 200) { number in
            try deployment.link("next", to: "./releases/\(number)")
            try deployment.rename("next", to: "live")
        }
    }

    @Test func aFolderThatIsRenamedAwayAndReplacedIsFollowed() throws {
        let deployment = try deployment()
        try deployment.rename("releases/0", to: "www")
        try expectEachSwitchIsSeen(deployment, 200) { number in
            try deployment.rename("www", to: "releases/\(number - 1)")
            try deployment.rename("releases/\(number)", to: "www")
        }
    }

    @Test func aParentThatIsRenamedAwayAndReplacedIsFollowed() throws {
        let deployment = try deployment("[files]\nwww = \"app/public\"\n", inner: "/public")
        try deployment.rename("releases/0", to: "app")
        try expectEachSwitchIsSeen(deployment, 200) { number in
            try deployment.rename("app", to: "releases/\(number - 1)")
            try deployment.rename("releases/\(number)", to: "app")
        }
    }

    @Test func eachHostsFolderIsFollowed() throws {
        let hosts = """
            [files]
            www = "main"
            [[host]]
            names = ["b"]
            www = "current"
            """
        let deployment = try deployment(hosts)
        try deployment.link("current", to: "releases/0")
        try deployment.link("main", to: "current")
        try expectEachSwitchIsSeen(deployment, 200, hosts: ["a", "b"]) { number in
            try deployment.link("next", to: "releases/\(number)")
            try deployment.rename("next", to: "current")
        }
    }

    /// A folder that is removed makes no event while the server has it open.
    @Test(arguments: [false, true])
    func aFolderThatIsDeletedAndMadeAnewIsServed(isListed: Bool) throws {
        let deployment = try deployment(isListed ? "[files]\nlisting = true\n" : "")
        try deployment.rename("releases/0", to: "www")
        try serving(deployment.site) { server in
            let client = try Client(server)
            try #expect(client.askUntilKept("/").text == "release 0\n")
            for number in 1...20 {
                try Program.run(program: "rm", ["-r", deployment.path("www")]).check()
                try deployment.makeRelease(number)
                if number % 2 == 0 {
                    try deployment.rename("releases/\(number)", to: "www")
                } else {
                    try deployment.makeFolders("www")
                    try deployment.rename("releases/\(number)/index.html", to: "www/index.html")
                }
                let answer = try client.exchange(Request.get("/"))
                #expect(answer.status == 200 && answer.text == "release \(number)\n", "\(number): \(answer.text)")
            }
        }
    }

    @Test func aLinkThatLeadsNowhereIsSaidAndTheOldFolderServedOn() throws {
        let deployment = try deployment()
        try deployment.makeRelease(1)
        try deployment.link("www", to: "releases/0")
        try serving(deployment.site) { server in
            let client = try Client(server)
            try #expect(client.askUntilKept("/").text == "release 0\n")
            try deployment.link("next", to: "releases/7")
            try deployment.rename("next", to: "www")
            try #expect(client.exchange(Request.get("/")).text == "release 0\n")
            // What it leads to comes later.
            try deployment.makeRelease(7)
            try #expect(client.exchange(Request.get("/")).text == "release 7\n")
            unsafe _ = unlink(deployment.path("www"))
            try #expect(client.exchange(Request.get("/")).text == "release 7\n")
            try deployment.link("www", to: "releases/1")
            try #expect(client.exchange(Request.get("/")).text == "release 1\n")
        }
    }

    @Test func aLinkThatLeadsNowhereForLongIsSaid() throws {
        let deployment = try deployment()
        try deployment.link("www", to: "releases/0")
        try serving(deployment.site) { server in
            let client = try Client(server)
            try #expect(client.exchange(Request.get("/")).text == "release 0\n")
            try deployment.link("next", to: "releases/7")
            try deployment.rename("next", to: "www")
            deployment.removeRelease(0)
            // There is neither the old one nor a new one: nobody waits for ever.
            try #expect(client.exchange(Request.get("/")).status == 404)
            let line = "www: No such file or directory; the folder that was there is served on"
            let deadline = Instant.now.advanced(by: .seconds(20))
            while try !String(decoding: deployment.site.read("logs/error.log"), as: UTF8.self).contains(line) {
                try #require(Instant.now < deadline, "error.log has no such line")
                sched_yield()
            }
            try #expect(client.exchange(Request.get("/")).status == 404)
            try deployment.makeRelease(7)
            try #expect(client.exchange(Request.get("/")).text == "release 7\n")
        }
    }

    @Test func aSwitchAfterAReloadIsSeenAsOneBefore() throws {
        let deployment = try deployment()
        try deployment.link("www", to: "releases/0")
        try serving(deployment.site) { server in
            let client = try Client(server)
            for number in 1...20 {
                try deployment.makeRelease(number)
                server.process.send(signal: SIGHUP)
                try deployment.link("next", to: "releases/\(number)")
                try deployment.rename("next", to: "www")
                try #expect(client.exchange(Request.get("/")).text == "release \(number)\n")
                deployment.removeRelease(number - 1)
                try #expect(client.exchange(Request.get("/")).text == "release \(number)\n")
            }
        }
    }

    @Test func aListIsOfTheFolderThatIsThere() throws {
        let deployment = try deployment("[files]\nlisting = true\nindex = [\"none.html\"]\n", inner: "/sub")
        try deployment.link("www", to: "releases/0")
        try serving(deployment.site) { server in
            let isDone = Monitor(false)
            let deployer = try NamedThread(name: "deploy") {
                for number in 1...500 {
                    try? deployment.makeRelease(number)
                    try? deployment.link("next", to: "releases/\(number)")
                    try? deployment.rename("next", to: "www")
                    deployment.removeRelease(number - 1)
                }
                isDone.withLock { $0 = true }
            }
            let client = try Client(server)
            var faults: [String] = []
            repeat {
                for (path, name) in [("/", "sub"), ("/sub/", "index.html")] {
                    let answer = try client.exchange(Request.get(path))
                    if answer.status != 200 || !answer.text.contains(name) { faults.append("\(path) \(answer.text)") }
                }
            } while !isDone.withLock { $0 }
            deployer.join()
            #expect(faults.isEmpty, "\(faults.count): \(faults.prefix(3))")
        }
    }

    /// As a folder of files that Kubernetes mounts is: each is a link to a link, and that is turned.
    @Test func aLinkBeneathTheFolderIsFollowedWhereLinksAre() throws {
        for rule in ["inside", "follow"] {
            let site = try TestSite([:], configuration: "[files]\nsymlinks = \"\(rule)\"\n")
            let deployment = Deployment(site: site, folder: site.root + "/www")
            try deployment.makeRelease(0)
            try deployment.link("..data", to: "releases/0")
            try deployment.link("index.html", to: "..data/index.html")
            try expectEachSwitchIsSeen(deployment, 200) { number in
                try deployment.link("..next", to: "releases/\(number)")
                try deployment.rename("..next", to: "..data")
            }
        }
    }

    /// A folder that was served is let go when the last file beneath it has been read.
    @Test func aThousandSwitchesLeaveNoDescriptor() throws {
        let deployment = try deployment("[server]\nworkers = 2\n")
        try deployment.link("www", to: "releases/0")
        try deployment.makeRelease(1)
        try serving(deployment.site) { server in
            let client = try Client(server)
            _ = try client.askUntilKept("/")
            let before = try server.descriptorCount
            for number in 1...1000 {
                try deployment.link("next", to: "releases/\(number % 2)")
                try deployment.rename("next", to: "www")
                try #expect(client.exchange(Request.get("/")).text == "release \(number % 2)\n")
            }
            #expect(try server.descriptorCount <= before + 2)
        }
    }
}
