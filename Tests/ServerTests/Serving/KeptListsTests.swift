/// Lists of folders that are kept: read once for all who ask, and never older than what was there when they were asked for. Test threads.

import CPlatform
import Glibc
import Platform
import Testing

@testable import Server

@Suite(.serialized) struct KeptListsTests {
    private func site(_ files: [String], _ configure: (inout ServerConfiguration) -> Void = { _ in }) throws
        -> ServedSite
    {
        var contents = ["www/index.html": "", "outside/file": "outside"]
        for file in files { contents["www/list/" + file] = file }
        return try ServedSite(contents) {
            $0.rules.files.listing = true
            configure(&$0)
        }
    }

    private func readings(_ site: ServedSite) -> Int { site.server.site?.folderReader.begun ?? -1 }

    private func list(_ site: ServedSite, _ path: String = "/list/") throws -> String {
        let answer = try site.ask(path, "Accept: application/json")
        try #require(answer.status == 200)
        return answer.text
    }

    /// Asks until a list is kept: the first look may meet reports of the site's making.
    private func keep(_ site: ServedSite, _ path: String = "/list/") throws {
        for _ in 0..<10 {
            _ = try list(site, path)
            let before = readings(site)
            _ = try list(site, path)
            if readings(site) == before { return }
        }
        Issue.record("the list is not kept")
    }

    @Test func aFolderIsReadOnceForAllWhoAsk() throws {
        let site = try site((0..<50).map { "file\($0)" })
        try keep(site)
        let page = try site.ask("/list/")
        let before = readings(site)
        for _ in 0..<20 {
            let answer = try site.ask("/list/")
            #expect(answer.text == page.text)
            #expect(answer["Content-Type"] == "text/html; charset=utf-8" && answer["Vary"] == "Accept")
            let head = try site.ask("/list/", method: "HEAD")
            #expect(head["Content-Length"] == "\(page.body.count)" && head.body.isEmpty)
        }
        #expect(readings(site) == before)
    }

    /// With a name that tells, a change shows in the list that is asked for next.
    private static let changes:
        [(name: String, shows: String, hides: String, change: @Sendable (ServedSite) throws -> Void)] = [
            ("a new file", "\"new\"", "", { try $0.write("www/list/new", [1]) }),
            ("a file that is gone", "", "\"one\"", { unsafe _ = unlink($0.root + "/www/list/one") }),
            (
                "another name", "\"uno\"", "\"one\"",
                { unsafe _ = rename($0.root + "/www/list/one", $0.root + "/www/list/uno") }
            ),
            (
                "a file that is moved in", "\"file\"", "",
                { unsafe _ = rename($0.root + "/outside/file", $0.root + "/www/list/file") }
            ),
            (
                "more bytes", "\"size\":4", "",
                { site in
                    guard let file = unsafe fopen(site.root + "/www/list/one", "ae") else { throw SystemError("open") }
                    unsafe _ = fputs("!", file)
                    unsafe _ = fclose(file)
                }
            ),
            ("fewer bytes", "\"size\":1", "", { unsafe _ = truncate($0.root + "/www/list/one", 1) }),
            (
                "another time", "2001-09-09T01:46:40", "",
                { site in
                    let times = [timeval](repeating: timeval(tv_sec: 1_000_000_000, tv_usec: 0), count: 2)
                    unsafe _ = utimes(site.root + "/www/list/one", times)
                }
            ),
            (
                "another file in its place", "2002-02", "",
                { try $0.replace("www/list/one", [1], modified: 1_013_000_000) }
            ),
            ("a new folder", "\"type\":\"folder\"", "", { $0.makeFolder("www/list/folder") }),
            (
                "a folder in a file's place", "\"type\":\"folder\"", "",
                { site in
                    unsafe _ = unlink(site.root + "/www/list/two")
                    site.makeFolder("www/list/two")
                }
            ),
            (
                "another folder in its place", "\"other\"", "\"one\"",
                { site in
                    try site.write("www/next/other", [1])
                    unsafe _ = rename(site.root + "/www/list", site.root + "/www/old")
                    unsafe _ = rename(site.root + "/www/next", site.root + "/www/list")
                }
            ),
        ]

    @Test(arguments: changes.indices) func eachChangeShowsAtOnce(index: Int) throws {
        let (name, shows, hides, change) = Self.changes[index]
        let site = try site(["one", "two"])
        try keep(site)
        try change(site)
        let list = try list(site)
        #expect(shows.isEmpty || list.contains(shows), "\(name): \(list)")
        #expect(hides.isEmpty || !list.contains(hides), "\(name): \(list)")
        try keep(site)
    }

    /// A folder's time is not shown, so what happens in it changes nothing.
    @Test func whatHappensInAFolderBelowChangesNoList() throws {
        let site = try site(["one", "sub/two"])
        try keep(site)
        let before = try list(site)
        try site.write("www/list/sub/three", [1])
        #expect(try list(site) == before)
        #expect(try list(site, "/list/sub/").contains("three"))
    }

