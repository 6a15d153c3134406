/// A password is asked for when the head is there, and the content waits until it is known to be right. Test threads.

import Harness
import Platform
import Testing

@Suite(.serialized) struct PasswordContentTests {
    /// Hashes of `geheim`, made by `htpasswd -nbB -C COST u geheim`.
    private static let cheap = "$2y$04$nO5.jCYkdlElsyFEWWe8KOCT81tUt27tlBrr54YADzfCxJqnuH9oe"
    private static let costly = "$2y$12$EF4ADe4CiKWCJ86vWvrdDeFGY6a3IvcUHQlmd0//xKnM0pyva8TsW"

    private static let right = Request.basic("ann", "geheim") + "\r\n"
    private static let wrong = Request.basic("ann", "guess") + "\r\n"
    private static let expecting = "Expect: 100-continue\r\n"

    private func site(_ hash: String = cheap, _ configuration: String = "") throws -> TestSite {
        let site = try TestSite(
            ["open": "open\n", "secret": "secret\n"],
            configuration: """
                \(Configuration.trial)
                \(configuration)
                [[auth]]
                path = "/forms/**"
                realm = "Club"
                file = "users"
                [[auth]]
                path = "/secret"
                realm = "Secret"
                file = "users"
                """
        )
        try site.write("users", "ann:\(hash)\n")
        return site
    }

