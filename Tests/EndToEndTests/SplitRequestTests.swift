/// A request means the same however the network cuts it up. Test threads.

import Testing

@Suite struct SplitRequestTests {
    /// Two requests, a form with a chunked body first, so that every kind of boundary is crossed.
    private static let bytes = Array(
        ("POST /forms/split HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n"
            + "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "5\r\nname=\r\n3\r\nada\r\n0\r\n\r\nGET /index.html HTTP/1.1\r\nHost: a\r\n\r\n").utf8
    )

    private func check(_ client: Client) throws {
        try #expect(client.readResponse().status == 201)
        try #expect(client.readResponse().text == "hello\n")
    }

    @Test func aRequestSplitAtAnyByteIsTheSame() throws {
        let site = try TestSite()
        try serving(site) { server in
            for split in 1..<Self.bytes.count {
                let client = try Client(server)
                try client.send(Array(Self.bytes[..<split]))
                // Without this turn of another connection the two pieces would mostly arrive as one.
                _ = try Client(server).exchange("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                try client.send(Array(Self.bytes[split...]))
                try check(client)
            }
            let rows = try Program.query(
                site,
                "SELECT json_extract(fields, '$.name'), count(*) FROM submissions GROUP BY 1"
            )
            #expect(rows == ["ada|\(Self.bytes.count - 1)"])
        }
    }

    @Test func aRequestMayComeByteByByte() throws {
        try serving { server in
            let client = try Client(server)
            for byte in Self.bytes { try client.send([byte]) }
            try check(client)
        }
    }

    @Test func aHeadUpToTheLimitIsTakenInPieces() throws {
        try serving { server in
            let client = try Client(server)
            let fields = (0..<20).map { "X-\($0): " + String(repeating: "v", count: 700) + "\r\n" }.joined()
            let request = Array("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n".utf8)
            for start in stride(from: 0, to: request.count, by: 1_111) {
                try client.send(Array(request[start..<min(start + 1_111, request.count)]))
            }
            try #expect(client.readResponse().text == "hello\n")
        }
    }
}