    /// A second name changes a file without a word to the folder of the first.
    @Test func aListWithAFileOfSeveralNamesIsNotKept() throws {
        let site = try site(["two"])
        unsafe _ = Glibc.link(site.root + "/outside/file", site.root + "/www/list/one")
        #expect(try list(site).contains("\"size\":7"))
        for count in 8..<12 {
            try site.write("outside/file", [UInt8](repeating: 1, count: count))
            #expect(try list(site).contains("\"size\":\(count)"))
        }
    }

    @Test(arguments: [FileRules.Symlinks.inside, .follow]) func aListWithLinksIsNotKept(rule: FileRules.Symlinks) throws
    {
        let site = try site(["two"]) { $0.rules.files.symlinks = rule }
        site.link("www/list/link", to: "../target")
        #expect(try !list(site).contains("link"))
        for count in 1..<5 {
            try site.write("www/target", [UInt8](repeating: 1, count: count))
            #expect(try list(site).contains("\"size\":\(count)"))
        }
        unsafe _ = unlink(site.root + "/www/target")
        #expect(try !list(site).contains("link"))
    }

    /// Not even while others change the folder, whoever else asks.
    @Test func aListHasWhatWasThereBeforeItWasAskedFor() throws {
        let site = try site((0..<300).map { "file\($0)" })
        let done = Monitor(0)
        let port = site.port
        let others = try (0..<2).map { _ in
            try NamedThread(name: "other") {
                while done.withLock({ $0 }) < 150 {
                    guard let connection = try? RawConnection(port: port) else { return }
                    try? connection.send("GET /list/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                    _ = try? connection.answer()
                }
            }
        }
        for number in 1...150 {
            try site.write("www/list/made\(number)", [1])
            #expect(try list(site).contains("\"made\(number)\""))
            done.withLock { $0 = number }
        }
        for other in others { other.join() }
    }

    /// One reading is under way, and all who come meanwhile share the next.
    @Test func aHundredRequestsAtOnceTakeFewReadings() throws {
        let site = try site((0..<3000).map { "file\($0)" }) {
            $0.limits.connectionsMax = 200
            $0.limits.outputsMax = 200
        }
        let connections = try (0..<100).map { _ in try RawConnection(port: site.port) }
        for connection in connections { try connection.send("GET /list/ HTTP/1.1\r\nHost: a\r\n\r\n") }
        let answers = try connections.map { try $0.answer() }
        #expect(answers.allSatisfy { $0.status == 200 && $0.body == answers[0].body })
        #expect(readings(site) <= 2)
    }

    /// Lists that nobody has taken are counted, and no more of them are made than the limit lets be.
    @Test func listsThatWaitForTheirClientsAreBounded() throws {
        let site = try site((0..<4000).map { "file\($0)" }) { $0.limits.listsSizeMax = 700_000 }
        let size = try site.ask("/list/").body.count
        #expect(size > 240_000 && size < 350_000)
        // Each keeps a list of its own in use: the folder changes in between.
        var readers: [RawConnection] = []
        var statuses: [Int] = []
        for number in 0..<8 {
            try site.write("www/list/made\(number)", [1])
            let reader = try RawConnection(port: site.port, receiveBuffer: 4096)
            try reader.send("GET /list/ HTTP/1.1\r\nHost: a\r\n\r\n")
            readers.append(reader)
            statuses.append(try reader.status())
        }
        #expect(statuses.first == 200)
        #expect(statuses.contains(503))
        // They leave, and all is as before.
        for reader in readers { reader.reset() }
        readers.removeAll()
        let deadline = Instant.now.advanced(by: .seconds(20))
        while try site.ask("/list/").status != 200 { try #require(Instant.now < deadline) }
    }

    /// There is room for two, and one address is sent both.
    @Test func whoIsSentAllListsGivesOneToOthers() throws {
        let site = try site((0..<4000).map { "file\($0)" }) { $0.limits.listsSizeMax = 700_000 }
        var readers: [RawConnection] = []
        let request = "GET /list/ HTTP/1.1\r\nHost: a\r\n\r\n"
        for number in 0..<2 {
            try site.write("www/list/made\(number)", [1])
            let reader = try RawConnection(port: site.port, receiveBuffer: 4096)
            try reader.send(request)
            #expect(try reader.status() == 200)
            readers.append(reader)
        }
        try site.write("www/list/other", [1])
        #expect(try site.ask("/list/").status == 503)
        for source: UInt32 in [2, 3] {
            let victim = try RawConnection(port: site.port, source: source)
            try victim.send(request)
            let answer = try victim.answer()
            #expect(answer.status == 200 && answer.text.contains("other"))
        }
        withExtendedLifetime(readers) {}
    }
}