    private static func head(_ fields: String, length: Int) -> String {
        "POST /forms/a HTTP/1.1\r\nHost: a\r\n\(Request.json)\(fields)Content-Length: \(length)\r\n"
            + "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    }

    private static func rows(_ site: TestSite) throws -> Int {
        let listed = try Program.run("forms", "list", "--root", site.root)
        return listed.output.firstMatch(of: /a +([0-9]+)/).flatMap { Int($0.1) } ?? 0
    }

    @Test func aRefusalTakesThePlaceOf100() throws {
        try serving(site()) { server in
            for (fields, status) in [("", 401), (Self.wrong, 401), ("Authorization: Bearer x\r\n", 401)] {
                let client = try Client(server)
                try client.send(Self.head(fields + Self.expecting, length: 1_000_000))
                let answer = try client.readResponse(to: "POST")
                #expect(answer.status == status, "\(answer)")
                #expect(answer["WWW-Authenticate"] != nil && answer["Connection"] == "close")
            }
            let client = try Client(server)
            try client.send(Self.head(Self.right + Self.expecting, length: 3))
            try #expect(client.readResponse(to: "POST").status == 100)
            try client.send("a=1")
            try #expect(client.readResponse(to: "POST").status == 201)
            // The second time from memory.
            try client.send(Self.head(Self.right + Self.expecting, length: 3))
            try #expect(client.readResponse(to: "POST").status == 100)
            try client.send("a=2")
            try #expect(client.readResponse(to: "POST").status == 201)
        }
    }

    /// Content of a stranger is dropped: a little is read to find the next request, much ends the connection.
    @Test func contentBehindARefusalIsThrownAway() throws {
        let site = try site()
        try serving(site) { server in
            let client = try Client(server)
            let chunked = "POST /forms/a HTTP/1.1\r\nHost: a\r\n\(Self.wrong)Transfer-Encoding: chunked\r\n\r\n"
            let requests = [
                Self.head(Self.wrong, length: 3) + "a=1", chunked + "3\r\na=1\r\n2\r\n&b\r\n0\r\n\r\n",
                Self.head("", length: 60_000) + String(repeating: "x", count: 60_000), Request.get("/open"),
                "HEAD /secret HTTP/1.1\r\nHost: a\r\n\(Self.wrong)\r\n", Self.head(Self.right, length: 3) + "a=2",
            ]
            try client.send(requests.joined())
            for (method, status) in [
                ("POST", 401), ("POST", 401), ("POST", 401), ("GET", 200), ("HEAD", 401), ("POST", 201),
            ] {
                try #expect(client.readResponse(to: method).status == status)
            }
            client.sendWhatItTakes(Array((Self.head(Self.wrong, length: 1_000_000)).utf8))
            let last = try client.readResponse(to: "POST")
            #expect(last.status == 401 && last["Connection"] == "close")
            client.sendWhatItTakes([UInt8](repeating: 97, count: 500_000))
            try #expect(client.endsWithoutMore())
        }
        try #expect(Self.rows(site) == 1)
    }

    /// In any cut: with the head, split in the head, behind it, one byte at a time.
    @Test func contentThatComesBeforeTheAnswerIsReadOnce() throws {
        let site = try site()
        let second = Self.head(Self.right, length: 3) + "b=1"
        let request = Array((Self.head(Self.right, length: 5) + "a=123" + second).utf8)
        let headSize = request.count - 5 - second.utf8.count
        let cuts = [1, headSize - 1, headSize, headSize + 1, headSize + 4, headSize + 5, headSize + 6, request.count]
        // Each server compares anew, as nothing is remembered.
        for cut in cuts {
            try serving(site) { server in
                let client = try Client(server)
                try client.send(Array(request[..<cut]))
                try #expect(Client(server).exchange(Request.get("/open")).status == 200)
                if cut < request.count { try client.send(Array(request[cut...])) }
                for _ in 0..<2 { try #expect(client.readResponse(to: "POST").status == 201, "\(cut)") }
            }
        }
        try serving(site) { server in
            let client = try Client(server)
            for byte in request { try client.send([byte]) }
            for _ in 0..<2 { try #expect(client.readResponse(to: "POST").status == 201) }
        }
        try #expect(Self.rows(site) == 2 * cuts.count + 2)
    }

    /// The head fills a buffer of the server to its end, and the content comes in the next, in the same turn.
    @Test func contentInABufferOfItsOwnIsNoRequest() throws {
        let site = try site(Self.costly)
        let content = "a=1&b=" + String(repeating: "x", count: 100) + "\r\n\r\n" + Request.get("/open")
        let bare = Self.head(Self.right + "Pad: \r\n", length: content.utf8.count).utf8.count
        let padding = String(repeating: "p", count: 4096 - bare)
        let head = Self.head(Self.right + "Pad: \(padding)\r\n", length: content.utf8.count)
        #expect(head.utf8.count == 4096, "as large as a receive buffer")
        try serving(site) { server in
            let client = try Client(server)
            // From the second request on the receive that is armed brings buffer after buffer.
            for _ in 0..<2 { try #expect(client.exchange(Request.get("/open")).status == 200) }
            try client.send(head + content + "HEAD /open HTTP/1.1\r\nHost: a\r\n\r\n")
            try #expect(client.readResponse(to: "POST").status == 201)
            let last = try client.readResponse(to: "HEAD")
            #expect(last.status == 200 && last.text.isEmpty)
            try #expect(client.exchange(Request.get("/open")).text == "open\n")
        }
        try #expect(Self.rows(site) == 1)
    }

    /// A client that has finished still wants its answer, unless a part of its content is missing.
    @Test func aClientMayFinishWhileItsPasswordIsCompared() throws {
        let site = try site(Self.costly)
        try serving(site) { server in
            let whole = try Client(server)
            try whole.send(Self.head(Self.right, length: 3) + "a=1")
            try whole.shutdownSending()
            let part = try Client(server)
            try part.send(Self.head(Self.right, length: 3) + "a")
            try part.shutdownSending()
            try #expect(whole.readResponse(to: "POST").status == 201)
            try #expect(part.readUntilEnd().isEmpty)
        }
        try #expect(Self.rows(site) == 1)
    }

    /// The kernel keeps what the client sends meanwhile, and makes it wait when that is much.
    @Test func nothingIsReceivedWhileAPasswordIsCompared() throws {
        try serving(site(Self.costly)) { server in
            let client = try Client(server)
            // Less than any socket takes, more than is read of content that nobody wants.
            let size = 100_000
            try client.send(Self.head(Self.wrong, length: size))
            try #expect(Client(server).exchange(Request.get("/open")).status == 200)
            try client.send([UInt8](repeating: 97, count: size))
            var unread = 0
            while unread < size, try !client.hasNews() { unread = try server.unreceivedSizes().max() ?? 0 }
            #expect(unread >= size, "\(unread) of \(size) bytes wait in the kernel")
            try #expect(client.readResponse(to: "POST").status == 401)
        }
    }

    /// Requests before and behind are answered in their order.
    @Test func requestsAroundAPasswordKeepTheirOrder() throws {
        try serving(site(Self.costly)) { server in
            let client = try Client(server)
            try client.send(
                [
                    Request.get("/trial/sleep?ms=50"), Self.head(Self.wrong, length: 3) + "a=1", Request.get("/open"),
                    Request.get("/none"), Self.head(Self.right, length: 3) + "a=2", Request.get("/open", Request.close),
                ].joined()
            )
            for (method, status) in [
                ("GET", 200), ("POST", 401), ("GET", 200), ("GET", 404), ("POST", 201), ("GET", 200),
            ] {
                try #expect(client.readResponse(to: method).status == status)
            }
            try #expect(client.endsWithoutMore())
        }
    }

    @Test func aStopWaitsForAPasswordAndWhatItOpens() throws {
        let site = try site(Self.costly)
        let server = try ServerProcess(site)
        let client = try Client(server)
        try client.send(Self.head(Self.right, length: 3) + "a=1")
        try #expect(Client(server).exchange(Request.get("/open")).status == 200)
        server.process.send(signal: 15)
        let answer = try client.readResponse(to: "POST")
        #expect(answer.status == 201 && answer["Connection"] == "close")
        #expect(try server.process.waitUntilEnded() == .exited(0))
    }

    /// Whoever waits longer than requests may take is told so, and nothing of its content is handled.
    @Test func aWaitHasAnEnd() throws {
        let site = try site(Self.costly, "[deadlines]\nhandler = 0.001")
        try serving(site) { server in
            let client = try Client(server)
            try client.send(Self.head(Self.wrong, length: 3) + "a=1" + Request.get("/open"))
            let answer = try client.readResponse(to: "POST")
            #expect(answer.status == 503 && answer["Retry-After"] == "1", "\(answer)")
            #expect(answer.text.contains("password-check-expired"))
            try #expect(client.readResponse().status == 200)
        }
        try #expect(Self.rows(site) == 0)
    }
}
