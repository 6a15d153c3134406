/// Field lines (RFC 9112 §5): names, values, and what two readers could read differently.

import HTTP
import Testing

@Suite struct FieldLineTests {
    @Test(arguments: [
        Case("X: a", "X=a"), Case("X:a", "X=a"), Case("X:  a  ", "X=a"), Case("X:\ta\t", "X=a"), Case("X:", "X="),
        Case("X: \t ", "X="), Case("X: a b\tc", "X=a b\tc"), Case("X: a:b", "X=a:b"), Case("X: \"q\"", "X=\"q\""),
        Case("x-very-long-name-of-a-field-1234: v", "x-very-long-name-of-a-field-1234=v"), Case("X: é", "X=é"),
        Case("!#$%&'*+-.^_`|~: v", "!#$%&'*+-.^_`|~=v"), Case("ACCEPT: v", "ACCEPT=v"),
    ])
    func aValueLosesTheWhitespaceAroundIt(_ line: Case<String>) throws {
        let head = try #require(parse(get(line.input)).head)
        #expect(head.fields == ["Host=a", line.expected])
    }

    @Test(arguments: [
        Case(": a", RejectReason.badFieldName), Case("a", .badFieldName), Case("a b: c", .badFieldName),
        Case("a(: c", .badFieldName), Case("é: c", .badFieldName), Case("a\u{0}: c", .badFieldName),
        Case("\u{0}", .badFieldName), Case("a@b: c", .badFieldName), Case("\"a\": c", .badFieldName),
        Case("a : b", .whitespaceBeforeColon), Case("a\t: b", .whitespaceBeforeColon),
        Case("a  : b", .whitespaceBeforeColon), Case("Host : b", .whitespaceBeforeColon), Case(" a: b", .lineFolding),
        Case("\ta: b", .lineFolding), Case(" folded", .lineFolding), Case("\tfolded", .lineFolding),
        Case("a: b\u{0}", .badFieldValue), Case("a: \u{1}", .badFieldValue), Case("a: \u{7f}", .badFieldValue),
        Case("a: b\u{b}c", .badFieldValue), Case("a: \u{1b}[0m", .badFieldValue), Case("a: b\nc: d", .bareLineFeed),
        Case("a: b\rc: d", .bareCarriageReturn), Case("a: b\r", .bareCarriageReturn), Case("\n", .bareLineFeed),
        Case("a: b\n", .bareLineFeed),
    ])
    func aMalformedLineIsRefused(_ line: Case<RejectReason>) {
        #expect(parse(get(line.input)).reason == line.expected)
        #expect(parse(get("Accept: */*", line.input, "X: y")).reason == line.expected)
    }

    @Test func everyControlInAValueIsRefused() {
        for byte in UInt8.min...UInt8.max {
            let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nX: a".utf8) + [byte] + Array("b\r\n\r\n".utf8)
            let isText = byte == 0x09 || (byte >= 0x20 && byte != 0x7f)
            #expect((parse(bytes).head != nil) == isText, "byte \(byte)")
        }
    }

    @Test func everyByteOfANameIsATokensOrRefused() {
        let tokens = Set("!#$%&'*+-.^_`|~0123456789".utf8).union(0x41...0x5a).union(0x61...0x7a)
        for byte in UInt8.min...UInt8.max where byte != 0x3a {
            let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nX".utf8) + [byte] + Array("y: b\r\n\r\n".utf8)
            #expect((parse(bytes).head != nil) == tokens.contains(byte), "byte \(byte)")
        }
    }

    @Test func everyByteOfATargetIsJudged() {
        let refused = Set("\"#<>\\^`{} ".utf8)
        for byte in UInt8.min...UInt8.max {
            let bytes = Array("GET /aaaaaaaaaaaaaaaaaaa".utf8) + [byte] + Array("b HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            let isGood = (0x21...0x7e).contains(byte) && !refused.contains(byte)
            #expect((parse(bytes).head != nil) == isGood, "byte \(byte)")
        }
    }

    @Test func everyKnownFieldIsFoundWhateverItsCase() throws {
        let names: [(String, KnownField)] = [
            ("Host", .host), ("Connection", .connection), ("Content-Length", .contentLength), ("Upgrade", .upgrade),
            ("Transfer-Encoding", .transferEncoding), ("Expect", .expect), ("Range", .range), ("If-Range", .ifRange),
            ("If-Match", .ifMatch), ("If-None-Match", .ifNoneMatch), ("If-Modified-Since", .ifModifiedSince),
            ("If-Unmodified-Since", .ifUnmodifiedSince), ("Accept", .accept), ("Accept-Encoding", .acceptEncoding),
            ("Accept-Language", .acceptLanguage), ("User-Agent", .userAgent), ("Referer", .referer),
            ("Origin", .origin), ("Authorization", .authorization), ("Cookie", .cookie),
            ("Content-Type", .contentType), ("Content-Encoding", .contentEncoding), ("Cache-Control", .cacheControl),
            ("Pragma", .pragma), ("Forwarded", .forwarded), ("X-Forwarded-For", .xForwardedFor),
            ("X-Forwarded-Proto", .xForwardedProto), ("X-Forwarded-Host", .xForwardedHost),
            ("X-Request-ID", .xRequestID), ("X-Requested-With", .xRequestedWith),
            ("Idempotency-Key", .idempotencyKey), ("Sec-Fetch-Site", .secFetchSite),
        ]
        #expect(Set(names.map(\.1)) == Set(KnownField.allCases))
        let special: [KnownField: String] = [
            .host: "h", .contentLength: "7", .transferEncoding: "chunked", .expect: "100-continue",
        ]
        for (name, field) in names {
            for spelling in [name, name.lowercased(), name.uppercased()] {
                let value = special[field] ?? "v w"
                let host = field == .host ? "" : "Host: a\r\n"
                let request = "POST / HTTP/1.1\r\n\(host)\(spelling): \(value)\r\n\r\n"
                let found = try withHead(request) { head, bytes in head[field].map { text(bytes.extracting($0)) } }
                #expect(found == value, "\(spelling)")
                let near = String(spelling.dropLast()) + "_"
                let other = try withHead(get("\(near): x")) { head, _ in head.has(field) && field != .host }
                #expect(!other, "\(near)")
            }
        }
    }

    @Test func theFirstOfRepeatedLinesIsKeptAndAllAreReached() throws {
        try withHead(get("Accept: a", "X: y", "accept: b", "ACCEPT: c")) { head, bytes in
            #expect(head.isRepeated(.accept))
            #expect(!head.isRepeated(.host))
            #expect(head[.accept].map { text(bytes.extracting($0)) } == "a")
            var lines = FieldIterator(head)
            var values: [String] = []
            while let value = lines.nextValue(of: .accept, in: bytes) { values.append(text(bytes.extracting(value))) }
            #expect(values == ["a", "b", "c"])
            #expect(head.fieldCount == 5)
        }
    }

    @Test(arguments: [
        "Range: x", "If-Range: x", "If-Match: x", "If-None-Match: x", "If-Modified-Since: x", "If-Unmodified-Since: x",
    ])
    func anyConditionIsSeenAtOnce(_ line: String) throws {
        try withHead(get(line)) { head, _ in #expect(head.hasConditions) }
        try withHead(get("Accept: x")) { head, _ in #expect(!head.hasConditions) }
    }
}
