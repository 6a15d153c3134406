/// Files that are not kept: their bytes are there once, whoever is sent them, and never stale. Test threads.

import CompletionPort
import FileLog
import Glibc
import Platform
import Testing

@testable import Server

@Suite(.serialized) struct UnkeptFilesTests {
    private static func text(_ letter: Character) -> String { String(repeating: letter, count: 50_000) }

    /// Links are followed to files that are not kept, as nothing reports their changes.
    private func site(_ count: Int = 1) throws -> ServedSite {
        var files = ["www/index.html": "hello"]
        for number in 0..<count { files["www/data/file\(number)"] = Self.text("a") }
        let site = try ServedSite(files) {
            $0.rules.files.symlinks = .inside
            $0.limits.connectionsMax = 200
            $0.limits.fileCacheCountMax = 6
        }
        for number in 0..<count { site.link("www/link\(number).bin", to: "data/file\(number)") }
        return site
    }

    private static func request(_ target: String) -> String { "GET \(target) HTTP/1.1\r\nHost: localhost\r\n\r\n" }

    /// Connections that ask for more than the kernel takes, and take nothing.
    private func readers(_ targets: [String], _ site: ServedSite) throws -> [RawConnection] {
        try targets.map { target in
            let reader = try RawConnection(port: site.port, receiveBuffer: 4096)
            try reader.send(String(repeating: Self.request(target), count: 8))
            #expect(try reader.status() == 200)
            return reader
        }
    }

    @Test func manyReadersOfAFileThatIsNotKeptTakeOneEntry() throws {
        let site = try site()
        let readers = try readers(Array(repeating: "/link0.bin", count: 20), site)
        for _ in 0..<3 {
            #expect(try site.ask("/").text == "hello")
            #expect(try site.ask("/none").status == 404)
            #expect(try site.ask("/link0.bin").text == Self.text("a"))
        }
        for reader in readers { for _ in 0..<8 { #expect(try reader.answer().text == Self.text("a")) } }
    }

    @Test func aChangeIsSeenWhileOthersAreSentWhatWasThere() throws {
        let site = try site()
        for letter in "bcd" {
            let readers = try readers(["/link0.bin", "/link0.bin"], site)
            let before = try site.ask("/link0.bin").text
            try site.write("www/data/file0", Array(Self.text(letter).utf8))
            #expect(try site.ask("/link0.bin").text == Self.text(letter))
            try site.replace("www/data/file0", Array((Self.text(letter) + "!").utf8))
            #expect(try site.ask("/link0.bin").text == Self.text(letter) + "!")
            #expect(try readers[0].answer().text == before)
            withExtendedLifetime(readers) {}
        }
    }

    /// The address that has all entries in use gives one back.
    @Test func whoHasAllEntriesInUseGivesThemToOthers() throws {
        let site = try site(8)
        let readers = try readers((0..<6).map { "/link\($0).bin" }, site)
        let victim = try RawConnection(port: site.port, source: 2)
        for path in ["/", "/link6.bin", "/link7.bin", "/"] {
            try victim.send(Self.request(path))
            let answer = try victim.answer()
            #expect(answer.status == 200 && answer.body.count == (path == "/" ? 5 : 50_000), "\(path)")
        }
        try victim.send(Self.request("/none"))
        #expect(try victim.answer().status == 404)
        withExtendedLifetime(readers) {}
    }

    // MARK: Who gives back

    private func holder(_ slot: UInt32, _ address: UInt32, file: UInt32, due: UInt64) -> FileHolders.Holder {
        FileHolders.Holder(
            connection: CompletionKey(slot: slot, generation: 1),
            network: address == 0 ? nil : ClientNetwork(RemoteAddress(ipv4: address, port: 1)),
            file: file,
            due: Instant(nanoseconds: due)
        )
    }

    private func choose(_ holders: [FileHolders.Holder], _ address: UInt32) -> UInt32? {
        FileHolders.choose(holders, for: ClientNetwork(RemoteAddress(ipv4: address, port: 1)))?.slot
    }

    @Test func theReaderOfTheAddressWithMostFilesThatHasTakenNothingForLongestGivesBack() {
        let holders = [
            holder(1, 7, file: 1, due: 30), holder(2, 7, file: 2, due: 20), holder(3, 7, file: 3, due: 40),
            holder(4, 8, file: 4, due: 1), holder(5, 0, file: 5, due: 0), holder(6, 0, file: 6, due: 0),
        ]
        #expect(choose(holders, 9) == 2)
        #expect(choose(holders, 8) == 2)
        #expect(choose(holders, 7) == nil, "it has most itself")
    }

    @Test func nobodyGivesBackForWhoWouldHaveAsMany() {
        let holders = [
            holder(1, 7, file: 1, due: 1), holder(2, 7, file: 2, due: 2), holder(3, 8, file: 3, due: 3),
        ]
        #expect(choose(holders, 8) == nil)
        #expect(choose(holders, 9) == 1)
        // One file is one entry, however many are sent it.
        #expect(choose((0..<9).map { holder($0, 7, file: 1, due: 1) }, 9) == nil)
    }

    @Test func whatIsHeldIsFoundUntilItIsForgotten() {
        let unkept = UnkeptFiles(sizeMax: 100)
        let holding = UnkeptFiles.Holding(
            name: [1],
            path: [2],
            key: FileKey(policy: 0),
            version: ObjectIdentifier(unkept),
            source: nil,
            content: FileContent(stat())
        )
        unkept.note(3, holding)
        unkept.note(4, holding)
        #expect(unkept.slot(holding) == 3, "the first one's")
        unkept.forget(4)
        #expect(unkept.slot(holding) == 3)
        unkept.forget(3)
        #expect(unkept.slot(holding) == nil && unkept.sharedCount == 0)
        unkept.count(80)
        #expect(unkept.hasRoom(for: 20) && !unkept.hasRoom(for: 21))
        unkept.count(-80)
        #expect(unkept.size == 0)
    }
}
