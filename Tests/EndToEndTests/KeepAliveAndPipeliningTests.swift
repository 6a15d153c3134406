/// RFC 9112, section 9: many requests on one connection. Test threads.

import Harness
import Testing

@Suite struct KeepAliveAndPipeliningTests {
    private static let request = "GET /index.html HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func aConnectionServesManyRequests() throws {
        try serving { server in
            let client = try Client(server)
            for _ in 0..<1_000 { try #expect(client.exchange(Self.request).text == "hello\n") }
        }
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() throws {
        let names = (0..<100).map { "\($0).txt" }
        try serving(Dictionary(uniqueKeysWithValues: names.map { ($0, "file \($0)") })) { server in
            let client = try Client(server)
            try client.send(names.map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
            for name in names { try #expect(client.readResponse().text == "file \(name)") }
        }
    }

    @Test func aSlowHandlersAnswerKeepsItsPlaceInTheOrder() throws {
        try serving(configuration: Configuration.trial) { server in
            let client = try Client(server)
            try client.send(
                Request.get("/trial/sleep?ms=200") + Self.request + Request.post("/forms/order", "name=a")
                    + Request.get("/nowhere") + Request.get("/trial/big?bytes=100000") + Self.request
                    + "HEAD /trial/sleep?ms=50 HTTP/1.1\r\nHost: a\r\n\r\n" + Self.request
            )
            try #expect(client.readResponse().text == "slept\n")
            try #expect(client.readResponse().text == "hello\n")
            try #expect(client.readResponse().status == 303)
            try #expect(client.readResponse().status == 404)
            try #expect(client.readResponse().body.count == 100_000)
            try #expect(client.readResponse().text == "hello\n")
            try #expect(client.readResponse(to: "HEAD").status == 200)
            try #expect(client.readResponse().text == "hello\n")
        }
    }

    private static let large = [UInt8](repeating: 7, count: 100_000)

    /// However far the client has got with a large answer when it asks for more, what it asks for leaves.
    @Test func whatIsAskedForBesideALargeAnswerLeaves() throws {
        let site = try TestSite(["index.html": "hello\n"], configuration: "[server]\nworkers = 1\n")
        try site.write("www/large.bin", Self.large)
        try serving(site) { server in
            let client = try Client(server)
            for round in 0..<1_000 {
                try client.send(Request.get("/large.bin") + Self.request)
                try client.waitForBytes(1 + round * 97 % Self.large.count)
                try client.send(Self.request)
                try #expect(client.readResponse().body == Self.large)
                for _ in 0..<2 { try #expect(client.readResponse().text == "hello\n") }
            }
        }
    }

    /// What is read only when the large answer has left reaches its handler.
    @Test func aFormBehindALargeAnswerIsStored() throws {
        let site = try TestSite(configuration: "[limits]\npipelined_max = 1\n[deadlines]\nhandler = 5\n")
        // Each is asked for the first time: what is not in memory takes its turns.
        for number in 0..<20 { try site.write("www/\(number).bin", Self.large) }
        try serving(site) { server in
            let client = try Client(server)
            for number in 0..<20 {
                try client.send(Request.get("/\(number).bin") + Request.post("/forms/contact", "name=Ada"))
                try #expect(client.readResponse().body == Self.large)
                try #expect(client.readResponse().status == 303)
            }
        }
    }

    /// With one output block the others wait for it, and go on when it is back.
    @Test func clientsThatWaitForALargeAnswersBlockGoOn() throws {
        let site = try TestSite(
            ["index.html": "hello\n"],
            configuration: "[server]\nworkers = 1\n[limits]\noutputs_max = 1\n"
        )
        let count = 500
        for number in 0..<count { try site.write("www/\(number).bin", Self.large) }
        try serving(site) { server in
            let clients = try (0..<3).map { _ in try Client(server) }
            for number in 0..<count {
                try clients[0].send(Request.get("/\(number).bin"))
                try clients[0].waitForBytes(1 + number * 197 % Self.large.count)
                for client in clients[1...] { try client.send(Self.request) }
                try #expect(clients[0].readResponse().body == Self.large)
                for client in clients[1...] { try #expect(client.readResponse().text == "hello\n") }
            }
        }
    }

    @Test func moreThanMayWaitIsReadWhenThereIsRoom() throws {
        try serving(configuration: Configuration.trial + "[limits]\npipelined_max = 2\n") { server in
            let client = try Client(server)
            let count = 200
            try client.send((0..<count).map { Request.get("/trial/echo?\($0)") + Self.request }.joined())
            try client.shutdownSending()
            for number in 0..<count {
                try #expect(client.readResponse().text.hasPrefix("GET /trial/echo?\(number)\n"))
                try #expect(client.readResponse().text == "hello\n")
            }
            try #expect(client.endsWithoutMore())
        }
    }

    @Test func closeIsHonoured() throws {
        try serving { server in
            let client = try Client(server)
            let response = try client.exchange("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(response["Connection"]?.lowercased() == "close")
            try #expect(client.endsWithoutMore())
        }
    }

    @Test(arguments: ["/", "/trial/sleep?ms=0", "/trial/big?bytes=100000"])
    func anHTTP10ClientIsAnsweredAndClosed(target: String) throws {
        try serving(configuration: Configuration.trial) { server in
            let client = try Client(server)
            let response = try client.exchange("GET \(target) HTTP/1.0\r\n\r\n")
            #expect(response.status == 200)
            #expect(response["Transfer-Encoding"] == nil, "RFC 9112, section 6.1: it knows no chunks")
            try #expect(client.endsWithoutMore())
        }
    }

    @Test func anHTTP10ClientMayKeepItsConnection() throws {
        try serving { server in
            let client = try Client(server)
            for _ in 0..<3 {
                let response = try client.exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                #expect(response.text == "hello\n")
                #expect(response["Connection"]?.lowercased() == "keep-alive")
            }
        }
    }

    @Test func nothingAfterCloseIsAnswered() throws {
        try serving { server in
            let client = try Client(server)
            try client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + Self.request)
            try #expect(client.readResponse().status == 200)
            try #expect(client.endsWithoutMore())
        }
    }

    @Test func aClientThatHasSentAllStillGetsItsAnswers() throws {
        try serving(configuration: Configuration.trial) { server in
            let client = try Client(server)
            try client.send(Request.get("/trial/sleep?ms=100") + Self.request + Request.post("/forms/half", "name=a"))
            try client.shutdownSending()
            try #expect(client.readResponse().text == "slept\n")
            try #expect(client.readResponse().text == "hello\n")
            try #expect(client.readResponse().status == 303)
            try #expect(client.endsWithoutMore())
        }
    }

    /// What finds no room at once waits for it, the last answer too, with which the connection would be closed.
    @Test(arguments: [1, 7, 40, 200])
    func aClientThatReadsLateGetsAllAnswersAndThenTheEnd(count: Int) throws {
        let text = String(repeating: "0123456789abcdef", count: 1000)
        try serving(["page.txt": text]) { server in
            let client = try Client(server, receiveBuffer: 4096)
            let page = Request.get("/page.txt")
            try client.send(String(repeating: page, count: count - 1) + Request.get("/page.txt", Request.close))
            // Meanwhile the server sends as much as it can.
            try #expect(Client(server).exchange(page).text == text)
            for _ in 0..<count { try #expect(client.readResponse().text == text) }
            try #expect(client.endsWithoutMore())
        }
    }

    @Test func anIdleConnectionIsClosedAtItsDeadlineWithoutAWord() throws {
        try serving(configuration: "[deadlines]\nidle = 0.3\n") { server in
            let client = try Client(server)
            try #expect(client.exchange(Self.request).status == 200)
            try #expect(client.endsWithoutMore())
        }
    }

    /// The request and the FIN may come out of the port in one turn, before the answer has begun to leave.
    @Test(arguments: [Request.get("/index.html"), "garbage\r\n\r\n"])
    func aClientThatFinishesAtOnceIsAnswered(request: String) throws {
        try serving { server in
            for _ in 0..<200 {
                let client = try Client(server)
                try client.send(request)
                try client.shutdownSending()
                try #expect([200, 400].contains(client.readResponse().status))
                try #expect(client.endsWithoutMore())
            }
        }
    }

    @Test func aHeadThatDoesNotEndIsRefusedAtItsDeadline() throws {
        try serving(configuration: "[deadlines]\nhead = 0.3\n") { server in
            let client = try Client(server)
            try client.send("GET / HTTP/1.1\r\nHost:")
            try #expect(client.readResponse().status == 408)
            try #expect(client.endsWithoutMore())
        }
    }

    @Test func aBodyThatDoesNotEndIsRefusedAtItsDeadline() throws {
        try serving(configuration: "[deadlines]\nbody = 0.3\n") { server in
            let client = try Client(server)
            try client.send("POST /forms/slow HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nname=")
            try #expect(client.readResponse().status == 408)
            try #expect(client.endsWithoutMore())
        }
    }

    @Test func aClientThatExpects100ContinueIsToldToContinue() throws {
        try serving { server in
            let client = try Client(server)
            try client.send(
                "POST /forms/patient HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                    + "Content-Length: 6\r\nExpect: 100-continue\r\n\r\n"
            )
            try #expect(client.readResponse().status == 100)
            try client.send("name=a")
            try #expect(client.readResponse().status == 303)
        }
    }
}
