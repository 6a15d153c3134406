/// What the server says to what it does not take; it never crashes, hangs or guesses. Test threads.

import Harness
import Testing

@Suite struct RefusalTests {
    /// Sends bytes and expects one response with this status, then the end of the connection.
    private func expectRefusal(
        _ status: Int,
        of request: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try serving(sourceLocation: sourceLocation) { server in
            let client = try Client(server)
            client.sendWhatItTakes(Array(request.utf8))
            #expect(
                try client.readResponse().status == status,
                "\(request.debugDescription)",
                sourceLocation: sourceLocation
            )
            try #expect(client.endsWithoutMore(), "nothing after a refusal is read", sourceLocation: sourceLocation)
            // Whatever that was, the next client is served.
            let next = try Client(server).exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(next.text == "hello\n", sourceLocation: sourceLocation)
        }
    }

    @Test(arguments: [
        "\u{1}\u{2}\u{3}\u{4}\r\n\r\n", "GET\r\n\r\n", "GET /\r\n\r\n", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "GET / HTTP/1.1\r\n: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
        "GET /\u{7f} HTTP/1.1\r\nHost: a\r\n\r\n", "get / http/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
        "GET / HTTX/1.1\r\nHost: a\r\n\r\n",
    ])
    func whatIsNoRequestIsRefused(request: String) throws {
        try expectRefusal(400, of: request)
    }

    @Test(arguments: ["", "Host: a\r\nHost: b\r\n", "Host: a\r\nHost: a\r\n", "Host: a b\r\n"])
    func aRequestNeedsOneHost(fields: String) throws {
        try expectRefusal(400, of: "GET / HTTP/1.1\r\n\(fields)\r\n")
    }

    @Test(arguments: [
        "Content-Length: 1\r\nContent-Length: 2", "Content-Length: -1", "Content-Length: +1", "Content-Length: 1x",
        "Content-Length: 3\r\nTransfer-Encoding: chunked",
        "Content-Length: 0x1", "Content-Length:",
    ])
    func anAmbiguousLengthIsRefused(fields: String) throws {
        try expectRefusal(400, of: "POST /forms/a HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n")
    }

    @Test(arguments: ["9223372036854775808", "99999999999999999999", "000000099999999999999999999999999999999"])
    func aLengthBeyondEveryBodyIsTooLarge(length: String) throws {
        try expectRefusal(413, of: "POST /forms/a HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n")
    }

    @Test(arguments: [
        "x\r\n", "-1\r\n", "5 \r\nhello\r\n0\r\n\r\n", "1\r\nab\r\n0\r\n\r\n", "5\nhello\n0\n\n",
        "fffffffffffffffff\r\n",
    ])
    func aBadChunkIsRefused(body: String) throws {
        try expectRefusal(400, of: "POST /forms/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(body)")
    }

    @Test func anUnknownTransferCodingIsNotImplemented() throws {
        try expectRefusal(501, of: "POST /forms/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")
    }

    @Test func aMethodNobodyKnowsIsRefused() throws {
        try serving { server in
            let status = try Client(server).exchange("FROB / HTTP/1.1\r\nHost: a\r\n\r\n").status
            #expect([405, 501].contains(status), "\(status)")
        }
    }

    @Test(arguments: ["HTTP/2.0", "HTTP/3.0", "HTTP/0.9"])
    func anotherVersionIsNotSupported(version: String) throws {
        try expectRefusal(505, of: "GET / \(version)\r\nHost: a\r\n\r\n")
    }

    @Test func theHTTP2PrefaceIsRefused() throws {
        try expectRefusal(505, of: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    }

    @Test func aFormWithoutALengthIsRefused() throws {
        try serving { server in
            let response = try Client(server).exchange("POST /forms/a HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(response.status == 411)
        }
    }

    @Test func aBodyOverTheLimitIsRefusedBeforeItIsSent() throws {
        try expectRefusal(413, of: "POST /forms/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n")
    }

    @Test func aChunkedBodyOverTheLimitIsRefused() throws {
        let chunk = "10000\r\n" + String(repeating: "x", count: 65_536) + "\r\n"
        let body = String(repeating: chunk, count: 17) + "0\r\n\r\n"
        try expectRefusal(413, of: "POST /forms/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(body)")
    }

    @Test func theBodyLimitIsConfigurable() throws {
        try serving(configuration: "[limits]\nbody_size_max = 10\n") { server in
            let client = try Client(server)
            client.sendWhatItTakes(
                Array("POST /forms/a HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n12345678901".utf8)
            )
            try #expect(client.readResponse().status == 413)
        }
    }

    @Test func aTargetThatIsTooLongIsRefused() throws {
        try expectRefusal(414, of: "GET /\(String(repeating: "a", count: 9_000)) HTTP/1.1\r\nHost: a\r\n\r\n")
    }

    @Test func aTypeThatIsNoFormIsRefused() throws {
        try serving { server in
            let response = try Client(server).exchange(
                "POST /forms/a HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\nContent-Length: 1\r\n\r\nx"
            )
            #expect(response.status == 415)
        }
    }

    @Test func anUnknownExpectationFails() throws {
        try expectRefusal(417, of: "GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n")
    }

    @Test func tooManyFieldsAreRefused() throws {
        let fields = (0..<101).map { "X-\($0): v\r\n" }.joined()
        try expectRefusal(431, of: "GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
    }

    @Test func aHeadOverTheLimitIsRefused() throws {
        let field = "X: " + String(repeating: "v", count: 20_000) + "\r\n"
        try expectRefusal(431, of: "GET / HTTP/1.1\r\nHost: a\r\n\(field)\r\n")
    }

    @Test func aTLSHelloIsRefusedOrClosed() throws {
        try serving { server in
            let client = try Client(server)
            // The beginning of a ClientHello: record type 22, TLS 1.0, 512 bytes, handshake type 1.
            client.sendWhatItTakes([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3] + (0..<64).map { UInt8($0) })
            try? client.shutdownSending()
            let answer = String(decoding: try client.readUntilEnd(), as: UTF8.self)
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test func bytesByChanceAreNeverTakenForARequest() throws {
        try serving { server in
            var state: UInt64 = 42
            for _ in 0..<300 {
                let bytes = (0..<200).map { _ in
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return UInt8(truncatingIfNeeded: state >> 56)
                }
                let client = try Client(server)
                client.sendWhatItTakes(bytes)
                try? client.shutdownSending()
                let answer = String(decoding: try client.readUntilEnd(), as: UTF8.self)
                #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4") || answer.hasPrefix("HTTP/1.1 5"))
            }
        }
    }
}
