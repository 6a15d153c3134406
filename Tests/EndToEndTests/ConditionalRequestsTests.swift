/// RFC 9110, section 13: a client that has the file already. Test threads.

import Harness
import Testing

@Suite struct ConditionalRequestsTests {
    private func get(_ client: Client, _ field: String) throws -> Response {
        try client.exchange("GET /page.html HTTP/1.1\r\nHost: a\r\n\(field)\r\n\r\n")
    }

    private func withPage(_ body: (Client, _ tag: String, _ modified: String) throws -> Void) throws {
        try serving(["page.html": "<p>hello"]) { server in
            let client = try Client(server)
            let first = try get(client, "X: y")
            try body(client, #require(first["ETag"]), #require(first["Last-Modified"]))
        }
    }

    @Test func aMatchingTagIsNotModified() throws {
        try withPage { client, tag, _ in
            for value in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                let response = try get(client, "If-None-Match: \(value)")
                #expect(response.status == 304, "\(value)")
                #expect(response["ETag"] == tag, "RFC 9110, section 15.4.5: the tag is sent again")
                #expect(response["Date"] != nil)
            }
        }
    }

    @Test func anotherTagGetsTheFile() throws {
        try withPage { client, _, _ in
            try #expect(get(client, "If-None-Match: \"other\"").text == "<p>hello")
        }
    }

    @Test func aFileNotModifiedSinceIsNotSent() throws {
        try withPage { client, _, modified in
            try #expect(get(client, "If-Modified-Since: \(modified)").status == 304)
            try #expect(get(client, "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT").status == 200)
            try #expect(get(client, "If-Modified-Since: yesterday").status == 200, "what is no date is ignored")
        }
    }

    @Test func aTagOutweighsADate() throws {
        try withPage { client, _, modified in
            let fields = "If-None-Match: \"other\"\r\nIf-Modified-Since: \(modified)"
            try #expect(get(client, fields).status == 200, "RFC 9110, section 13.2.2")
        }
    }

    @Test func aFailedPreconditionIsSaid() throws {
        try withPage { client, tag, _ in
            try #expect(get(client, "If-Match: \"other\"").status == 412)
            try #expect(get(client, "If-Match: \(tag)").status == 200)
            try #expect(get(client, "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT").status == 412)
        }
    }

    @Test func theTagChangesWithTheFile() throws {
        let site = try TestSite(["page.html": "one"])
        try serving(site) { server in
            let client = try Client(server)
            let tag = try #require(try get(client, "X: y")["ETag"])
            try site.write("www/page.html", "two")
            let response = try get(client, "If-None-Match: \(tag)")
            #expect(response.status == 200)
            #expect(response.text == "two")
            #expect(response["ETag"] != tag)
        }
    }
}
