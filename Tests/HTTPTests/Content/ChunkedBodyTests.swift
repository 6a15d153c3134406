/// Chunked bodies (RFC 9112 §7.1), whole and in pieces.

import HTTP
import Testing

@Suite struct ChunkedBodyTests {
    enum Body: Equatable, Sendable {
        /// The data, and what of the input belongs to the next request.
        case whole(String, rest: String)
        case partial(String)
        case rejected(RejectReason)
    }

    /// Decodes what arrives in pieces that end at these places.
    static func decode(_ bytes: [UInt8], cuts: [Int] = [], bodySizeMax: UInt64 = .max) -> Body {
        var decoder = ChunkedDecoder(bodySizeMax: bodySizeMax)
        var data: [UInt8] = []
        var start = 0
        for cut in cuts + [bytes.count] {
            let piece = bytes.span.extracting(start..<cut)
            var offset = 0
            reading: while true {
                switch decoder.next(piece, from: offset) {
                case .data(let range):
                    data += array(piece.extracting(range))
                    offset = range.upperBound
                case .needsMore: break reading
                case .complete(let end):
                    let rest = String(decoding: bytes[(start + end)...], as: UTF8.self)
                    return .whole(String(decoding: data, as: UTF8.self), rest: rest)
                case .rejected(let reason): return .rejected(reason)
                }
            }
            start = cut
        }
        return .partial(String(decoding: data, as: UTF8.self))
    }

    static let table: [Case<Body>] = [
        Case("0\r\n\r\n", .whole("", rest: "")),
        Case("5\r\nhello\r\n0\r\n\r\n", .whole("hello", rest: "")),
        Case("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nGET", .whole("hello world", rest: "GET")),
        Case("A\r\n0123456789\r\n0\r\n\r\n", .whole("0123456789", rest: "")),
        Case("a\r\n0123456789\r\n0\r\n\r\n", .whole("0123456789", rest: "")),
        Case("0005\r\nhello\r\n000\r\n\r\n", .whole("hello", rest: "")),
        Case("2\r\n\r\n\r\n0\r\n\r\n", .whole("\r\n", rest: "")),
        Case("1;a=b\r\nx\r\n0;c\r\n\r\n", .whole("x", rest: "")),
        Case("1 ; a = \"b;\"\r\nx\r\n0\r\n\r\n", .whole("x", rest: "")),
        Case("1\r\nx\r\n0\r\nA: b\r\nC:\r\n\r\nZ", .whole("x", rest: "Z")),
        Case("", .partial("")), Case("5", .partial("")), Case("5\r\nhel", .partial("hel")),
        Case("5\r\nhello\r\n0\r\n", .partial("hello")), Case("5\r\nhello\r\n0\r\nA: b\r\n\r", .partial("hello")),
        Case("\r\n", .rejected(.badChunkSize)), Case("g\r\n", .rejected(.badChunkSize)),
        Case(" 5\r\n", .rejected(.badChunkSize)), Case("5 \r\n", .rejected(.badChunkSize)),
        Case("-5\r\n", .rejected(.badChunkSize)), Case("+5\r\n", .rejected(.badChunkSize)),
        Case("0x5\r\n", .rejected(.badChunkSize)), Case(";a\r\n", .rejected(.badChunkSize)),
        Case("5,\r\n", .rejected(.badChunkSize)), Case("5;\u{0}\r\n", .rejected(.badChunkSize)),
        Case("5;a\u{7f}\r\n", .rejected(.badChunkSize)), Case("ffffffffffffffff\r\n", .rejected(.badChunkSize)),
        Case("8000000000000000\r\n", .rejected(.badChunkSize)),
        Case("10000000000000000\r\n", .rejected(.badChunkSize)), Case("5\n", .rejected(.bareLineFeed)),
        Case("5;a\n", .rejected(.bareLineFeed)), Case("5\rx", .rejected(.bareCarriageReturn)),
        Case("1\r\nxy", .rejected(.badChunkEnding)), Case("1\r\nx\n", .rejected(.badChunkEnding)),
        Case("1\r\nx\rx", .rejected(.badChunkEnding)), Case("0\r\n A: b", .rejected(.lineFolding)),
        Case("0\r\nA : b", .rejected(.whitespaceBeforeColon)), Case("0\r\n: b", .rejected(.badFieldName)),
        Case("0\r\nA\r\n", .rejected(.badFieldName)), Case("0\r\nA: \u{1}", .rejected(.badFieldValue)),
        Case("0\r\nA: b\n", .rejected(.bareLineFeed)), Case("0\r\nA: b\rx", .rejected(.bareCarriageReturn)),
        Case("0\r\n\rx", .rejected(.bareCarriageReturn)), Case("0\r\n\n", .rejected(.bareLineFeed)),
        Case(String(repeating: "0", count: 1024) + "\r\n\r\n", .whole("", rest: "")),
        Case(String(repeating: "0", count: 1025) + "\r\n\r\n", .rejected(.chunkLineTooLong)),
        Case("1;" + String(repeating: "a", count: 1023), .rejected(.chunkLineTooLong)),
        Case("0\r\nA: " + String(repeating: "a", count: 8200), .rejected(.trailerTooLarge)),
    ]

    @Test(arguments: table)
    func aBodyIsDecoded(_ line: Case<Body>) {
        #expect(Self.decode(Array(line.input.utf8)) == line.expected)
    }

    @Test(arguments: table.filter { $0.input.utf8.count < 100 })
    func aBodyCutAnywhereIsTheSame(_ line: Case<Body>) {
        let bytes = Array(line.input.utf8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                #expect(Self.decode(bytes, cuts: [first, second]) == line.expected, "cut at \(first) and \(second)")
            }
        }
        #expect(Self.decode(bytes, cuts: Array(0..<bytes.count)) == line.expected)
    }

    @Test func extensionsOfManyChunksAreBoundedTogether() {
        let chunk = "1;" + String(repeating: "e", count: 99) + "\r\nx\r\n"
        #expect(Self.decode(Array(String(repeating: chunk, count: 100).utf8)) == .rejected(.chunkExtensionsTooLarge))
    }

    @Test func aBodyBeyondItsLimitIsRefusedWhenAnnounced() {
        #expect(Self.decode(Array("6\r\n".utf8), bodySizeMax: 5) == .rejected(.bodyTooLarge))
        #expect(Self.decode(Array("3\r\nabc\r\n3\r\n".utf8), bodySizeMax: 5) == .rejected(.bodyTooLarge))
        #expect(Self.decode(Array("5\r\nhello\r\n0\r\n\r\n".utf8), bodySizeMax: 5) == .whole("hello", rest: ""))
        #expect(Self.decode(Array("7fffffffffffffff\r\nab".utf8)) == .partial("ab"))
    }

    @Test func afterTheEndNothingIsTaken() {
        var decoder = ChunkedDecoder()
        let bytes = Array("0\r\n\r\nGET".utf8)
        for offset in [0, 5] {
            let event = decoder.next(bytes.span, from: offset)
            #expect(event == .complete(end: 5))
        }
    }
}
