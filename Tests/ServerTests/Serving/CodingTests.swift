/// Content codings (RFC 9110 §8.4, §12.5.3). Test threads.

import Compression
import HTTP
import Testing

@testable import Server

@Suite(.serialized) struct CodingTests {
    private static let page = String(repeating: "<p>All work and no play makes Jack a dull boy.\n", count: 200)

    /// Waits until a variant has been made: each answer before it is the file as it is.
    private func coded(_ site: ServedSite, _ target: String, _ accept: String) throws -> ServedAnswer {
        for _ in 0..<10_000 {
            let answer = try site.ask(target, "Accept-Encoding: \(accept)")
            if answer["Content-Encoding"] != nil { return answer }
            #expect(answer.status == 200 && answer["Vary"] == "Accept-Encoding")
        }
        throw ServedAnswer.NoAnswer(text: "no variant of \(target) for \(accept)")
    }

    @Test(arguments: [("br", ContentCoding.br), ("zstd", .zstd), ("gzip", .gzip), ("gzip, deflate, br, zstd", .br)])
    func aVariantIsMadeAndThenSent(accept: String, coding: ContentCoding) throws {
        let site = try ServedSite(["www/page.html": Self.page])
        let answer = try coded(site, "/page.html", accept)
        #expect(answer["Content-Encoding"] == "\(coding.name)")
        #expect(answer["Content-Type"] == "text/html; charset=utf-8")
        #expect(try answer.body == Compressor.compress(Array(Self.page.utf8), coding))
        #expect(answer["Content-Length"] == "\(answer.body.count)")
        // No two representations have one tag.
        let plain = try site.ask("/page.html")
        #expect(plain["Content-Encoding"] == nil && plain.text == Self.page && plain["Vary"] == "Accept-Encoding")
        #expect(plain["ETag"] != answer["ETag"])
        let tag = try #require(answer["ETag"])
        let again = try site.ask("/page.html", "Accept-Encoding: \(accept)", "If-None-Match: \(tag)")
        #expect(again.status == 304 && again["Vary"] == "Accept-Encoding" && again["ETag"] == tag)
        #expect(try site.ask("/page.html", "If-None-Match: \(tag)").status == 200)
        let head = try site.ask("/page.html", "Accept-Encoding: \(accept)", method: "HEAD")
        #expect(head["Content-Encoding"] == "\(coding.name)" && head["Content-Length"] == "\(answer.body.count)")
    }

