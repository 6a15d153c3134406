/// Coded files beside others, whatever the type, and whether the file is kept or not. Test threads.

import Glibc
import Testing

@testable import Server

@Suite(.serialized) struct BesideTests {
    private func site(_ files: [String: String], _ configure: @escaping (inout ServerConfiguration) -> Void = { _ in })
        throws -> ServedSite
    {
        try ServedSite(files) {
            $0.compression.isEnabled = false
            configure(&$0)
        }
    }

    @Test(arguments: ["game.data", "picture.png", "name", "style.css"])
    func aFileBesideOneOfAnyTypeIsSent(name: String) throws {
        let site = try site(["www/\(name)": "plain", "www/\(name).gz": "G", "www/\(name).br": "B"])
        for _ in 0..<3 {
            for (accept, coding, text) in [("gzip", "gzip", "G"), ("br, gzip", "br", "B"), ("gzip;q=0", nil, "plain")] {
                let answer = try site.ask("/\(name)", "Accept-Encoding: \(accept)")
                #expect(answer["Content-Encoding"] == coding && answer.text == text, "\(accept)")
                #expect(answer["Vary"] == "Accept-Encoding")
            }
            let plain = try site.ask("/\(name)")
            #expect(plain.text == "plain" && plain["Vary"] == "Accept-Encoding", "what others get depends on the field")
        }
    }

    @Test func whereNothingLiesBesideAPictureItsAnswersDependOnNothing() throws {
        let site = try site(["www/a.png": "plain", "www/b.png.gz/x": "", "www/b.png": "plain"])
        for fields in ["X: y", "Accept-Encoding: gzip, br, zstd", "Accept-Encoding: gzip"] {
            let answer = try site.ask("/a.png", fields)
            #expect(answer.text == "plain" && answer["Vary"] == nil)
            #expect(try site.ask("/b.png", fields).text == "plain", "a folder of that name is no variant")
        }
        // A file that comes later is seen.
        try site.write("www/a.png.gz", Array("G".utf8))
        #expect(try site.ask("/a.png", "Accept-Encoding: gzip").text == "G")
        #expect(try site.ask("/a.png")["Vary"] == "Accept-Encoding")
        #expect(unsafe unlink(site.root + "/www/a.png.gz") == 0)
        #expect(try site.ask("/a.png", "Accept-Encoding: gzip").text == "plain")
        #expect(try site.ask("/a.png")["Vary"] == nil)
    }

    /// As Kubernetes mounts a ConfigMap: every name is a link.
    @Test(arguments: [FileRules.Symlinks.inside, .follow])
    func filesBesideLinkedFilesAreSent(links: FileRules.Symlinks) throws {
        let files = ["game.data", "page.html"].flatMap { [$0, $0 + ".gz", $0 + ".br"] }
        var contents: [String: String] = [:]
        for name in files { contents["www/..data/" + name] = name }
        let site = try site(contents) { $0.rules.files.symlinks = links }
        for name in files { site.link("www/" + name, to: "..data/" + name) }
        for name in ["game.data", "page.html"] {
            for _ in 0..<3 {
                #expect(try site.ask("/" + name, "Accept-Encoding: gzip").text == name + ".gz")
                #expect(try site.ask("/" + name, "Accept-Encoding: gzip, br").text == name + ".br")
                #expect(try site.ask("/" + name, "Accept-Encoding: zstd").text == name)
                let plain = try site.ask("/" + name)
                #expect(plain.text == name && plain["Vary"] == "Accept-Encoding")
            }
        }
    }

    /// What has a second name, was modified a moment ago, or finds no room in the cache.
    @Test(arguments: ["a.css", "a.bin"])
    func filesBesideThoseThatAreNotKeptAreSent(name: String) throws {
        let site = try site(["www/\(name)": "plain", "www/\(name).gz": "G"])
        #expect(unsafe link(site.root + "/www/" + name, site.root + "/second") == 0)
        let tight = try self.site(["www/\(name)": "plain", "www/\(name).gz": "G"]) { $0.limits.fileCacheSizeMax = 0 }
        for _ in 0..<3 {
            for site in [site, tight] {
                #expect(try site.ask("/" + name, "Accept-Encoding: br, gzip").text == "G")
                #expect(try site.ask("/" + name, "Accept-Encoding: br").text == "plain")
                #expect(try site.ask("/" + name, "Accept-Encoding: gzip, identity;q=0").text == "G")
                #expect(try site.ask("/" + name, "Accept-Encoding: br, identity;q=0").status == 406)
                let head = try site.ask("/" + name, "Accept-Encoding: gzip", method: "HEAD")
                #expect(head["Content-Encoding"] == "gzip" && head["Content-Length"] == "1" && head.body.isEmpty)
            }
        }
        for version in 0..<20 {
            let now = Int(time(nil)) + 1000 + version
            try site.replace("www/\(name)", Array("plain \(version)".utf8), modified: now)
            #expect(try site.ask("/" + name, "Accept-Encoding: gzip").text == "plain \(version)", "it is older")
            try site.replace("www/\(name).gz", Array("G \(version)".utf8), modified: now)
            #expect(try site.ask("/" + name, "Accept-Encoding: gzip").text == "G \(version)")
        }
    }

    @Test func aCompressedPictureSaysItsCoding() throws {
        let bytes = "0123456789"
        let site = try ServedSite(["www/a.svgz": bytes, "www/a.svgz.br": "B", "www/b.SVGZ": bytes])
        for fields in [
            "X: y", "Accept-Encoding: gzip", "Accept-Encoding: br", "Accept-Encoding: gzip;q=0, identity;q=0",
        ] {
            for target in ["/a.svgz", "/b.SVGZ"] {
                let answer = try site.ask(target, fields)
                #expect(answer.status == 200 && answer.text == bytes, "\(fields)")
                #expect(answer["Content-Type"] == "image/svg+xml" && answer["Content-Encoding"] == "gzip")
                #expect(answer["Vary"] == nil)
            }
        }
        let head = try site.ask("/a.svgz", method: "HEAD")
        #expect(head["Content-Encoding"] == "gzip" && head["Content-Length"] == "10" && head.body.isEmpty)
        let tag = try #require(head["ETag"])
        #expect(try site.ask("/a.svgz", "If-None-Match: \(tag)").status == 304)
        let part = try site.ask("/a.svgz", "Range: bytes=2-3")
        #expect(part.status == 206 && part.text == "23" && part["Content-Encoding"] == "gzip")
        #expect(try site.ask("/a.svgz", "Range: bytes=2-3,5-6").status == 200, "parts can't say how they are coded")
        let other = try ServedSite(["www/a.svgz": bytes]) { $0.mediaTypes.types = ["svgz": "application/gzip"] }
        #expect(try other.ask("/a.svgz")["Content-Encoding"] == nil)
    }

    @Test func aTypeIsGivenToOnePathAndToNamesWithoutAnExtension() throws {
        let site = try ServedSite(["www/.well-known/app": "{}", "www/LICENSE": "free", "www/a.tar.gz": "x"]) {
            $0.mediaTypes.types = [
                "/.well-known/app": "application/json", "": "text/plain", "tar.gz": "application/x-tgz",
            ]
        }
        #expect(try site.ask("/.well-known/app")["Content-Type"] == "application/json")
        #expect(try site.ask("/LICENSE")["Content-Type"] == "text/plain; charset=utf-8")
        #expect(try site.ask("/a.tar.gz")["Content-Type"] == "application/x-tgz")
    }
}
