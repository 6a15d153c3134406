/// Clients that leave while a file, a variant, a list or a password is on its way to them. Test threads.

import HandlerPool
import Platform
import Testing

@testable import Server

@Suite(.serialized) struct AbandonedTests {
    private static let page = String(repeating: "<p>All work and no play makes Jack a dull boy.\n", count: 3000)
    /// Made by `htpasswd -nbB -C 4 alice 'geheim:ä'`.
    private static let users = "alice:$2y$04$wxODVaIR95OmGWexLW0hvu.Q11t6EH7fPdU5XJY53leraGRKpeZ6i\n"
    private static let authorization = "Authorization: Basic YWxpY2U6Z2VoZWltOsOk\r\n"

    private func site(_ configure: (inout ServerConfiguration) -> Void = { _ in }) throws -> ServedSite {
        var files = ["users": Self.users, "www/private/a.txt": "secret", "www/docs/sub/x": "x"]
        for number in 0..<12 {
            files["www/small\(number).txt"] = "small \(number) "
            files["www/page\(number).html"] = Self.page + "\(number)"
        }
        files["www/large.bin"] = String(repeating: "0123456789abcdef", count: 400_000)
        files["www/404.html"] = Self.page + "404"
        return try ServedSite(files) {
            $0.limits.fileCacheCountMax = 6
            $0.limits.outputsMax = 8
            $0.limits.exchangesMax = 40
            // Who leaves is the question here, not who guesses.
            $0.limits.wrongPasswordsMax = 10_000
            $0.rules.files.listing = true
            $0.rules.protections = [ProtectionRule(path: "/private/**", realm: "x", file: "users")]
            configure(&$0)
        }
    }

    private static func request(_ target: String, _ fields: String = "") -> String {
        "GET \(target) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n"
    }

    /// Two requests or more.
    private static func requests(_ random: inout SplitMix) -> String {
        (0...1 + random.below(11)).map { _ in
            switch random.below(9) {
            case 0: request("/large.bin", "Range: bytes=0-3000000,3500000-3600000,-2000000\r\n")
            case 1: request("/large.bin", "Range: bytes=5-6,10-11,4000000-5000000\r\n")
            case 2: request("/page\(random.below(12)).html", "Accept-Encoding: br, identity;q=0\r\n")
            case 3: request("/page\(random.below(12)).html", "Accept-Encoding: zstd, gzip\r\n")
            case 4: request("/docs/", random.below(2) == 0 ? "Accept: application/json\r\n" : "")
            case 5: request("/private/a.txt", authorization)
            case 6: request("/private/a.txt", "Authorization: Basic YWxpY2U6\(1000 + random.below(9000))\r\n")
            case 7: request("/none\(random.below(9))", "Accept-Encoding: gzip, identity;q=0\r\n")
            default: request("/small\(random.below(12)).txt", "Range: bytes=0-1,4-5\r\n")
            }
        }.joined()
    }

    /// Every file can still be had: none is kept in use by somebody who is gone.
    private func isWhole(_ site: ServedSite) throws {
        // Those who left last may not have been noticed yet, and fill the cache until they are; and what the pool was asked
        // for them it still does, and refuses more meanwhile.
        let deadline = Instant.now.advanced(by: .seconds(10))
        let authorization = "Authorization: Basic YWxpY2U6Z2VoZWltOsOk"
        let asked = [("/small0.txt", "Accept: */*"), ("/docs/", "Accept: */*"), ("/private/a.txt", authorization)]
        for (path, field) in asked {
            while try site.ask(path, field).status == 503, Instant.now < deadline {}
        }
        for _ in 0..<2 {
            for number in 0..<12 {
                #expect(try site.ask("/small\(number).txt").text == "small \(number) ")
                #expect(try site.ask("/page\(number).html").text == Self.page + "\(number)")
            }
            #expect(try site.ask("/docs/").status == 200)
            #expect(try site.ask("/private/a.txt", authorization).text == "secret")
            #expect(try site.ask("/none").status == 404)
            #expect(try site.ask("/large.bin").body.count == 6_400_000)
        }
    }

    @Test(arguments: [64, 1]) func whoLeavesTakesNothingAlong(threadsMax: Int) throws {
        let site = try site {
            $0.pool.threadsMin = 1
            $0.pool.threadsMax = threadsMax
            $0.pool.queueMax = max(threadsMax, 3)
        }
        let port = site.port
        let threads = try (0..<3).map { thread in
            try NamedThread(name: "client") {
                var random = SplitMix(seed: UInt64(thread))
                for _ in 0..<100 {
                    do {
                        let connection = try RawConnection(port: port)
                        try connection.send(Self.requests(&random))
                        for _ in 0..<random.below(3) { _ = try connection.answer() }
                        if random.below(3) > 0 { connection.reset() }
                    } catch {
                        // Answers may fail to come: what counts is what is left.
                        continue
                    }
                }
            }
        }
        for thread in threads { thread.join() }
        try isWhole(site)
    }

    @Test func aServerStopsWhileEverythingIsUnderWay() throws {
        for seed in 0..<12 {
            var random = SplitMix(seed: UInt64(seed))
            let site = try site { $0.workers = 2 }
            let connections = try (0..<12).map { _ in try RawConnection(port: site.port) }
            for connection in connections { try connection.send(Self.requests(&random)) }
            if seed % 2 == 0 { _ = try? connections[0].answer() }
            // Stopped as it goes out of scope.
        }
    }

    /// Its length was promised, so the connection ends; the process goes on.
    @Test func aFileThatIsCutWhileItsRangesLeave() throws {
        let site = try site()
        for round in 0..<6 {
            let connection = try RawConnection(port: site.port)
            try connection.send(Self.request("/large.bin", "Range: bytes=0-2999999,3500000-3600000,6000000-\r\n"))
            try site.write("www/large.bin", [UInt8](repeating: 48, count: 1000 * round), modified: 1_750_000_001)
            do { #expect(try connection.answer().status > 0) } catch is RawConnection.Ended {}
            let bytes = Array(String(repeating: "0123456789abcdef", count: 400_000).utf8)
            try site.write("www/large.bin", bytes)
        }
        try isWhole(site)
    }
}
