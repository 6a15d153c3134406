/// HEAD: no answer to it has content, whatever is wrong with the request (RFC 9110 §9.3.2). Test threads.

import Harness
import Testing

@Suite struct HeadRequestsTests {
    private static let host = "Host: a\r\n"
    private static let chunked = "Transfer-Encoding: chunked\r\n"

    /// Requests, each the last of its connection, and the status of their answers.
    static let refused: [(request: String, status: Int)] = [
        // The first line.
        ("HEAD /< HTTP/1.1\r\n\(host)\r\n", 400), ("HEAD / HTTP/2.0\r\n\(host)\r\n", 505),
        ("HEAD /\nHost: a\n\n", 400), ("HEAD /\rx HTTP/1.1\r\n\r\n", 400), ("HEAD  HTTP/1.1\r\n\r\n", 400),
        ("HEAD / HTTX/1.1\r\n\(host)\r\n", 400), ("HEAD * HTTP/1.1\r\n\(host)\r\n", 400),
        ("HEAD /" + String(repeating: "a", count: 9000) + " HTTP/1.1\r\n\(host)\r\n", 414),
        ("HEAD http://[4712::abcd::]/ HTTP/1.1\r\n\(host)\r\n", 400),
        // The field lines.
        ("HEAD / HTTP/1.1\r\n\r\n", 400), ("HEAD / HTTP/1.1\r\n\(host)\(host)\r\n", 400),
        ("HEAD / HTTP/1.1\r\nHost: [4712::abcd::]\r\n\r\n", 400), ("HEAD / HTTP/1.1\r\n\(host)X : y\r\n\r\n", 400),
        ("HEAD / HTTP/1.1\r\n\(host) folded\r\n\r\n", 400), ("HEAD / HTTP/1.1\r\n\(host)X: \u{1}\r\n\r\n", 400),
        ("HEAD / HTTP/1.1\r\n\(host)X: y\n\r\n", 400), ("HEAD / HTTP/1.1\r\n\(host)Expect: tea\r\n\r\n", 417),
        ("HEAD / HTTP/1.1\r\n\(host)X: " + String(repeating: "a", count: 40_000) + "\r\n\r\n", 431),
        ("HEAD / HTTP/1.1\r\n\(host)" + String(repeating: "X: y\r\n", count: 200) + "\r\n", 431),
        // The framing of a content.
        ("HEAD / HTTP/1.1\r\n\(host)Content-Length: x\r\n\r\n", 400),
        ("HEAD / HTTP/1.1\r\n\(host)Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        ("HEAD / HTTP/1.1\r\n\(host)Content-Length: 99999999999999999999\r\n\r\n", 413),
        ("HEAD / HTTP/1.1\r\n\(host)Content-Length: 3\r\n\(chunked)\r\n", 400),
        ("HEAD / HTTP/1.1\r\n\(host)Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
        ("HEAD / HTTP/1.0\r\n\(host)\(chunked)\r\n", 400), ("HEAD / HTTP/1.1\r\n\(host)\(chunked)\r\nx\r\n", 400),
        ("HEAD / HTTP/1.1\r\n\(host)\(chunked)\r\n1\r\nab\r\n", 400),
        ("HEAD / HTTP/1.1\r\n\(host)\(chunked)\r\n1;" + String(repeating: "x", count: 40_000), 400),
        ("HEAD / HTTP/1.1\r\n\(host)\(chunked)\r\n0\r\nX: " + String(repeating: "y", count: 40_000), 431),
        // The path, and what is there.
        ("HEAD /%zz HTTP/1.1\r\n\(host)Connection: close\r\n\r\n", 400),
        ("HEAD /%ff HTTP/1.1\r\n\(host)Connection: close\r\n\r\n", 400),
        ("HEAD /../a HTTP/1.1\r\n\(host)Connection: close\r\n\r\n", 400),
        ("HEAD /none HTTP/1.1\r\n\(host)Connection: close\r\n\r\n", 404),
        ("HEAD /forms/a HTTP/1.1\r\n\(host)Connection: close\r\n\r\n", 405),
        ("HEAD /sub HTTP/1.1\r\n\(host)Connection: close\r\n\r\n", 308),
        ("HEAD /page.html HTTP/1.1\r\n\(host)Connection: close\r\nAccept-Encoding: *;q=0\r\n\r\n", 406),
        ("HEAD /page.html HTTP/1.1\r\n\(host)Connection: close\r\nIf-Match: \"x\"\r\n\r\n", 412),
    ]

    @Test func noRefusalOfAHeadRequestHasContent() throws {
        try serving(["index.html": "hello\n", "page.html": "page\n", "sub/index.html": "below\n"]) { server in
            for (request, status) in Self.refused {
                for accept in ["", "application/json"] {
                    // Behind the Host line, where there is one.
                    let lines = accept.isEmpty ? Self.host : "\(Self.host)Accept: \(accept)\r\n"
                    let text = request.replacing(Self.host, with: lines, maxReplacements: 1)
                    let client = try Client(server)
                    client.sendWhatItTakes(Array(text.utf8))
                    let answer = String(decoding: try client.readUntilEnd(), as: UTF8.self)
                    #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(text.prefix(60).debugDescription): \(answer)")
                    let end = answer.firstRange(of: "\r\n\r\n")
                    #expect(end?.upperBound == answer.endIndex, "\(text.prefix(60).debugDescription): \(answer)")
                }
            }
        }
    }

    /// What came of the head tells the method, when the rest never comes.
    @Test func aHeadRequestThatIsNotFinishedInTimeGetsNoContent() throws {
        try serving(configuration: "[deadlines]\nhead = 0.2\n") { server in
            for start in ["HEAD /", "HEAD / HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\nX"] {
                let client = try Client(server)
                try client.send(start)
                let answer = String(decoding: try client.readUntilEnd(), as: UTF8.self)
                #expect(answer.hasPrefix("HTTP/1.1 408 ") && answer.hasSuffix("\r\n\r\n"), "\(answer)")
            }
        }
    }

    /// A client that pipelines would take content for the next answer.
    @Test func whatWaitsForItsTurnHasNoContentEither() throws {
        try serving { server in
            let client = try Client(server)
            try client.send(Request.get("/index.html") + "HEAD /< HTTP/1.1\r\n\r\n")
            try #expect(client.readResponse().text == "hello\n")
            let answer = String(decoding: try client.readUntilEnd(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 400 ") && answer.hasSuffix("\r\n\r\n"), "\(answer)")
        }
    }

    @Test(arguments: [
        ("localhost:443", 501), ("[::1]:443", 501), ("[::1]", 400), ("localhost", 400), ("[4712::abcd::]:443", 400),
        ("/index.html", 400), ("localhost:x", 400), ("u@localhost:80", 400),
    ])
    func noTunnelIsOpened(target: String, status: Int) throws {
        try serving { server in
            let client = try Client(server)
            try client.send("CONNECT \(target) HTTP/1.1\r\nHost: a\r\n\r\n" + Request.get("/index.html"))
            try #expect(client.readResponse(to: "CONNECT").status == status)
            try #expect(client.endsWithoutMore(), "what follows is for the other end of a tunnel")
        }
    }
}
