/// Content codings and a file cache that has room for next to nothing. Test threads.

import Compression
import HTTP
import Testing

@testable import Server

@Suite(.serialized) struct FullCacheTests {
    private static let page = String(repeating: "<p>All work and no play makes Jack a dull boy.\n", count: 200)

    /// A form of the page that a client that takes gzip may get.
    private func isRight(_ answer: ServedAnswer, _ page: String) throws -> Bool {
        guard answer.status == 200 else { return false }
        if answer["Content-Encoding"] == nil { return answer.text == page }
        return try answer.body == Compressor.compress(Array(page.utf8), .gzip)
    }

    /// The variant drops its own original where the bytes of both are too many, at one of these sizes.
    @Test(arguments: Array(stride(from: 10_750, to: 13_250, by: 250)))
    func aVariantThatNeedsItsOriginalsRoomIsSentAllTheSame(size: Int) throws {
        let site = try ServedSite(["www/page.html": Self.page]) { $0.limits.fileCacheSizeMax = size }
        for _ in 0..<30 {
            let answer = try site.ask("/page.html", "Accept-Encoding: gzip")
            #expect(try isRight(answer, Self.page))
        }
        let answer = try site.ask("/page.html", "Accept-Encoding: gzip, identity;q=0")
        #expect(answer.status == 200 && answer["Content-Encoding"] == "gzip")
    }

    @Test(arguments: [3, 5, 8, 12])
    func aVariantDoesNotOutliveWhatItWasMadeOf(count: Int) throws {
        let others = 12
        var files = ["www/page.html": Self.page]
        for other in 0..<others { files["www/\(other).bin"] = "x" }
        let site = try ServedSite(files) { $0.limits.fileCacheCountMax = count }
        var page = Self.page
        var random = SplitMix(seed: UInt64(count))
        for round in 1...12 {
            // Enough for the variant to be made, then what drops the original and keeps the variant.
            for _ in 0..<5 { #expect(try isRight(try site.ask("/page.html", "Accept-Encoding: gzip"), page)) }
            for _ in 0..<20 {
                if random.below(3) > 0 {
                    #expect(try site.ask("/\(random.below(others)).bin").text == "x")
                } else {
                    #expect(try isRight(try site.ask("/page.html", "Accept-Encoding: gzip"), page))
                }
            }
            page = Self.page + "changed \(round) times\n"
            try site.replace("www/page.html", Array(page.utf8), modified: 1_750_000_000 + round)
        }
    }

    @Test func anOriginalThatWasDroppedAndCameBackHasOneVariant() throws {
        var files = ["www/page.html": Self.page]
        for other in 0..<5 { files["www/\(other).bin"] = "x" }
        let site = try ServedSite(files) { $0.limits.fileCacheCountMax = 5 }
        func askPage(_ count: Int, _ page: String) throws {
            for _ in 0..<count { #expect(try isRight(try site.ask("/page.html", "Accept-Encoding: gzip"), page)) }
        }
        func askOther(_ other: Int) throws { #expect(try site.ask("/\(other).bin").text == "x") }
        try askOther(0)
        try askPage(1, Self.page)
        #expect(try site.ask("/page.html", "Accept-Encoding: gzip, identity;q=0")["Content-Encoding"] == "gzip")
        // The hand of the clock comes by all entries, then to the original, which only its variant stands for.
        for other in 1...3 { try askOther(other) }
        try askPage(1, Self.page)
        try askOther(4)
        try askPage(5, Self.page)
        let page = Self.page + "changed\n"
        try site.replace("www/page.html", Array(page.utf8), modified: 1_750_000_001)
        try askPage(5, page)
    }
}
