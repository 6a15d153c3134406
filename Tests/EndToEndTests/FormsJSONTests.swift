/// Forms sent as JSON are held to what other forms are held to. Test threads.

import Harness
import Testing

@Suite struct FormsJSONTests {
    private func post(
        _ server: ServerProcess,
        _ body: [UInt8],
        accept: String = "application/json"
    ) throws -> Response {
        let client = try Client(server)
        try client.send(
            Array(
                ("POST /forms/f HTTP/1.1\r\nHost: a\r\nAccept: \(accept)\r\nContent-Type: application/json\r\n"
                    + "Content-Length: \(body.count)\r\n\r\n").utf8
            ) + body
        )
        return try client.readResponse(to: "POST")
    }

    private func post(
        _ server: ServerProcess,
        _ body: String,
        accept: String = "application/json"
    ) throws -> Response {
        try post(server, Array(body.utf8), accept: accept)
    }

    private func stored(_ site: TestSite) throws -> [String] {
        try Program.query(site, "SELECT fields FROM submissions ORDER BY id", orNoDatabase: true)
    }

    private static func object(_ count: Int) -> String {
        "{" + (0..<count).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}"
    }

    private static func nested(_ depth: Int) -> String {
        "{\"a\":" + String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1) + "}"
    }

    @Test func whatIsStoredIsWhatWasSent() throws {
        let site = try TestSite()
        try serving(site) { server in
            for body in [
                #" { "n" : 123456789012345678901234567890.10 , "e":-1E+400 } "#, "\u{feff}{\"a\":1}",
                #"{"a":"before\u0000after"}"#, #"{"":"","a":{"_b":[null,true]}}"#, Self.object(256), Self.nested(64),
            ] {
                #expect(try post(server, body).status == 201)
            }
            try #expect(
                stored(site) == [
                    #"{"n":123456789012345678901234567890.10,"e":-1E+400}"#, #"{"a":1}"#, #"{"a":"before\u0000after"}"#,
                    #"{"":"","a":{"_b":[null,true]}}"#, Self.object(256), Self.nested(64),
                ]
            )
        }
    }

    @Test(arguments: [
        ("{\"a\":1}\0", "byte 7"), ("{\"a\":1}\0{\"b\":2}", "byte 7"), ("{\"a\":\"b\0c\"}", "byte 7"),
        ("{\"a\":1} x", "byte 8"),
        ("{\"a\":1}{\"b\":2}", "byte 7"), ("{\"a\":\"\u{1}\"}", "byte 6"), ("{\"a\":\"line\nend\"}", "byte 10"),
        ("{\"a\":1,\"a\":2}", "byte 7"), ("{\"x\":{\"a\":1,\"\\u0061\":2}}", "byte 12"),
        ("{\"a\":\"\\ud800\"}", "byte 6"),
        ("{\"\\udfff\":1}", "byte 2"), ("[1]", "byte 0"), ("", "byte 0"), ("{\"a\":", "byte 5"),
        ("{\"a\":01}", "byte 6"),
        (FormsJSONTests.object(257), "256 fields"), (FormsJSONTests.nested(65), "more than 64 deep"),
        (String(repeating: "[", count: 100_000), "byte 0"),
        ("{\"a\":" + String(repeating: "[", count: 100_000), "more than 64 deep"),
    ])
    func whatCouldNotBeStoredAsSentIsRefusedWithItsPlace(body: String, place: String) throws {
        let site = try TestSite()
        try serving(site) { server in
            let response = try post(server, body)
            #expect(response.status == 400)
            #expect(response.text.contains(place), "\(response.text)")
            try #expect(stored(site) == [])
        }
    }

    @Test func bytesThatAreNotUTF8AreRefusedWithTheirPlace() throws {
        let site = try TestSite()
        try serving(site) { server in
            let latin1 = Array("{\"name\":\"caf".utf8) + [0xe9] + Array("\"}".utf8)
            let utf16: [UInt8] = [0xff, 0xfe] + "{\"a\":1}".utf8.flatMap { [$0, 0] }
            for (body, place) in [(latin1, "byte 12"), (utf16, "byte 0")] {
                let response = try post(server, body)
                #expect(response.status == 400)
                #expect(response.text.contains(place) && response.text.contains("UTF-8"), "\(response.text)")
            }
            try #expect(stored(site) == [])
        }
    }

    @Test(arguments: [#"{"name":"Bot","_gotcha":"yes"}"#, #"{"\u005fgotcha":1}"#, #"{"_gotcha":["x"]}"#])
    func aFilledTrapIsThankedAndNotStored(body: String) throws {
        let site = try TestSite()
        try serving(site) { server in
            let robot = try post(server, body)
            let person = try post(server, #"{"name":"Ada","_gotcha":""}"#)
            #expect(robot.status == person.status && robot.status == 201)
            #expect(robot["Content-Type"] == person["Content-Type"])
            // What the README says of programs: no row, no id of one.
            #expect(robot.text == "{\"id\":0,\"form\":\"f\"}\n" && person.text == "{\"id\":1,\"form\":\"f\"}\n")
            try #expect(stored(site) == [#"{"name":"Ada"}"#])
            #expect(try post(server, body, accept: "text/html")["Location"] == "/thanks.html")
        }
    }

    @Test func anImitatedUploadIsRefusedByItsField() throws {
        let site = try TestSite()
        let object = #"{"file":"../ringport.db","name":"cv.pdf","type":"application/pdf","size":48211}"#
        try serving(site) { server in
            for body in ["{\"cv\":\(object)}", "{\"a\":1,\"cv\":[\"x\",\(object)]}"] {
                let response = try post(server, body)
                #expect(response.status == 400)
                #expect(
                    response.text.contains("The field cv has an object with file, name, type, size"),
                    "\(response.text)"
                )
            }
            // A text stays a text, and an instruction is not stored at all.
            let text = Request.post("/forms/f", "cv=\(object)")
            #expect(try Client(server).exchange(text).status == 303)
            #expect(try post(server, "{\"_meta\":\(object)}").status == 201)
            let string =
                "\"" + object.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"") + "\""
            try #expect(stored(site) == ["{\"cv\":\(string)}", "{}"])
        }
    }

    @Test func instructionsAreFollowedAndNotStored() throws {
        let site = try TestSite()
        try serving(site) { server in
            let body = #"{"name":"Ada","_next":"/sent.html","_subject":{"a":1}}"#
            let browser = try post(server, body, accept: "text/html")
            #expect(browser.status == 303)
            #expect(browser["Location"] == "/sent.html")
            let away = try post(server, #"{"_next":"//evil.example"}"#, accept: "text/html")
            #expect(away["Location"] == "/thanks.html")
            try #expect(stored(site) == [#"{"name":"Ada"}"#, "{}"])
        }
    }
}
