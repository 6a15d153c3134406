/// Writing a response's head: what is written, and that nothing is written beyond the room there is.

import HTTP
import Testing

@Suite struct ResponseHeadTests {
    @Test func aHeadIsWrittenPartByPart() throws {
        var failure: ResponseError?
        let bytes = [UInt8](capacity: 512) { output in
            do throws(ResponseError) {
                try output.appendStatusLine(.ok)
                try output.appendField("Server", "Ringport")
                try output.appendField("Content-Length", decimal: 12_345)
                try output.appendField("Date", date: 784_111_777)
                try output.appendField("ETag", Array("\"v1\"".utf8).span)
                try output.appendField(Array("X-Own".utf8).span, Array("a\tb é".utf8).span)
                try output.appendContentRange(0..<500, of: 1234)
                try output.appendContentRange(unsatisfiedOf: 0)
                try output.appendEmptyLine()
                try output.appendDecimal(.max)
                try output.appendBytes(" ")
                try output.appendHexadecimal(0)
                try output.appendHexadecimal(0xabc_0123)
                try output.appendBytes(Array("!".utf8).span)
            } catch {
                failure = error
            }
        }
        #expect(failure == nil)
        let expected = """
            HTTP/1.1 200 OK\r
            Server: Ringport\r
            Content-Length: 12345\r
            Date: Sun, 06 Nov 1994 08:49:37 GMT\r
            ETag: "v1"\r
            X-Own: a\tb é\r
            Content-Range: bytes 0-499/1234\r
            Content-Range: bytes */0\r
            \r
            18446744073709551615 0abc0123!
            """
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }

    /// Every kind of part, each with what it is given.
    enum Part: CaseIterable, Sendable {
        case statusLine, literal, value, field, decimal, date, range, unsatisfied, emptyLine, bytes, number, hexadecimal

        static let name = Array("A".utf8)
        static let text = Array("b".utf8)

        func write(into output: inout OutputSpan<UInt8>) throws(ResponseError) {
            switch self {
            case .statusLine: try output.appendStatusLine(.notFound)
            case .literal: try output.appendField("A", "b")
            case .value: try output.appendField("A", Self.text.span)
            case .field: try output.appendField(Self.name.span, Self.text.span)
            case .decimal: try output.appendField("A", decimal: 10)
            case .date: try output.appendField("A", date: 0)
            case .range: try output.appendContentRange(0..<1, of: 2)
            case .unsatisfied: try output.appendContentRange(unsatisfiedOf: 2)
            case .emptyLine: try output.appendEmptyLine()
            case .bytes: try output.appendBytes("ab")
            case .number: try output.appendDecimal(10)
            case .hexadecimal: try output.appendHexadecimal(16)
            }
        }
    }

    /// What a part leaves in this much room, and why it did not.
    private func write(_ part: Part, room: Int) -> (size: Int, failure: ResponseError?) {
        var failure: ResponseError?
        let bytes = [UInt8](capacity: room) { output in
            // An array's storage may be larger than asked for.
            while output.freeCapacity > room { output.append(0) }
            let filler = output.count
            do throws(ResponseError) { try part.write(into: &output) } catch { failure = error }
            output.removeLast(min(filler, output.count))
        }
        return (bytes.count, failure)
    }

    @Test(arguments: Part.allCases)
    func aPartThatDoesNotFitIsNotWrittenAtAll(_ part: Part) {
        let whole = write(part, room: 128)
        #expect(whole.size > 0)
        #expect(whole.failure == nil)
        for room in 0..<whole.size {
            let cut = write(part, room: room)
            #expect(cut.size == 0, "room \(room)")
            #expect(cut.failure == .outputFull, "room \(room)")
        }
        #expect(write(part, room: whole.size).failure == nil)
    }

    /// What becomes of a field whose bytes come from elsewhere.
    private func refusal(name: String?, value: String) -> ResponseError? {
        var failure: ResponseError?
        let (name, value) = (name.map { Array($0.utf8) }, Array(value.utf8))
        let bytes = [UInt8](capacity: 256) { output in
            do throws(ResponseError) {
                if let name {
                    try output.appendField(name.span, value.span)
                } else {
                    try output.appendField("A", value.span)
                }
            } catch {
                failure = error
            }
        }
        if failure != nil { #expect(bytes.isEmpty) }
        return failure
    }

    @Test(arguments: ["a\r\nSet-Cookie: x", "a\nb", "a\rb", "a\u{0}", "\u{7f}"])
    func aValueThatWouldSplitTheResponseIsRefused(_ value: String) {
        #expect(refusal(name: nil, value: value) == .badFieldValue)
        #expect(refusal(name: "A", value: value) == .badFieldValue)
    }

    @Test(arguments: ["", "a b", "a:", "a\r\n", "é"])
    func aNameMustBeAToken(_ name: String) {
        #expect(refusal(name: name, value: "v") == .badFieldName)
    }

    @Test func anEmptyContentRangeIsRefused() {
        var failure: ResponseError?
        _ = [UInt8](capacity: 64) { output in
            do throws(ResponseError) { try output.appendContentRange(5..<5, of: 9) } catch { failure = error }
        }
        #expect(failure == .badFieldValue)
    }

    @Test func everyCodeHasAPhrase() {
        for code in UInt16(0)...700 {
            let status = Status(code)
            #expect((status != nil) == (100...599).contains(code))
            if let status { #expect(status.reasonPhrase.utf8CodeUnitCount > 0) }
        }
        for reason in RejectReason.allCases { #expect(Status(reason).code == reason.status) }
        #expect(!Status.notModified.allowsBody && !Status.noContent.allowsBody && !Status.continue.allowsBody)
        #expect(Status.ok.allowsBody)
    }
}
