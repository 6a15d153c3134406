/// What the tests of HTTP share: a head as text, and the ways to feed a parser.

import HTTP
import Testing

/// A head with its places read out, so that two of them can be compared.
struct HeadText: Equatable {
    var method = Method.other
    var methodName = ""
    var form = TargetForm.origin
    var version = Version.http11
    var target = ""
    var path = ""
    var query = ""
    var authority = ""
    var framing = BodyFraming.none
    var keepsAlive = true
    var expectsContinue = false
    var length = 0
    var fields: [String] = []

    init(_ head: RequestHead, _ bytes: Span<UInt8>) {
        method = head.method
        methodName = text(bytes.extracting(head.methodRange))
        form = head.form
        version = head.version
        target = text(bytes.extracting(head.target))
        path = text(bytes.extracting(head.path))
        query = text(bytes.extracting(head.query))
        authority = text(bytes.extracting(head.authority))
        framing = head.framing
        keepsAlive = head.keepsAlive
        expectsContinue = head.expectsContinue
        length = head.length
        var lines = FieldIterator(head)
        while let line = lines.next(in: bytes) {
            fields.append("\(text(bytes.extracting(line.name)))=\(text(bytes.extracting(line.value)))")
        }
    }
}

/// What became of a request.
enum Outcome: Equatable {
    case head(HeadText)
    case incomplete
    case rejected(RejectReason)

    var reason: RejectReason? {
        if case .rejected(let reason) = self { reason } else { nil }
    }

    var head: HeadText? {
        if case .head(let head) = self { head } else { nil }
    }
}

func text(_ span: Span<UInt8>) -> String {
    String(decoding: array(span), as: UTF8.self)
}

func array(_ span: Span<UInt8>) -> [UInt8] {
    span.indices.map { span[$0] }
}

/// Parses all at once.
func parse(_ bytes: [UInt8], limits: HeadLimits = HeadLimits()) -> Outcome {
    var parser = RequestParser(limits: limits)
    return outcome(parser.parse(bytes.span), bytes)
}

func parse(_ text: String, limits: HeadLimits = HeadLimits()) -> Outcome {
    parse(Array(text.utf8), limits: limits)
}

/// Parses pieces as they would arrive: a prefix of each given length, then everything.
func parse(_ bytes: [UInt8], arrivingAt lengths: some Sequence<Int>, limits: HeadLimits = HeadLimits()) -> Outcome {
    var parser = RequestParser(limits: limits)
    for length in lengths {
        let result = parser.parse(bytes.span.extracting(first: length))
        if case .incomplete = result { continue }
        return outcome(result, bytes)
    }
    return outcome(parser.parse(bytes.span), bytes)
}

private func outcome(_ result: ParseResult, _ bytes: [UInt8]) -> Outcome {
    switch result {
    case .complete(let head): .head(HeadText(head, bytes.span))
    case .incomplete: .incomplete
    case .rejected(let reason): .rejected(reason)
    }
}

/// Parses a head that must be good, and hands it over with its bytes.
func withHead<Result>(
    _ text: String,
    _ body: (RequestHead, Span<UInt8>) throws -> Result
) throws -> Result {
    let bytes = Array(text.utf8)
    var parser = RequestParser()
    guard case .complete(let head) = parser.parse(bytes.span) else {
        throw NotAccepted(text: text)
    }
    return try body(head, bytes.span)
}

/// A GET of "/" with these field lines.
func get(_ lines: String...) -> String {
    "GET / HTTP/1.1\r\nHost: a\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
}

struct NotAccepted: Error {
    let text: String
}

/// A line of a table of tests: what is fed, and what is to come of it.
struct Case<Expected: Sendable>: Sendable, CustomTestStringConvertible {
    let input: String
    let expected: Expected

    init(_ input: String, _ expected: Expected) {
        self.input = input
        self.expected = expected
    }

    var testDescription: String {
        "\(input.prefix(60).debugDescription) → \(expected)"
    }
}

/// Numbers that look random and are the same each time (the splitmix64 sequence).
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
