/// Files that change while they are fetched: every answer is one version, whole. Test threads, and one that changes.

import Harness
import Platform
import Testing

@Suite struct ChangingFilesTests {
    /// A version's content; no two have the same length, so that a tag of length and time tells them apart.
    private static func content(_ version: Int) -> String {
        String(repeating: "\(version % 10)", count: 100 + version)
    }

    /// Expects an answer to be one version, and the one of its tag.
    private func check(_ response: Response, _ versions: inout [String: Int]) {
        #expect(response.status == 200)
        #expect(response["Content-Length"] == "\(response.body.count)")
        let version = response.body.count - 100
        #expect(response.text == Self.content(version), "a mixture of versions")
        // A file that was just written has no tag yet.
        guard let tag = response["ETag"] else { return }
        #expect(versions[tag, default: version] == version, "one tag for two versions")
        versions[tag] = version
    }

    @Test func aFileReplacedAThousandTimesIsAlwaysOneVersion() throws {
        let site = try TestSite(["page.html": Self.content(0)])
        try serving(site) { server in
            let isDone = Monitor(false)
            let failure = Monitor<String?>(nil)
            let writer = try NamedThread(name: "replace") {
                do {
                    for version in 1...1000 {
                        try site.write("new.html", Self.content(version))
                        try site.rename("new.html", to: "www/page.html")
                    }
                } catch {
                    failure.withLock { $0 = "\(error)" }
                }
                isDone.withLock { $0 = true }
            }
            let clients = try (0..<4).map { _ in try Client(server) }
            var versions: [String: Int] = [:]
            repeat {
                for client in clients { try client.send(Request.get("/page.html") + Request.get("/page.html")) }
                for client in clients {
                    for _ in 0..<2 { check(try client.readResponse(), &versions) }
                }
            } while !isDone.withLock { $0 }
            writer.join()
            #expect(failure.withLock { $0 } == nil)
            try #expect(clients[0].exchange(Request.get("/page.html")).text == Self.content(1000), "never stale")
        }
    }

    @Test func aFileThatGrowsIsSentAsLongAsItWas() throws {
        let site = try TestSite()
        let bytes = (0..<8_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        try site.write("www/log.bin", bytes)
        try serving(site) { server in
            let client = try Client(server, receiveBuffer: 4096)
            try client.send(Request.get("/log.bin") + Request.get("/index.html"))
            try client.waitForBytes(1)
            #expect(
                try Program.run(program: "sh", ["-c", "echo more >> \"$0\"", site.root + "/www/log.bin"]).succeeded
            )
            try #expect(client.readResponse().body == bytes)
            try #expect(client.readResponse().text == "hello\n", "and the next answer begins where it ended")
            try #expect(Client(server).exchange(Request.get("/log.bin")).body == bytes + Array("more\n".utf8))
        }
    }

    @Test func aFileReplacedWhileItIsSentIsTheOldOneToItsEnd() throws {
        let site = try TestSite()
        let old = [UInt8](repeating: 1, count: 8_000_000)
        let new = [UInt8](repeating: 2, count: 7_000_000)
        try site.write("www/big.bin", old)
        try serving(site) { server in
            let client = try Client(server, receiveBuffer: 4096)
            try client.send(Request.get("/big.bin"))
            try client.waitForBytes(1)
            try site.write("new.bin", new)
            try site.rename("new.bin", to: "www/big.bin")
            try #expect(Client(server).exchange(Request.get("/big.bin")).body == new)
            try #expect(client.readResponse().body == old)
        }
    }
}