    @Test func aLargeVariantIsSentWhole() throws {
        var text = ""
        var seed: UInt64 = 1
        for _ in 0..<60_000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1
            text += String(seed >> 40, radix: 16) + " "
        }
        let site = try ServedSite(["www/data.txt": text])
        let answer = try coded(site, "/data.txt", "gzip")
        #expect(try answer.body == Compressor.compress(Array(text.utf8), .gzip))
        #expect(answer.body.count > 64 * 1024)
    }

    @Test func whatDoesNotGetSmallerIsSentAsItIs() throws {
        let site = try ServedSite(["www/a.txt": "short", "www/b.png": Self.page])
        for _ in 0..<5 {
            #expect(try site.ask("/a.txt", "Accept-Encoding: br")["Content-Encoding"] == nil)
            let picture = try site.ask("/b.png", "Accept-Encoding: br")
            #expect(picture["Content-Encoding"] == nil && picture["Vary"] == nil)
        }
    }

    @Test func aFileBesideTheOriginalIsSentWhenItIsNotOlder() throws {
        let site = try ServedSite([
            "www/a.css": Self.page, "www/a.css.br": "B", "www/a.css.gz": "G", "www/a.css.zst": "Z",
        ]) {
            $0.compression.isEnabled = false
        }
        for (accept, body) in [("br", "B"), ("gzip", "G"), ("zstd", "Z"), ("gzip;q=1, br;q=0.9", "G")] {
            let answer = try coded(site, "/a.css", accept)
            #expect(answer.text == body && answer["Content-Type"] == "text/css; charset=utf-8")
        }
        #expect(try site.ask("/a.css", "Accept-Encoding: gzip;q=0")["Content-Encoding"] == nil)
        // The original is newer now: what lies beside it was made of another content.
        try site.write("www/a.css", Array("new".utf8), modified: 1_750_000_001)
        for _ in 0..<3 {
            let answer = try site.ask("/a.css", "Accept-Encoding: br")
            #expect(answer["Content-Encoding"] == nil && answer.text == "new")
        }
        try site.write("www/a.css.br", Array("B2".utf8), modified: 1_750_000_001)
        #expect(try coded(site, "/a.css", "br").text == "B2")
        // The file beside it has an address of its own.
        let own = try site.ask("/a.css.br", "Accept-Encoding: br")
        #expect(own.text == "B2" && own["Content-Encoding"] == nil && own["Content-Type"] == "application/octet-stream")
    }

    @Test func aFileBesideTheOriginalIsSentToTheFirstWhoAsks() throws {
        let files = ["www/a.css": Self.page, "www/a.css.gz": "G", "www/b.css": Self.page, "www/b.css.br/x": ""]
        let site = try ServedSite(files) { $0.compression.isEnabled = false }
        let answer = try site.ask("/a.css", "Accept-Encoding: gzip, br, zstd")
        #expect(answer.text == "G" && answer["Content-Encoding"] == "gzip")
        // A folder of that name is no variant.
        #expect(try site.ask("/b.css", "Accept-Encoding: br").text == Self.page)
    }

    @Test func aChangedFileIsNeverAnsweredByAnOldVariant() throws {
        let site = try ServedSite(["www/page.html": Self.page])
        _ = try coded(site, "/page.html", "gzip")
        let changed = Self.page + "changed"
        try site.write("www/page.html", Array(changed.utf8), modified: 1_750_000_002)
        let answer = try coded(site, "/page.html", "gzip")
        #expect(try answer.body == Compressor.compress(Array(changed.utf8), .gzip))
    }

    @Test func whoRefusesTheFileAsItIsWaitsForAVariant() throws {
        let site = try ServedSite(["www/page.html": Self.page, "www/b.png": "x", "www/short.txt": "x"])
        let answer = try site.ask("/page.html", "Accept-Encoding: gzip, identity;q=0")
        #expect(answer.status == 200 && answer["Content-Encoding"] == "gzip")
        #expect(try site.ask("/page.html", "Accept-Encoding: identity;q=0").status == 406)
        #expect(try site.ask("/page.html", "Accept-Encoding: *;q=0").status == 406)
        #expect(try site.ask("/b.png", "Accept-Encoding: gzip, identity;q=0").status == 406)
        #expect(try site.ask("/short.txt", "Accept-Encoding: gzip, *;q=0").status == 406)
    }

    @Test func aFailureIsNotHiddenByWhatAClientRefuses() throws {
        let site = try ServedSite(["www/404.html": "short"])
        for _ in 0..<2 { #expect(try site.ask("/none", "Accept-Encoding: gzip, identity;q=0").status == 404) }
        let coded = try ServedSite(["www/404.html": Self.page])
        let answer = try coded.ask("/none", "Accept-Encoding: gzip, identity;q=0")
        #expect(answer.status == 404 && answer["Content-Encoding"] == "gzip")
        #expect(answer["Vary"] == "Accept, Accept-Encoding" && answer["ETag"] == nil)
    }

    /// No coding has an empty result: that is a file whose making has just begun.
    @Test func anEmptyFileBesideTheOriginalIsNone() throws {
        let site = try ServedSite(["www/a.css": Self.page, "www/a.css.br": ""]) { $0.compression.isEnabled = false }
        for _ in 0..<4 {
            let answer = try site.ask("/a.css", "Accept-Encoding: br")
            #expect(answer["Content-Encoding"] == nil && answer.text == Self.page)
        }
    }

    @Test func aPartIsOfTheFileAsItIsUnlessAVariantIsNamed() throws {
        let site = try ServedSite(["www/page.html": Self.page])
        let whole = try coded(site, "/page.html", "gzip")
        let part = try site.ask("/page.html", "Accept-Encoding: gzip", "Range: bytes=0-9")
        #expect(part.status == 206 && part["Content-Encoding"] == nil && part.text == String(Self.page.prefix(10)))
        #expect(part["Vary"] == "Accept-Encoding")
        let tag = try #require(whole["ETag"])
        let named = try site.ask("/page.html", "Accept-Encoding: gzip", "Range: bytes=0-9", "If-Range: \(tag)")
        #expect(named.status == 206 && named["Content-Encoding"] == "gzip" && named.body == Array(whole.body[..<10]))
        let plainTag = try #require(part["ETag"])
        let plain = try site.ask("/page.html", "Accept-Encoding: gzip", "Range: bytes=5-9", "If-Range: \(plainTag)")
        #expect(plain.status == 206 && plain.text == String(Self.page.dropFirst(5).prefix(5)))
        #expect(
            try site.ask("/page.html", "Accept-Encoding: gzip", "Range: bytes=5-9", "If-Range: \"x\"").status == 200
        )
    }

    /// A client that names a variant may have its tag from a cache or another client.
    @Test(arguments: [
        "br", "gzip, deflate", "identity", "gzip;q=0", "gzip;q=0, *", "*;q=0, identity", "", "br, gzip;q=0.000",
    ])
    func aPartIsCodedOnlyForWhoTakesThatCoding(accepted: String) throws {
        let site = try ServedSite(["www/page.html": Self.page])
        let tag = try #require(coded(site, "/page.html", "gzip")["ETag"])
        let takesGzip = accepted.hasPrefix("gzip,")
        for range in ["bytes=0-9", "bytes=-5", "bytes=0-1,4-5"] {
            let answer = try site.ask(
                "/page.html",
                "Accept-Encoding: \(accepted)",
                "Range: \(range)",
                "If-Range: \(tag)"
            )
            #expect((answer["Content-Encoding"] == "gzip") == takesGzip, "\(range)")
            #expect(takesGzip || answer.status == 200 && answer.text == Self.page, "\(range)")
        }
        let none = try site.ask("/page.html", "Range: bytes=0-9", "If-Range: \(tag)")
        #expect(none.status == 200 && none["Content-Encoding"] == nil)
    }

    /// A client that goes on with a download takes its coding, though it would rather have the file as it is.
    @Test func aPartIsCodedForWhoTakesThatCodingLess() throws {
        let site = try ServedSite(["www/page.html": Self.page])
        let tag = try #require(coded(site, "/page.html", "gzip")["ETag"])
        let part = try site.ask(
            "/page.html",
            "Accept-Encoding: gzip;q=0.1, identity",
            "Range: bytes=0-9",
            "If-Range: \(tag)"
        )
        #expect(part.status == 206 && part["Content-Encoding"] == "gzip" && part.body.count == 10)
    }

    @Test func theWorkersMemoryOfWhatClientsWantIsRight() throws {
        let site = try ServedSite(["www/page.html": Self.page])
        _ = try coded(site, "/page.html", "gzip")
        _ = try coded(site, "/page.html", "br")
        for (accept, coding) in [("gzip", "gzip"), ("br", "br"), ("gzip", "gzip"), ("gzi", nil), ("gzip", "gzip")] {
            #expect(try site.ask("/page.html", "Accept-Encoding: \(accept)")["Content-Encoding"] == coding)
        }
        let long = "gzip" + String(repeating: ", x", count: 60)
        #expect(try site.ask("/page.html", "Accept-Encoding: \(long)")["Content-Encoding"] == "gzip")
    }

    @Test func codingsThatAreNotUsedAreNotSent() throws {
        let site = try ServedSite(["www/page.html": Self.page]) { $0.compression.codings = ["gzip"] }
        #expect(try coded(site, "/page.html", "br, gzip")["Content-Encoding"] == "gzip")
        let none = try ServedSite(["www/page.html": Self.page]) { $0.compression.codings = [] }
        let answer = try none.ask("/page.html", "Accept-Encoding: gzip")
        #expect(answer["Content-Encoding"] == nil && answer["Vary"] == nil)
    }
}
