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
    private func site(_ count: Int = 1, unkeptSizeMax: Int? = nil) throws -> ServedSite {
        var files = ["www/index.html": "hello"]
        for number in 0..<count { files["www/data/file\(number)"] = Self.text("a") }
        let site = try ServedSite(files) {
            $0.rules.files.symlinks = .inside
            $0.limits.connectionsMax = 200
            $0.limits.fileCacheCountMax = unkeptSizeMax == nil ? 6 : 100
            if let unkeptSizeMax { $0.limits.unkeptSizeMax = unkeptSizeMax }
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

    /// There is room for four, and the address that is sent them has none for a fifth.
    @Test func whoIsSentAllBytesGivesThemToOthers() throws {
        let site = try site(8, unkeptSizeMax: 250_000)
        let readers = try readers((0..<4).map { "/link\($0).bin" }, site)
        #expect(try site.ask("/link4.bin").status == 503)
        #expect(try site.ask("/link3.bin").text == Self.text("a"), "a copy that is there is shared")
        let victims = try (0..<3).map { _ in try RawConnection(port: site.port, source: 2) }
        for path in ["/link4.bin", "/link5.bin"] {
            for victim in victims { try victim.send(Self.request(path)) }
            for victim in victims { #expect(try victim.answer().text == Self.text("a"), "\(path)") }
        }
        #expect(try site.ask("/").text == "hello")
        withExtendedLifetime(readers) {}
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
