/// The server's own words, as a page and as problem details, and the room that they take. Test threads.

import HTTP
import Testing

@testable import Server

@Suite struct RefusalTests {
    /// One for each test: answers of two seconds have two dates.
    private let clock = WorkerClock()

    /// A refusal as it goes out; `nil` when `room` is too little.
    private func written(_ refusal: Refusal, room: Int) -> String? {
        var isWritten = false
        let bytes = [UInt8](capacity: room) { output in
            do {
                _ = try ResponseEncoder.write(refusal, clock, into: &output)
                isWritten = true
            } catch {
                isWritten = false
            }
        }
        return isWritten ? String(decoding: bytes, as: UTF8.self) : nil
    }

    private func refusal(_ reason: Reason, _ shape: RefusalShape, sendsBody: Bool = true) -> Refusal {
        Refusal(
            content: RefusalContent(reason: reason, shape: shape),
            sendsBody: sendsBody,
            lines: [],
            persistence: Persistence(keepsAlive: false, version: .http10)
        )
    }

    private func content(_ text: String) throws -> Substring {
        try #require(text.firstRange(of: "\r\n\r\n").map { text[$0.upperBound...] })
    }

    @Test func problemDetailsSayWhatAProgramNeeds() throws {
        let text = try #require(written(refusal(.rejected(.bodyTooLarge), .problem), room: 2048))
        #expect(text.hasPrefix("HTTP/1.1 413 Content Too Large\r\n"))
        #expect(text.contains("\r\nContent-Type: application/problem+json\r\n"))
        #expect(text.contains("\r\nVary: Accept\r\n"))
        try #expect(
            content(text) == """
                {"type":"about:blank","title":"Content Too Large","status":413,\
                "detail":"The body of the request is too large.","reason":"body-too-large"}

                """
        )
    }

    @Test func aPageSaysTheSameToPeople() throws {
        let text = try #require(written(refusal(.notFound, .page), room: 2048))
        #expect(text.contains("\r\nContent-Type: text/html; charset=utf-8\r\n"))
        #expect(text.contains("\r\nVary: Accept\r\n"))
        try #expect(
            content(text) == """
                <!doctype html><meta charset=utf-8><title>404 Not Found</title><h1>404 Not Found</h1>\
                <p>There is nothing at this address.</p>

                """
        )
    }

    @Test(arguments: RefusalShape.allCases) func aContentThatCameTooSlowlyIsToldTheRate(shape: RefusalShape) {
        let content = RefusalContent(reason: .bodyExpired, shape: shape, bodyRateMin: 500)
        let bytes = [UInt8](capacity: content.count) { output in
            #expect(throws: Never.self) { try content.write(to: &output) }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("too long to arrive. The least is 500 bytes a second on average."))
    }

    @Test func fieldsThatAStatusAsksForAreInBothShapes() throws {
        for shape in RefusalShape.allCases {
            var refused = refusal(.methodNotAllowed, shape)
            refused.allow = Router.bit(.post)
            try #expect(#require(written(refused, room: 2048)).contains("\r\nAllow: OPTIONS, POST\r\n"))
            refused = refusal(.credentialsMissing, shape)
            refused.realm = Array("x".utf8)
            try #expect(#require(written(refused, room: 2048)).contains("\r\nWWW-Authenticate: Basic realm=\"x\", "))
            refused = refusal(.rangeNotSatisfiable, shape)
            refused.sizeOfFile = 7
            try #expect(#require(written(refused, room: 2048)).contains("\r\nContent-Range: bytes */7\r\n"))
            refused = refusal(.notFound, shape)
            refused.varying = [.acceptEncoding, .origin]
            try #expect(
                #require(written(refused, room: 2048)).contains("\r\nVary: Accept, Accept-Encoding, Origin\r\n")
            )
            try #expect(#require(written(refusal(.stopping, shape), room: 2048)).contains("\r\nRetry-After: 1\r\n"))
            refused = refusal(.tooManyWrongPasswords, shape)
            refused.retryAfter = 17
            try #expect(#require(written(refused, room: 2048)).contains("\r\nRetry-After: 17\r\n"))
        }
    }

    @Test func anAnswerToHEADHasTheFieldsAlone() throws {
        for reason in Reason.refusals {
            for shape in RefusalShape.allCases {
                let whole = try #require(written(refusal(reason, shape), room: 2048))
                let head = try #require(written(refusal(reason, shape, sendsBody: false), room: 2048))
                try #expect(content(head).isEmpty)
                try #expect(whole == head + content(whole))
                try #expect(head.contains("\r\nContent-Length: \(content(whole).utf8.count)\r\n"), "\(reason.name)")
            }
        }
    }

    /// The texts go into HTML and JSON as they are.
    @Test func noTextNeedsAnEscape() {
        for reason in Reason.refusals {
            let phrase = ResponseEncoder.status(reason.status).reasonPhrase
            for text in ["\(phrase)", "\(reason.explanation)", "\(reason.name)"] {
                #expect(text.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "\(text)")
                #expect(!text.contains { "\"\\<>&".contains($0) }, "\(text)")
            }
        }
    }

    /// Everything that a refusal may have to say at once fits, and not much less would do.
    @Test func theRoomThatIsReckonedIsEnough() {
        var longest = 0
        for reason in Reason.refusals {
            for shape in RefusalShape.allCases {
                var refused = refusal(reason, shape)
                refused.allow = .max
                refused.retryAfter = .max
                refused.sizeOfFile = .max
                refused.varying = [.acceptEncoding, .origin]
                let text = written(refused, room: Refusal.sizeMax)
                #expect(text != nil, "\(reason.name)")
                longest = max(longest, text?.utf8.count ?? 0)
            }
        }
        #expect(longest > RefusalContent.sizeMax)
        #expect(Refusal.sizeMax <= Limits().responseHeadSizeMax)
    }

    // MARK: The shape

    private func shape(_ fields: String) throws -> RefusalShape {
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n".utf8)
        var parser = RequestParser()
        guard case .complete(let head) = parser.parse(bytes.span) else {
            Issue.record("\(fields) is no head")
            return .page
        }
        return RefusalShape(head, in: bytes.span)
    }

    @Test(arguments: [
        "application/json", "application/problem+json", "application/problem+json, application/json",
        "application/json, */*", "application/problem+json, text/html;q=0.9", "text/html;q=0.1, application/json;q=0.2",
        "application/*", "text/html;q=0, */*", "Application/Problem+JSON", "application/json, text/plain, */*",
    ])
    func aProgramGetsProblemDetails(accept: String) throws {
        try #expect(shape("Accept: \(accept)\r\n") == .problem)
    }

    @Test(arguments: [
        "*/*", "", "text/html", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "application/json;q=0", "application/problem+json;q=0", "application/json, text/html", "image/png",
        "text/html, application/problem+json;q=0.9", "application/json;q=0.5, text/*", "application/problem+xml",
    ])
    func everybodyElseGetsAPage(accept: String) throws {
        try #expect(shape("Accept: \(accept)\r\n") == .page)
        try #expect(shape("") == .page)
    }

    @Test func severalLinesAreOneList() throws {
        try #expect(shape("Accept: text/html;q=0.5\r\nAccept: application/json\r\n") == .problem)
    }
}
