/// What handlers may do wrong, and what the server makes of it; the trial handler does all of it. Test threads.

import Harness
import Testing

@Suite struct HandlersTests {
    private func trying(
        _ configuration: String = "",
        _ body: (ServerProcess, Client) throws -> Void
    ) throws {
        try serving(configuration: Configuration.trial + configuration) { server in
            try body(server, Client(server))
            let next = try Client(server).exchange(Request.get("/index.html"))
            #expect(next.text == "hello\n", "whatever a handler does, the server goes on")
        }
    }

    @Test func anErrorThatAHandlerThrowsIsItsOwn() throws {
        try trying { _, client in
            try #expect(client.exchange(Request.get("/trial/throw")).status == 500)
            try #expect(client.exchange(Request.get("/trial/sleep?ms=0")).text == "slept\n")
        }
    }

    @Test func thePageForFailuresAnswersWithTheirStatus() throws {
        let site = try TestSite(["index.html": "hello\n", "50x.html": "sorry\n"], configuration: Configuration.trial)
        let server = try ServerProcess(site)
        let client = try Client(server)
        for _ in 0..<2 {
            let response = try client.exchange(Request.get("/trial/throw"))
            #expect(response.status == 500 && response.text == "sorry\n")
            #expect(response["content-type"] == "text/html; charset=utf-8" && response["etag"] == nil)
        }
        try #expect(client.exchange(Request.get("/50x.html")).status == 200)
        _ = try server.stop()
    }

    @Test func aHandlerThatNeverAnswersIsAnsweredForAtItsDeadline() throws {
        try trying("[deadlines]\nhandler = 0.3\n") { _, client in
            try client.send(Request.get("/trial/never") + Request.get("/trial/never") + Request.get("/index.html"))
            try #expect(client.readResponse().status == 504)
            try #expect(client.readResponse().status == 504)
            try #expect(client.readResponse().text == "hello\n")
        }
    }

    @Test func anAnswerAfterTheDeadlineIsNobodys() throws {
        try trying("[deadlines]\nhandler = 0.1\n") { _, client in
            try #expect(client.exchange(Request.get("/trial/sleep?ms=600")).status == 504)
            try #expect(client.exchange(Request.get("/trial/echo?ms=700")).text.hasPrefix("GET /trial/echo?ms=700\n"))
        }
    }

    @Test func onlyTheFirstOfTwoAnswersCounts() throws {
        try trying { _, client in
            for _ in 0..<20 { try #expect(client.exchange(Request.get("/trial/twice")).text == "once\n") }
        }
    }

    @Test func anAnswerMayComeFromAnotherThread() throws {
        try trying { _, client in
            for _ in 0..<20 { try #expect(client.exchange(Request.get("/trial/later")).text == "later\n") }
        }
    }

    @Test func aHandlerCannotForgeAField() throws {
        try trying { _, client in
            let response = try client.exchange(Request.get("/trial/badfield"))
            #expect(response.status == 500)
            #expect(response["set-cookie"] == nil && response["x-trial"] == nil)
        }
    }

    @Test(arguments: [0, 1, 16_384, 16_385, 65_536, 1_048_577, 5_000_000])
    func anAnswerOfAnySizeArrivesWhole(size: Int) throws {
        try trying { _, client in
            for _ in 0..<2 {
                let response = try client.exchange(Request.get("/trial/big?bytes=\(size)"))
                #expect(response.status == 200)
                #expect(response.body.count == size && response.body.allSatisfy { $0 == UInt8(ascii: "x") })
            }
        }
    }

    @Test func headHasTheFieldsOfGetAndNoBody() throws {
        try trying { _, client in
            for target in ["/trial/big?bytes=10", "/trial/big?bytes=100000", "/trial/throw"] {
                let get = try client.exchange(Request.get(target))
                let head = try client.exchange("HEAD \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(head.status == get.status)
                #expect(head["Content-Length"] == get["Content-Length"])
                #expect(head["Content-Type"] == get["Content-Type"])
            }
            try #expect(client.exchange(Request.get("/index.html")).text == "hello\n", "no stray body")
        }
    }

    @Test func aHandlerReadsTheDatabase() throws {
        try trying { _, client in
            try #expect(client.exchange(Request.post("/forms/a", "name=Ada")).status == 303)
            try #expect(client.exchange(Request.get("/trial/query")).text == "1\n")
        }
    }

    @Test func aWriteThatIsRefusedIsAnsweredAsTheHandlerSays() throws {
        try trying { _, client in
            let first = try client.exchange(Request.get("/trial/store?word"))
            #expect(first.status == 201 && first.text == "stored as 1\n")
            try #expect(client.exchange(Request.get("/trial/store?word")).status == 409)
            try #expect(client.exchange(Request.get("/trial/store?other")).text == "stored as 2\n")
        }
    }

    @Test func whatAHandlerDeclinesIsAFileOrNothing() throws {
        try serving(["trial/decline": "the file"], configuration: Configuration.trial) { server in
            try #expect(Client(server).exchange(Request.get("/trial/decline")).text == "the file")
        }
        try trying { _, client in try #expect(client.exchange(Request.get("/trial/decline")).status == 404) }
    }

    @Test func aHandlerSeesTheRequestAsItCame() throws {
        try trying { _, client in
            let response = try client.exchange(Request.post("/trial/echo?a=%20b", "c=%26", "X-Word: \u{fc}\r\n"))
            #expect(response.text.hasPrefix("POST /trial/echo?a=%20b\n"))
            #expect(response.text.hasSuffix("\n\nc=%26"), "\(response.text)")
        }
    }

    @Test func aLibraryInTheSitesFolderIsLoadedWithoutBeingNamed() throws {
        let site = try TestSite()
        try site.makeFolder("handlers")
        let folder = try Program.ringport.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let library = folder.joined(separator: "/") + "/libtrial.so"
        #expect(try Program.run(program: "ln", ["-s", library, site.root + "/handlers/libtrial.so"]).succeeded)
        try serving(site) { server in
            try #expect(Client(server).exchange(Request.get("/trial/sleep?ms=0")).text == "slept\n")
            try #expect(Client(server).exchange(Request.post("/forms/a", "name=Ada")).status == 303)
        }
    }

    @Test func optionsNameWhatAnAddressTakes() throws {
        try trying { _, client in
            for (target, expected) in [
                ("/index.html", ["GET", "HEAD"]), ("/forms/a", ["POST"]), ("/trial/echo", ["GET", "HEAD", "POST"]),
            ] {
                let response = try client.exchange("OPTIONS \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(response.status == 204)
                let allowed = (response["Allow"] ?? "").split(separator: ",").map { String($0.drop { $0 == " " }) }
                #expect(Set(allowed).subtracting(["OPTIONS"]) == Set(expected), "\(target)")
            }
            try #expect(client.exchange("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").status == 204)
        }
    }
}
