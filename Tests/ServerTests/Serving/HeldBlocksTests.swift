/// Clients that take their answers slowly, and all others, who get theirs all the same. Test threads.

import Testing

@testable import Server

@Suite(.serialized) struct HeldBlocksTests {
    private static let small = String(repeating: "x", count: 12_000)

    private func site() throws -> ServedSite {
        var files = ["www/index.html": "hello", "www/small.txt": Self.small]
        files["www/large.bin"] = String(repeating: "0123456789abcdef", count: 400_000)
        files["www/coded.txt"] = (0..<60_000).map { "\($0 &* 7919 % 60_013)\n" }.joined()
        for number in 0..<4000 { files["www/list/file\(number)"] = "" }
        return try ServedSite(files) {
            $0.rules.files.listing = true
            $0.limits.connectionsMax = 200
            $0.limits.outputsMax = 16
            // The last reader takes nothing while the others take all of theirs, however long that is.
            $0.deadlines.send = .seconds(600)
        }
    }

    private static func request(_ target: String, _ fields: String = "") -> String {
        "GET \(target) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n"
    }

    /// Connections of 127.0.0.1 that ask, and take the first bytes of what comes.
    private func readers(_ count: Int, _ site: ServedSite, _ requests: String) throws -> [RawConnection] {
        let readers = try (0..<count).map { _ in try RawConnection(port: site.port, receiveBuffer: 4096) }
        for reader in readers { try reader.send(requests) }
        return readers
    }

    /// Another address is answered, and on connections of its own.
    private func expectOthersAreServed(_ site: ServedSite) throws {
        for _ in 0..<3 {
            let victim = try RawConnection(port: site.port, source: 2)
            try victim.send(Self.request("/") + Self.request("/small.txt") + Self.request("/none"))
            #expect(try victim.answer().text == "hello")
            #expect(try victim.answer().text == Self.small)
            #expect(try victim.answer().status == 404)
        }
    }

    /// However many there are, they hold no block once the head has left.
    @Test(arguments: ["/large.bin", "/list/", "/coded.txt", "ranges"]) func slowReadersOfALargeBodyHoldNoBlock(
        path: String
    ) throws {
        let site = try site()
        let requests =
            switch path {
            case "ranges": Self.request("/large.bin", "Range: bytes=0-3000000,3500000-6300000\r\n")
            case "/coded.txt": Self.request(path, "Accept-Encoding: gzip, identity;q=0\r\n")
            default: Self.request(path)
            }
        let readers = try readers(60, site, requests)
        for reader in readers { #expect([200, 206].contains(try reader.status())) }
        try expectOthersAreServed(site)
        // So is the address itself, and each of them gets the rest.
        #expect(try site.ask("/").text == "hello")
        let first = try readers[0].answer()
        for reader in readers.dropFirst() { #expect(try reader.answer().body.count == first.body.count) }
    }

    /// An answer behind a large body on a connection is written into a block again.
    @Test func whatIsPipelinedBehindALargeBodyComes() throws {
        let site = try site()
        let paths = ["/large.bin", "/list/", "/small.txt", "/large.bin", "/none", "/"]
        let connections = try readers(40, site, paths.map { Self.request($0) }.joined())
        var expected: [Int]?
        for connection in connections {
            let counts = try paths.map { _ in try connection.answer().body.count }
            #expect(counts == expected ?? counts)
            expected = counts
        }
        #expect(expected?[0] == 6_400_000 && expected?[5] == 5)
    }

    /// A coded form of a file is in memory whole, and answered at once where it is cached.
    @Test func codedFilesThatArePipelinedCome() throws {
        let site = try site()
        let request = Self.request("/coded.txt", "Accept-Encoding: gzip, identity;q=0\r\n")
        let connections = try readers(30, site, String(repeating: request, count: 6) + Self.request("/"))
        var size: Int?
        for connection in connections {
            for _ in 0..<6 {
                let count = try connection.answer().body.count
                #expect(count > 64 << 10 && count == size ?? count)
                size = count
            }
            #expect(try connection.answer().text == "hello")
        }
    }

    /// The reserve is for others.
    @Test func whoFillsAllBlocksWithSmallAnswersLeavesTheReserve() throws {
        let site = try site()
        #expect(try site.ask("/small.txt").text == Self.small)
        let readers = try readers(40, site, String(repeating: Self.request("/small.txt"), count: 60))
        for reader in readers.prefix(5) { #expect(try reader.status() == 200) }
        try expectOthersAreServed(site)
        // They get all that they have asked for when they take it.
        for reader in readers { for _ in 0..<60 { #expect(try reader.answer().text == Self.small) } }
    }
}
