/// What a client gets of `www/`, and what it never gets. Test threads.

import Harness
import Testing

@Suite struct StaticFilesTests {
    @Test func aFileIsServedWithItsTypeLengthAndValidators() throws {
        try serving(["page.html": "<p>hello"]) { server in
            let response = try Client(server).exchange("GET /page.html HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(response.status == 200)
            #expect(response.text == "<p>hello")
            #expect(response["Content-Length"] == "8")
            #expect(response["Content-Type"]?.hasPrefix("text/html") == true)
            #expect(response["ETag"]?.wholeMatch(of: /"[!#-~]+"/) != nil, "strong: no W/ before it")
            #expect(response["Accept-Ranges"] == "bytes")
            let httpDate =
                /(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT/
            #expect(response["Date"]?.wholeMatch(of: httpDate) != nil)
            #expect(response["Last-Modified"]?.wholeMatch(of: httpDate) != nil)
        }
    }

    @Test(arguments: [
        ("a.css", "text/css"), ("a.js", "text/javascript"), ("a.svg", "image/svg+xml"), ("a.png", "image/png"),
        ("a.json", "application/json"), ("a.txt", "text/plain"), ("a.webp", "image/webp"),
        ("a.wasm", "application/wasm"),
        ("a.unheardof", "application/octet-stream"), ("README", "application/octet-stream"),
    ])
    func theMediaTypeFollowsTheName(name: String, type: String) throws {
        try serving([name: "x"]) { server in
            let response = try Client(server).exchange("GET /\(name) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(response["Content-Type"]?.split(separator: ";").first.map(String.init) == type)
        }
    }

    /// Large files are sent from the page cache while their share of descriptors lasts, and copied beyond it.
    @Test func largeFilesAreTheSameWithAndWithoutADescriptor() throws {
        let site = try TestSite(configuration: "[server]\nworkers = 1\n")
        let contents = (0..<16).map { number in
            (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8 &+ number) }
        }
        for (number, content) in contents.enumerated() { try site.write("www/\(number).bin", content) }
        let idle = try ServerProcess(site).descriptorCount
        try serving(site, launcher: ["prlimit", "--nofile=\(idle + 50)"]) { server in
            let client = try Client(server)
            try #expect(client.exchange(Request.get("/0.bin")).body == contents[0])
            let before = try server.descriptorCount
            for _ in 0..<2 {
                for (number, content) in contents.enumerated() {
                    try #expect(client.exchange(Request.get("/\(number).bin")).body == content)
                    let part = try client.exchange(Request.get("/\(number).bin", "Range: bytes=100001-250000\r\n"))
                    #expect(part.body == Array(content[100_001...250_000]))
                }
            }
            let kept = try server.descriptorCount - before
            #expect(kept > 0 && kept < 8, "some stay open, not all")
            for number in contents.indices { try site.rename("www/\(number).bin", to: "\(number).bin") }
            try #expect(client.exchange(Request.get("/0.bin")).status == 404)
            try #expect(server.descriptorCount < before, "what is gone is closed")
        }
    }

    @Test func aFolderIsItsIndexFile() throws {
        try serving(["index.html": "top", "sub/index.html": "below"]) { server in
            let client = try Client(server)
            try #expect(client.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").text == "top")
            try #expect(client.exchange("GET /sub/ HTTP/1.1\r\nHost: a\r\n\r\n").text == "below")
        }
    }

    @Test func aFolderWithoutItsSlashIsRedirectedToItself() throws {
        try serving(["sub/index.html": "below"]) { server in
            let response = try Client(server).exchange("GET /sub?q=1 HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect([301, 308].contains(response.status))
            #expect(response["Location"] == "sub/?q=1")
        }
    }

    @Test func aFolderWithoutAnIndexIsNotFound() throws {
        try serving(["sub/page.html": "below"]) { server in
            try #expect(Client(server).exchange("GET /sub/ HTTP/1.1\r\nHost: a\r\n\r\n").status == 404)
        }
    }

    @Test func whatIsNotThereIsAnsweredWithTheSitesOwnPage() throws {
        try serving(["404.html": "<p>lost"]) { server in
            let response = try Client(server).exchange("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(response.status == 404)
            #expect(response.text == "<p>lost")
        }
    }

    @Test func headHasTheFieldsOfGetAndNoBody() throws {
        try serving(["page.html": "<p>hello"]) { server in
            let client = try Client(server)
            let get = try client.exchange("GET /page.html HTTP/1.1\r\nHost: a\r\n\r\n")
            let head = try client.exchange("HEAD /page.html HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(head.status == 200)
            for name in ["Content-Length", "Content-Type", "ETag", "Last-Modified"] {
                #expect(head[name] == get[name], "\(name)")
            }
            #expect(
                try client.exchange("GET /page.html HTTP/1.1\r\nHost: a\r\n\r\n").text == "<p>hello",
                "no stray body"
            )
        }
    }

    @Test func aQueryDoesNotChangeTheFile() throws {
        try serving(["page.html": "x"]) { server in
            try #expect(Client(server).exchange("GET /page.html?a=../b HTTP/1.1\r\nHost: a\r\n\r\n").text == "x")
        }
    }

    @Test func namesMayBePercentEncoded() throws {
        try serving(["a b.txt": "blank", "größe.txt": "umlaut"]) { server in
            let client = try Client(server)
            try #expect(client.exchange("GET /a%20b.txt HTTP/1.1\r\nHost: a\r\n\r\n").text == "blank")
            try #expect(client.exchange("GET /gr%C3%B6%c3%9fe.txt HTTP/1.1\r\nHost: a\r\n\r\n").text == "umlaut")
        }
    }

    @Test(arguments: [
        "/../secret.txt", "/%2e%2e/secret.txt", "/sub/../../secret.txt", "/..%2fsecret.txt", "/link.txt",
        "/linked/secret.txt",
        "/%00secret.txt", "/..\\secret.txt", "//etc/passwd", "/./../secret.txt",
    ])
    func nothingOutsideTheSiteIsServed(target: String) throws {
        let site = try TestSite(["index.html": "x", "sub/index.html": "y"])
        try site.write("secret.txt", "root:x:0:0 secret")
        for (name, path) in [("link.txt", "../secret.txt"), ("linked", "..")] {
            try #expect(Program.run(program: "ln", ["-s", path, site.root + "/www/" + name]).succeeded)
        }
        try serving(site) { server in
            let response = try Client(server).exchange("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect([400, 404].contains(response.status))
            #expect(!response.text.contains("root:x:0:0"))
        }
    }

    @Test func dotfilesAreNotThereExceptWellKnownOnes() throws {
        try serving([".env": "key", ".git/config": "key", ".well-known/security.txt": "Contact: us"]) { server in
            let client = try Client(server)
            try #expect(client.exchange("GET /.env HTTP/1.1\r\nHost: a\r\n\r\n").status == 404)
            try #expect(client.exchange("GET /.git/config HTTP/1.1\r\nHost: a\r\n\r\n").status == 404)
            #expect(
                try client.exchange("GET /.well-known/security.txt HTTP/1.1\r\nHost: a\r\n\r\n").text == "Contact: us"
            )
        }
    }

    @Test(arguments: ["POST", "PUT", "DELETE"])
    func aFileCanOnlyBeRead(method: String) throws {
        try serving { server in
            let request = "\(method) /index.html HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
            let response = try Client(server).exchange(request)
            #expect(response.status == 405)
            let allowed = (response["Allow"] ?? "").split(separator: ",").map { $0.drop { $0 == " " } }
            #expect(Set(allowed).subtracting(["OPTIONS"]) == ["GET", "HEAD"])
            try #expect(Client(server).exchange("GET /index.html HTTP/1.1\r\nHost: a\r\n\r\n").text == "hello\n")
        }
    }

    @Test(arguments: [0, 1, 4095, 4096, 65_535, 65_536, 262_145, 3_000_001])
    func everySizeArrivesWhole(size: Int) throws {
        let site = try TestSite()
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        try site.write("www/data.bin", bytes)
        try serving(site) { server in
            let client = try Client(server)
            for _ in 0..<3 {
                let response = try client.exchange("GET /data.bin HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(response.status == 200)
                #expect(response.body == bytes)
            }
        }
    }

    @Test func aChangedFileIsServedAsItIsNow() throws {
        let site = try TestSite(["page.html": "first"])
        try serving(site) { server in
            let client = try Client(server)
            for turn in 0..<50 {
                let text = "turn \(turn) " + String(repeating: "x", count: turn)
                try site.write("www/page.html", text)
                try #expect(client.exchange("GET /page.html HTTP/1.1\r\nHost: a\r\n\r\n").text == text)
            }
            try #expect(Program.run(program: "rm", [site.root + "/www/page.html"]).succeeded)
            try #expect(client.exchange("GET /page.html HTTP/1.1\r\nHost: a\r\n\r\n").status == 404)
        }
    }

    @Test func aFileThatShrinksWhileBeingSentNeverMakesAWrongAnswer() throws {
        let site = try TestSite()
        try site.write("www/big.bin", [UInt8](repeating: 7, count: 20_000_000))
        try serving(site) { server in
            let client = try Client(server, receiveBuffer: 4096)
            try client.send("GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n")
            try client.waitForBytes(1)
            try site.write("www/big.bin", [UInt8](repeating: 8, count: 10))
            // The length was promised, so when there is no more to send, all that is left to do is to close.
            let bytes = try client.readUntilEnd()
            #expect(bytes.count < 20_000_000)
            try #expect(Client(server).exchange("GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n").body.count == 10)
        }
    }
}
