/// A request means the same however the network cuts it up. Test threads.

import Harness
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

    /// Each kind of request, and the kinds of content a form may have.
    enum Kind: String, CaseIterable {
        case get, query, head, urlencoded, chunked, multipart, json, empty

        var bytes: [UInt8] {
            let text =
                switch self {
                case .get: Request.get("/index.html", "User-Agent: split\r\n")
                case .query: Request.get("/index.html?a=1&b=%20", "Range: bytes=1-3\r\n")
                case .head: "HEAD /index.html HTTP/1.1\r\nHost: a\r\n\r\n"
                case .urlencoded: Request.post("/forms/split", "name=A%64a&b=+")
                case .chunked:
                    "POST /forms/split HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nname=\r\nA\r\nabcdefghij\r\n0\r\nT: v\r\n\r\n"
                case .multipart:
                    Request.post(
                        "/forms/split",
                        "--s\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--s--\r\n",
                        type: "multipart/form-data; boundary=s"
                    )
                case .json: Request.post("/forms/split", #"{"name":"A\u0064a"}"#, type: "application/json")
                case .empty: Request.post("/forms/split", "")
                }
            return Array(text.utf8)
        }
    }

    /// An answer without what differs from one to the next: the date, and the number of a stored form.
    private func comparable(_ response: Response) -> Response {
        Response(
            status: response.status,
            reason: response.reason,
            fields: response.fields.filter { !["date", "content-length"].contains($0.name.lowercased()) },
            body: Array(response.text.replacing(/"id":[0-9]+/, with: "").utf8)
        )
    }

    @Test(arguments: Kind.allCases)
    func everySplitOfARequestHasTheSameAnswer(kind: Kind) throws {
        let method = kind == .head ? "HEAD" : "GET"
        try serving { server in
            let bytes = kind.bytes
            let other = try Client(server)
            let whole = try Client(server)
            try whole.send(bytes)
            let expected = comparable(try whole.readResponse(to: method))
            for split in 1..<bytes.count {
                let client = try Client(server)
                try client.send(Array(bytes[..<split]))
                // Without this turn of another connection the two pieces would mostly arrive as one.
                _ = try other.exchange(Request.get("/index.html"))
                try client.send(Array(bytes[split...]))
                try #expect(comparable(client.readResponse(to: method)) == expected, "split at \(split)")
            }
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
