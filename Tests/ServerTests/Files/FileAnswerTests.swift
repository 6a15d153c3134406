/// Which status and which part of a file a request gets (RFC 9110 §13, §14). Test threads.

import Glibc
import HTTP
import Testing

@testable import Server

@Suite struct FileAnswerTests {
    /// A file of 1000 bytes, last modified on Sunday, 6 November 1994, 08:49:37 GMT.
    private static let modified: Int64 = 784_111_777
    private static let now: Int64 = 1_800_000_000
    private static let date = "Sun, 06 Nov 1994 08:49:37 GMT"
    /// Modification time in nanoseconds, size, inode, and no difference of the change time.
    private static let tag = "\"\(String(modified * 1_000_000_000, radix: 16))-3e8-5-0\""

    struct Case: Sendable {
        let method: String
        let fields: [String]
        let status: UInt16
        let range: Range<UInt64>
        let sendsBody: Bool

        init(_ method: String, _ fields: [String], _ status: UInt16, _ range: Range<UInt64> = 0..<1000, body: Bool) {
            self.method = method
            self.fields = fields
            self.status = status
            self.range = range
            sendsBody = body
        }
    }

    static let cases: [Case] = [
        Case("GET", [], 200, body: true),
        Case("HEAD", [], 200, body: false),
        // Conditions.
        Case("GET", ["If-None-Match: \(tag)"], 304, body: false),
        Case("GET", ["If-None-Match: W/\(tag)"], 304, body: false),
        Case("HEAD", ["If-None-Match: *"], 304, body: false),
        Case("GET", ["If-None-Match: \"other\""], 200, body: true),
        Case("GET", ["If-Modified-Since: \(date)"], 304, body: false),
        Case("GET", ["If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT"], 200, body: true),
        Case("GET", ["If-None-Match: \"other\"", "If-Modified-Since: \(date)"], 200, body: true),
        Case("GET", ["If-Match: \(tag)"], 200, body: true),
        Case("GET", ["If-Match: \"other\""], 412, body: false),
        Case("GET", ["If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT"], 412, body: false),
        // Ranges.
        Case("GET", ["Range: bytes=0-0"], 206, 0..<1, body: true),
        Case("GET", ["Range: bytes=10-19"], 206, 10..<20, body: true),
        Case("GET", ["Range: bytes=990-"], 206, 990..<1000, body: true),
        Case("GET", ["Range: bytes=-10"], 206, 990..<1000, body: true),
        Case("GET", ["Range: bytes=0-5000"], 206, 0..<1000, body: true),
        Case("GET", ["Range: bytes=1000-"], 416, body: false),
        Case("GET", ["Range: lines=0-1"], 200, body: true),
        Case("GET", ["Range: bytes=5-1"], 200, body: true),
        Case("GET", ["Range: bytes=0-1", "Range: bytes=2-3"], 200, body: true),
        Case("HEAD", ["Range: bytes=0-1"], 200, body: false),
        // Ranges of what the client has a part of.
        Case("GET", ["Range: bytes=0-1", "If-Range: \(tag)"], 206, 0..<2, body: true),
        Case("GET", ["Range: bytes=0-1", "If-Range: W/\(tag)"], 200, body: true),
        Case("GET", ["Range: bytes=0-1", "If-Range: \"other\""], 200, body: true),
        Case("GET", ["Range: bytes=0-1", "If-Range: \(date)"], 206, 0..<2, body: true),
        Case("GET", ["Range: bytes=0-1", "If-Range: Sun, 06 Nov 1994 08:49:38 GMT"], 200, body: true),
        Case("GET", ["Range: bytes=2000-", "If-Range: \"other\""], 200, body: true),
        Case("GET", ["Range: bytes=0-1", "If-None-Match: \(tag)"], 304, body: false),
    ]

    @Test(arguments: cases.indices)
    func aRequestGetsItsPart(number: Int) throws {
        let one = Self.cases[number]
        let answer = try answer(one.method, one.fields)
        #expect(
            answer == FileAnswer(status: one.status, range: one.range, sendsBody: one.sendsBody),
            "\(one.method) \(one.fields)"
        )
        #expect(answer.bodyCount == (one.sendsBody ? UInt64(one.range.count) : 0))
    }

    @Test func severalRangesAreOneAnswer() throws {
        let answer = try answer("GET", ["Range: bytes=0-1,5-6"])
        #expect(answer.status == 206 && answer.isMultipart)
    }

    /// Conditions and ranges are about the page that was asked for, not about the one that says it is missing.
    @Test func anErrorPageIsSentWholeWhateverWasAsked() throws {
        let answer = try answer("GET", ["If-None-Match: *", "Range: bytes=0-1"], status: 404)
        #expect(answer == FileAnswer(status: 404, range: 0..<1000, sendsBody: true))
        #expect(try self.answer("HEAD", [], status: 404).sendsBody == false)
    }

    @Test func anEmptyFileHasNoPartToSend() throws {
        #expect(try answer("GET", [], size: 0) == FileAnswer(status: 200, range: 0..<0, sendsBody: true))
        #expect(try answer("GET", ["Range: bytes=0-0"], size: 0).status == 416)
    }

    private func answer(_ method: String, _ fields: [String], status: UInt16 = 200, size: Int = 1000) throws
        -> FileAnswer
    {
        let text = (["\(method) / HTTP/1.1", "Host: a"] + fields).joined(separator: "\r\n") + "\r\n\r\n"
        let bytes = Array(text.utf8)
        var parser = RequestParser()
        guard case .complete(let head) = parser.parse(bytes.span) else { throw NotARequest() }
        let name = Array("/a".utf8)
        var file = CachedFile(name: name.span, path: Array("a".utf8), key: FileKey(policy: 0), hash: 0)
        var attributes = stat()
        attributes.st_size = size
        attributes.st_ino = 5
        attributes.st_mtim = timespec(tv_sec: Int(Self.modified), tv_nsec: 0)
        attributes.st_ctim = attributes.st_mtim
        file.take(attributes, wall: Self.now * 1_000_000_000)
        return unsafe FileAnswer(head, bytes.span, file, status: status, now: Self.now * 1_000_000_000)
    }

    private struct NotARequest: Error {}
}
