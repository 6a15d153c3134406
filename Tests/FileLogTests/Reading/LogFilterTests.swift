/// Which lines a filter lets pass, how a line is taken apart, and what it is as JSON.

import HTTP
import Testing

@testable import FileLog

@Suite struct LogFilterTests {
    private static let line =
        #"127.0.0.1 - - [10/Oct/2000:13:55:36 +0000] "GET /a/b.css?q=/z HTTP/1.1" 404 2326 "-" "a \x22b\x22 \"c\" \x5C""#

    private func passes(_ line: String, _ status: String?, _ method: String?, _ path: String?) throws -> Bool {
        let filter = try LogFilter(statuses: status, method: method, path: path.map { PathGlob($0) })
        return filter.passes(line.utf8Span.span)
    }

    @Test(
        arguments: [
            (nil, nil, nil, true), ("404", nil, nil, true), ("4xx", nil, nil, true), ("500,4XX", nil, nil, true),
            ("500,403", nil, nil, false), ("x0x", nil, nil, true), ("40x", "GET", "/a/*.css", true),
            (nil, "get", nil, true), (nil, "GE", nil, false), (nil, "POST", nil, false), (nil, nil, "/a/b.css", true),
            (nil, nil, "/a/b.css*", true), (nil, nil, "/*", false), (nil, nil, "/**", true),
            ("4xx", "POST", nil, false),
        ] as [(String?, String?, String?, Bool)]
    )
    func everyConditionMustHold(status: String?, method: String?, path: String?, passes: Bool) throws {
        #expect(try self.passes(Self.line, status, method, path) == passes)
    }

    @Test func aLineInAnotherFormatPassesOnlyWithoutConditions() throws {
        #expect(try passes("something else", nil, nil, nil))
        #expect(try !passes("something else", "xxx", nil, nil))
    }

    @Test(arguments: ["", "4", "4xxx", "4yx", "404,", "٤٠٤"])
    func whatIsNoStatusIsNamed(list: String) {
        #expect(throws: LogFilter.StatusListError.self) {
            try LogFilter(statuses: list, method: nil, path: nil)
        }
    }

    private func parse(_ line: String) -> CombinedLogLine? { CombinedLogLine(line.utf8Span.span) }

    private func json(_ line: String) -> String {
        var output: [UInt8] = []
        LogLineJSON.append(line.utf8Span.span, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test func aLineAsJSONHasItsFieldsUnescaped() {
        let expected =
            #"{"time":"2000-10-10T13:55:36Z","remote":"127.0.0.1","user":null,"method":"GET","target":"/a/b.css?q=/z","#
            + #""version":"HTTP/1.1","status":404,"bytes":2326,"referer":null,"user_agent":"a \"b\" \"c\" \\"}"#
        #expect(json(Self.line) == expected + "\n")
    }

    @Test func theUserWhoWasLetInIsInTheJSON() {
        let line = #"::1 - a\x20b [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 2 "-" "-""#
        #expect(json(line).contains(#","remote":"::1","user":"a b","method":"GET","#))
    }

    @Test func controlCharactersAndBrokenTextAreSafeInJSON() {
        let line = #"::1 - - [10/Oct/2000:13:55:36 +0200] "\x16\x03\xC3\xA9\xFF" 400 - "\n" "-""#
        let expected =
            #"{"time":"2000-10-10T13:55:36+02:00","remote":"::1","user":null,"method":"\u0016\u0003é"# + "\u{FFFD}"
            + #"","target":null,"version":null,"status":400,"bytes":0,"referer":"\n","user_agent":null}"#
        #expect(json(line) == expected + "\n")
    }

    @Test func aLineInAnotherFormatIsOneString() {
        #expect(json("what \"is\" this") == #"{"line":"what \"is\" this"}"# + "\n")
    }

    @Test(arguments: [
        "", "127.0.0.1", #"h - - [d] "GET / 200 1 "-" "-""#, #"h - - [d] "r" 20 1"#, #"h - - [d] "r" 200 x"#,
        #"h - - [d] "r" 200 1 "-""#, #"h - - [d] "r\""#, #"h - - [d] "r" 200 99999999999999999999"#, "\\", #"h - - ["#,
    ])
    func whatIsNoLogLineIsNotParsed(line: String) {
        #expect(parse(line) == nil)
    }

    @Test func aLineInCommonLogFormatIsParsed() throws {
        let parsed = try #require(parse(#"h - - [d] "GET /" 200 17"#))
        #expect(parsed.status == 200)
        #expect(parsed.bytes == 17)
    }
}
