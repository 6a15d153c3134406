/// Tags and dates: never one for two contents. Test threads.

import Harness
import Testing

@Suite struct ValidatorsTests {
    private func get(_ client: Client, _ fields: String = "") throws -> Response {
        try client.exchange(Request.get("/page.html", fields))
    }

    /// Dates a file, by `touch -d`.
    private func date(_ site: TestSite, _ path: String, _ date: String) throws {
        try #expect(Program.run(program: "touch", ["-d", date, site.root + "/" + path]).succeeded)
    }

    /// Asks until the file has rested and has a tag.
    private func tagged(_ client: Client, _ fields: String = "") throws -> Response {
        var response = try get(client, fields)
        while response["ETag"] == nil { response = try get(client, fields) }
        return response
    }

    /// Written, fetched and written again within a second: the client has a date, or none, and gets the new content.
    @Test func aDateNeverHidesAnEdit() throws {
        let site = try TestSite(["page.html": "0"])
        try serving(site) { server in
            let client = try Client(server)
            for version in 1...300 {
                try site.write("www/page.html", "\(version * 2)")
                let first = try get(client)
                #expect(first.text == "\(version * 2)")
                try site.write("www/page.html", "\(version * 2 + 1)")
                let date = try #require(first["Last-Modified"] ?? first["Date"])
                let second = try get(client, "If-Modified-Since: \(date)\r\n")
                let part = try get(client, "Range: bytes=0-0\r\nIf-Range: \(date)\r\n")
                // Once its second is over, a Date may be the Last-Modified of what was written later in it.
                guard first["Last-Modified"] != nil || part["Date"] == date else { continue }
                #expect(second.status == 200 && second.text == "\(version * 2 + 1)", "\(date)")
                #expect(part.status == 200, "a date of this second is no strong validator")
            }
        }
    }

    /// The file is in memory meanwhile; nobody touches it.
    @Test func theDateComesWhenItsSecondIsOver() throws {
        let site = try TestSite(["page.html": "page"])
        try serving(site) { server in
            let client = try Client(server)
            try site.write("www/page.html", "page")
            let first = try tagged(client)
            var response = first
            var dates = Set([first["Date"]])
            while response["Last-Modified"] == nil, dates.count < 4 {
                response = try get(client)
                dates.insert(response["Date"])
                #expect(response["ETag"] == first["ETag"] && response.text == "page")
            }
            let modified = try #require(response["Last-Modified"], "no date after \(dates.count - 1) seconds")
            #expect(modified != response["Date"])
            try #expect(get(client, "If-Modified-Since: \(modified)\r\n").status == 304)
            try #expect(get(client, "Range: bytes=1-1\r\nIf-Range: \(modified)\r\n").text == "a")
            let head = try client.exchange("HEAD /page.html HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(head["Last-Modified"] == modified)
        }
    }

    /// Nix, ostree and reproducible images give every version of a file one time.
    @Test(arguments: ["@0", "@1", "@-1", "1969-01-01"])
    func aTimeThatSaysNothingIsNoDate(time: String) throws {
        let site = try TestSite(["page.html": "page"])
        try date(site, "www/page.html", time)
        try serving(site) { server in
            let client = try Client(server)
            let response = try tagged(client)
            #expect(response["Last-Modified"] == nil)
            let tag = try #require(response["ETag"])
            try #expect(get(client, "If-None-Match: \(tag)\r\n").status == 304)
            // RFC 9110 §13.1.3, §13.1.4, §13.1.5: without a date, conditions on it are passed over, or are not true.
            try #expect(get(client, "If-Modified-Since: Sat, 29 Oct 2039 19:43:31 GMT\r\n").status == 200)
            try #expect(get(client, "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n").status == 200)
            let range = "Range: bytes=0-0\r\nIf-Range: "
            try #expect(get(client, range + "Thu, 01 Jan 1970 00:00:01 GMT\r\n").status == 200)
            try #expect(get(client, range + "Thu, 01 Jan 1970 00:00:00 GMT\r\n").status == 200)
            try #expect(get(client, range + "\(tag)\r\n").status == 206)
        }
    }

    /// A deploy that keeps times and sizes: in place, and by a file that takes the name.
    @Test func contentsOfOneSizeAndTimeHaveTwoTags() throws {
        let site = try TestSite(["page.html": "one"])
        try serving(site) { server in
            let client = try Client(server)
            var tags = Set([try #require(try tagged(client)["ETag"])])
            for (text, inPlace) in [("two", true), ("six", false), ("ten", true), ("owl", false)] {
                if inPlace {
                    try site.write("www/page.html", text)
                    try site.age("www/page.html")
                } else {
                    try site.write("new", text)
                    try site.age("new")
                    try site.rename("new", to: "www/page.html")
                }
                for tag in tags {
                    let response = try get(client, "If-None-Match: \(tag)\r\n")
                    #expect(response.status == 200 && response.text == text)
                }
                let tag = try #require(try tagged(client)["ETag"])
                #expect(tags.insert(tag).inserted, "one tag for two contents: \(tag)")
            }
        }
    }

    /// Coded files too: each representation has a tag of its own, and they change with the file beside.
    @Test func aCodedFileThatIsReplacedWithItsTimesHasAnotherTag() throws {
        let site = try TestSite(["page.html": "page", "page.html.gz": "one"])
        try serving(site) { server in
            let client = try Client(server)
            let first = try tagged(client, "Accept-Encoding: gzip\r\n")
            #expect(first.text == "one")
            try site.write("www/page.html.gz", "two")
            try site.age("www/page.html.gz")
            let tag = try #require(first["ETag"])
            let second = try get(client, "Accept-Encoding: gzip\r\nIf-None-Match: \(tag)\r\n")
            #expect(second.status == 200 && second.text == "two")
        }
    }
}
