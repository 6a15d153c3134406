/// Sites that are switched while a file of theirs is looked for, read or sent. Test threads, and one that switches.

import Glibc
import Harness
import Platform
import Testing

@Suite struct SwitchedWhileReadTests {
    /// A site whose `www` is a link to one of the folders `0` and `1`.
    private func site(_ files: [String: String], configuration: String) throws -> TestSite {
        let site = try TestSite([:], configuration: configuration)
        try Program.run(program: "rmdir", [site.root + "/www"]).check()
        for (path, text) in files {
            guard text.hasPrefix("-> ") else {
                try site.write(path, text)
                try site.age(path)
                continue
            }
            try site.makeFolder(String(path.prefix { $0 != "/" }))
            guard unsafe symlink(String(text.dropFirst(3)), site.root + "/" + path) == 0 else {
                throw SystemError("link \(path)")
            }
        }
        try turn(site, to: "0")
        return site
    }

    private func turn(_ site: TestSite, to folder: String) throws {
        guard unsafe symlink(folder, site.root + "/next") == 0 else { throw SystemError("link \(folder)") }
        try site.rename("next", to: "www")
    }

    /// Asks so many times while the site is switched to and fro.
    private func askWhileSwitching(
        _ site: TestSite,
        _ count: Int,
        _ target: String,
        _ isRight: (Response) -> Bool
    ) throws {
        try serving(site) { server in
            let isDone = Monitor(false)
            let failure = Monitor<String?>(nil)
            let switcher = try NamedThread(name: "switch") {
                var number = 0
                while !isDone.withLock({ $0 }) {
                    number = 1 - number
                    do {
                        try turn(site, to: "\(number)")
                    } catch {
                        failure.withLock { $0 = "\(error)" }
                        return
                    }
                }
            }
            defer {
                isDone.withLock { $0 = true }
                switcher.join()
                #expect(failure.withLock { $0 } == nil)
            }
            let client = try Client(server)
            var faults: [String] = []
            for _ in 0..<count {
                let answer = try client.exchange(Request.get(target))
                if !isRight(answer) { faults.append("\(answer.status) \(answer.text) \(answer["Vary"] ?? "")") }
            }
            #expect(faults.isEmpty, "\(faults.count) of \(count): \(faults.prefix(3))")
        }
    }

    /// The file beside it is one of the same release.
    @Test func whatLiesBesideAFileIsLookedForInItsOwnFolder() throws {
        let site = try site(
            [
                "0/real.png": "0", "0/a.png": "-> real.png", "1/real.png": "1", "1/a.png": "-> real.png",
                "1/a.png.gz": "G",
            ],
            configuration: "[server]\nworkers = 1\n[files]\nsymlinks = \"inside\"\n"
        )
        try askWhileSwitching(site, 4000, "/a.png") { answer in
            answer.status == 200 && (answer["Vary"] == nil ? answer.text == "0" : answer.text == "1")
        }
    }

    /// The second of two index files answers only where there is no first one.
    @Test func theCandidatesForANameAreOfOneFolder() throws {
        let site = try site(
            [
                "0/real.html": "0", "0/b.html": "-> real.html",
                "1/a.html": "1", "1/real.html": "never", "1/b.html": "-> real.html",
            ],
            configuration: """
                [server]
                workers = 1
                [files]
                index = ["a.html", "b.html"]
                symlinks = "inside"
                """
        )
        try askWhileSwitching(site, 4000, "/") { answer in
            answer.status == 200 && ["0", "1"].contains(answer.text)
        }
    }

    /// What is being sent is of an earlier configuration, which had more sites.
    @Test func aSwitchWhileAFileOfASiteThatIsGoneIsSentHarmsNobody() throws {
        let server = "[server]\nworkers = 1\n"
        let site = try site(
            ["0/a.txt": "0", "1/a.txt": "1", "more/big.bin": ""],
            configuration: server + "[[host]]\nnames = [\"b\"]\nwww = \"more\"\n"
        )
        let size = 64 << 20
        guard unsafe truncate(site.root + "/more/big.bin", size) == 0 else { throw SystemError("grow a file") }
        try site.age("more/big.bin")
        try serving(site) { process in
            let slow = try Client(process, receiveBuffer: 4096)
            try slow.send("GET /big.bin HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n")
            try slow.waitForBytes(1)
            try site.write("ringport.toml", server)
            process.process.send(signal: SIGHUP)
            try waitForLog(process, "reloaded:")
            let client = try Client(process)
            for number in 1...4 {
                try turn(site, to: "\(number % 2)")
                try #expect(client.exchange(Request.get("/a.txt")).text == "\(number % 2)")
            }
            #expect(try slow.readUntilEnd().count > size, "the file is sent to its end")
        }
    }

    /// Without a descriptor to be had the new folder can't be opened; what was there is not served for ever.
    @Test func aSwitchWithoutADescriptorToBeHadIsTakenLater() throws {
        let site = try site(["0/a.txt": "0", "1/a.txt": "1"], configuration: "[server]\nworkers = 1\n")
        try serving(site) { server in
            let client = try Client(server)
            try #expect(client.askUntilKept("/a.txt").text == "0")
            for number in 1...4 {
                let usual = try limitDescriptors(server, to: "3")
                try turn(site, to: "\(number % 2)")
                // It has seen the switch when it answers.
                _ = try client.exchange(Request.get("/a.txt"))
                _ = try limitDescriptors(server, to: usual)
                try #expect(client.exchange(Request.get("/a.txt")).text == "\(number % 2)")
            }
        }
    }

    @Test func aSwitchWithoutADescriptorToBeHadIsTakenThoughNobodyAsks() throws {
        let site = try site(["0/a.txt": "0", "1/a.txt": "1"], configuration: "[server]\nworkers = 1\n")
        try serving(site) { server in
            let client = try Client(server)
            try #expect(client.askUntilKept("/a.txt").text == "0")
            let usual = try limitDescriptors(server, to: "3")
            try turn(site, to: "1")
            _ = try client.exchange(Request.get("/a.txt"))
            _ = try limitDescriptors(server, to: usual)
            let folder = "/proc/\(server.process.processID)/fd"
            let deadline = Instant.now.advanced(by: .seconds(20))
            while try !Program.run(program: "sh", ["-c", "readlink \(folder)/*"]).output.contains("\(site.root)/1\n") {
                try #require(Instant.now < deadline, "the new folder is not opened")
            }
        }
    }

    /// Changes how many descriptors a server may open (prlimit(2)).
    ///
    /// - Returns: how many it might.
    private func limitDescriptors(_ server: ServerProcess, to count: String) throws -> String {
        let process = ["--pid", "\(server.process.processID)"]
        let usual = try Program.run(program: "prlimit", process + ["--nofile", "--output", "SOFT", "--noheadings"])
        try Program.run(program: "prlimit", process + ["--nofile=\(count):"]).check()
        return String(usual.output.filter { !$0.isWhitespace })
    }
}
