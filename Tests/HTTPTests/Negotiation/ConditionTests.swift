/// Conditional requests (RFC 9110 §13): each condition, and which comes first.

import HTTP
import Testing

@Suite struct ConditionTests {
    private static let modified: Int64 = 784_111_777
    private static let same = "Sun, 06 Nov 1994 08:49:37 GMT"
    private static let before = "Sun, 06 Nov 1994 08:49:36 GMT"
    private static let after = "Sun, 06 Nov 1994 08:49:38 GMT"

    private func evaluate(
        _ lines: String,
        method: String = "GET",
        etag: String = "\"v1\"",
        lastModified: Int64? = modified
    ) throws -> ConditionOutcome {
        let fields = lines.isEmpty ? "" : lines.replacing("|", with: "\r\n") + "\r\n"
        return try withHead("\(method) / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n") { head, bytes in
            Conditions.evaluate(head, in: bytes, etag: Array(etag.utf8).span, lastModified: lastModified)
        }
    }

    @Test(arguments: [
        Case("", ConditionOutcome.proceed), Case("Range: bytes=0-1", .proceed),
        // §13.1.1: strong comparison
        Case("If-Match: \"v1\"", .proceed), Case("If-Match: *", .proceed), Case("If-Match: \"v0\", \"v1\"", .proceed),
        Case("If-Match: \"v0\"", .preconditionFailed), Case("If-Match: W/\"v1\"", .preconditionFailed),
        Case("If-Match: ", .preconditionFailed), Case("If-Match: v1", .preconditionFailed),
        Case("If-Match: \"v0\"|If-Match: \"v1\"", .proceed), Case("If-Match: \"V1\"", .preconditionFailed),
        // §13.1.2: weak comparison
        Case("If-None-Match: \"v1\"", .notModified), Case("If-None-Match: W/\"v1\"", .notModified),
        Case("If-None-Match: *", .notModified), Case("If-None-Match: \"v0\"", .proceed),
        Case("If-None-Match: \"a\", W/\"b\",\"v1\"", .notModified), Case("If-None-Match: ,, \"v1\" ,", .notModified),
        Case("If-None-Match: \"a\" \"v1\"", .proceed), Case("If-None-Match: v1", .proceed),
        Case("If-None-Match: w/\"v1\"", .proceed), Case("If-None-Match: \"a,\\\", \"v1\"", .notModified),
        Case("If-None-Match: \"a\"|X: y|If-None-Match: \"v1\"", .notModified), Case("If-None-Match: \"v1", .proceed),
        // §13.1.3
        Case("If-Modified-Since: \(same)", .notModified), Case("If-Modified-Since: \(after)", .notModified),
        Case("If-Modified-Since: \(before)", .proceed), Case("If-Modified-Since: yesterday", .proceed),
        Case("If-Modified-Since: \(same)|If-Modified-Since: \(same)", .proceed),
        Case("If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT", .notModified),
        // §13.1.4
        Case("If-Unmodified-Since: \(same)", .proceed), Case("If-Unmodified-Since: \(after)", .proceed),
        Case("If-Unmodified-Since: \(before)", .preconditionFailed), Case("If-Unmodified-Since: x", .proceed),
        // §13.2.2: tags before dates, matches before mismatches
        Case("If-None-Match: \"v0\"|If-Modified-Since: \(same)", .proceed),
        Case("If-None-Match: \"v1\"|If-Modified-Since: \(before)", .notModified),
        Case("If-Match: \"v1\"|If-Unmodified-Since: \(before)", .proceed),
        Case("If-Match: \"v0\"|If-None-Match: \"v1\"", .preconditionFailed),
        Case("If-Match: \"v1\"|If-None-Match: \"v1\"", .notModified),
        Case("If-Unmodified-Since: \(before)|If-None-Match: \"v1\"", .preconditionFailed),
    ])
    func conditionsOfAGetAreEvaluatedInOrder(_ line: Case<ConditionOutcome>) throws {
        #expect(try evaluate(line.input) == line.expected)
    }

    @Test func aMatchThatMustNotBeFailsWhatWouldChangeSomething() throws {
        #expect(try evaluate("If-None-Match: *", method: "PUT") == .preconditionFailed)
        #expect(try evaluate("If-None-Match: \"v1\"", method: "HEAD") == .notModified)
        #expect(try evaluate("If-Modified-Since: \(Self.same)", method: "POST") == .proceed)
    }

    @Test func aRepresentationMayLackValidators() throws {
        #expect(try evaluate("If-None-Match: \"v1\"", etag: "") == .proceed)
        #expect(try evaluate("If-None-Match: *", etag: "") == .notModified)
        #expect(try evaluate("If-Match: \"v1\"", etag: "") == .preconditionFailed)
        #expect(try evaluate("If-Modified-Since: \(Self.same)", lastModified: nil) == .proceed)
        #expect(try evaluate("If-None-Match: \"v1\"", etag: "W/\"v1\"") == .notModified)
        #expect(try evaluate("If-Match: \"v1\"", etag: "W/\"v1\"") == .preconditionFailed)
    }

    @Test(arguments: [
        Case("", true), Case("If-Range: \"v1\"", true), Case("If-Range: \"v0\"", false),
        Case("If-Range: W/\"v1\"", false), Case("If-Range: \(same)", true), Case("If-Range: \(after)", false),
        Case("If-Range: \(before)", false), Case("If-Range: x", false), Case("If-Range: *", false),
        Case("If-Range: \"v1\", \"v1\"", false), Case("If-Range: \"v1\"|If-Range: \"v1\"", false),
    ])
    func aRangeCountsOnlyForTheSameRepresentation(_ line: Case<Bool>) throws {
        let lines = line.input.isEmpty ? [] : line.input.split(separator: "|").map(String.init)
        let request = "GET / HTTP/1.1\r\nHost: a\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
        func allows(now: Int64) throws -> Bool {
            try withHead(request) { head, bytes in
                Conditions.allowRange(
                    head,
                    in: bytes,
                    etag: Array("\"v1\"".utf8).span,
                    lastModified: Self.modified,
                    now: now
                )
            }
        }
        #expect(try allows(now: Self.modified + 60) == line.expected)
        if line.input == "If-Range: \(Self.same)" {
            #expect(try !allows(now: Self.modified), "a date within its own second is a weak validator")
        }
    }
}
