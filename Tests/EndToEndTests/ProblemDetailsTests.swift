/// Refusals that take a handler, a content or a deadline, as a program sees them (RFC 9457). Test threads.

import Harness
import Testing

@Suite struct ProblemDetailsTests {
    private func expectProblem(
        _ response: Response,
        _ status: Int,
        _ reason: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(response.status == status, sourceLocation: sourceLocation)
        #expect(response["Content-Type"] == "application/problem+json", sourceLocation: sourceLocation)
        #expect(response["Vary"]?.lowercased() == "accept", sourceLocation: sourceLocation)
        #expect(
            response.text.hasPrefix("{\"type\":\"about:blank\",\"title\":\"\(response.reason)\",\"status\":\(status),"),
            "\(response.text)",
            sourceLocation: sourceLocation
        )
        #expect(
            response.text.hasSuffix("\"reason\":\"\(reason)\"}\n"),
            "\(response.text)",
            sourceLocation: sourceLocation
        )
    }

    private static let head = "POST /forms/a HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n"

    @Test func aContentThatIsTooLargeIsAProblem() throws {
        try serving(configuration: "[limits]\nbody_size_max = 10\n") { server in
            for rest in ["Content-Length: 11\r\n\r\n12345678901", "Transfer-Encoding: chunked\r\n\r\nb\r\n"] {
                let client = try Client(server)
                client.sendWhatItTakes(Array((Self.head + rest).utf8))
                try expectProblem(client.readResponse(), 413, "body-too-large")
            }
            // A length beyond 63 bits too, with an Accept behind it.
            let huge = try Client(server)
            try huge.send("POST /forms/a HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n")
            try huge.send("Accept: application/json\r\n\r\n")
            try expectProblem(huge.readResponse(), 413, "body-too-large")
            let client = try Client(server)
            client.sendWhatItTakes(Array("POST /forms/a HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n".utf8))
            let page = try client.readResponse()
            #expect(page.status == 413 && page["Content-Type"] == "text/html; charset=utf-8")
        }
    }

    @Test func aContentThatIsBrokenIsAProblem() throws {
        try serving { server in
            try expectProblem(Client(server).exchange(Self.head + "\r\n"), 411, "length-required")
            let client = try Client(server)
            client.sendWhatItTakes(Array((Self.head + "Transfer-Encoding: chunked\r\n\r\nx\r\n").utf8))
            try expectProblem(client.readResponse(), 400, "bad-chunk-size")
        }
    }

    @Test func aContentThatNeverComesIsAProblem() throws {
        try serving(configuration: "[deadlines]\nbody = 0.1\n") { server in
            let client = try Client(server)
            try client.send(Self.head + "Content-Length: 10\r\n\r\n")
            try expectProblem(client.readResponse(), 408, "body-expired")
        }
    }

    @Test func aHandlerThatFailsIsAProblemForPrograms() throws {
        let site = try TestSite(
            ["index.html": "hello\n", "50x.html": "sorry\n"],
            configuration: Configuration.trial + "[deadlines]\nhandler = 0.3\n"
        )
        try serving(site) { server in
            let client = try Client(server)
            for _ in 0..<2 {
                try expectProblem(client.exchange(Request.get("/trial/throw", Request.json)), 500, "handler-failed")
                let page = try client.exchange(Request.get("/trial/throw"))
                #expect(page.status == 500 && page.text == "sorry\n" && page["Vary"] == "Accept, Accept-Encoding")
            }
            try expectProblem(client.exchange(Request.get("/trial/never", Request.json)), 504, "handler-expired")
        }
    }

    /// The server refuses the method, the forms handler the form's name.
    @Test func theHandlerReadsAcceptAsTheServerDoes() throws {
        let problem = "application/problem+json"
        try serving { server in
            let client = try Client(server)
            for (accept, type) in [
                ("application/json;q =0", "text/html; charset=utf-8"),
                ("application/json, application/json;q=0", problem),
                ("application/json;a=\";q=0\"", problem), ("application/json;a=\",text/html\"", problem),
                ("application/json;q=0.12345", "text/html; charset=utf-8"), ("application/json", problem),
                ("text/html;level=1;q=0.3, application/json;q=0.2", "text/html; charset=utf-8"),
                ("application/problem+json", problem), ("*/*", "text/html; charset=utf-8"),
            ] {
                let fields = "Accept: \(accept)\r\n"
                let ofServer = try client.exchange(Request.post("/index.html", "a=b", fields))
                let ofHandler = try client.exchange(Request.post("/forms/-", "a=b", fields))
                #expect(ofServer.status == 405 && ofHandler.status == 404)
                #expect(ofServer["Content-Type"] == type, "\(accept)")
                #expect(ofHandler["Content-Type"] == type, "\(accept)")
            }
        }
    }

    @Test func aFormThatIsRefusedIsAProblem() throws {
        try serving { server in
            let client = try Client(server)
            func post(_ body: String, _ type: String, to path: String = "/forms/a") throws -> Response {
                try client.exchange(Request.post(path, body, type: type, Request.json))
            }
            let unknown = try post("x", "text/csv")
            expectProblem(unknown, 415, "unsupported-media-type")
            #expect(unknown["Accept-Post"] != nil)
            try expectProblem(post("[1]", "application/json"), 400, "bad-form")
            try expectProblem(post("a=b", "application/x-www-form-urlencoded", to: "/forms/-"), 404, "no-such-form")
            // Who sent JSON and does not prefer HTML is a program too; its success is JSON as ever.
            let sent = try client.exchange(Request.post("/forms/a", "[1]", type: "application/json"))
            expectProblem(sent, 400, "bad-form")
            let stored = try client.exchange(
                Request.post("/forms/a", "a=b", "Accept: application/problem+json, application/json\r\n")
            )
            #expect(stored.status == 201 && stored["Content-Type"] == "application/json")
            let page = try client.exchange(Request.post("/forms/a", "x", type: "text/csv", "Accept: text/html\r\n"))
            #expect(page.status == 415 && page["Content-Type"] == "text/html; charset=utf-8")
        }
    }
}
