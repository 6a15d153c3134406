/// Good inputs with bytes changed at random, always the same ones: nothing traps, and pieces mean what the whole means.

import HTTP
import Testing

@Suite struct MutationTests {
    private static let rounds = 100_000
    /// Bytes that mean something somewhere, which plain chance would seldom hit.
    private static let pointed = Array("\r\n\t :;,=/%.?#\"-*+0159afAFW\u{0}\u{7f}\u{16}".utf8) + [0x80, 0xc3, 0xff]

    /// Replaces, inserts, removes, doubles or cuts, once to four times.
    private func mutate(_ bytes: inout [UInt8], _ dice: inout Dice) {
        for _ in 0..<Int.random(in: 1...4, using: &dice) {
            let place = Int.random(in: 0...bytes.count, using: &dice)
            let byte = Self.pointed[Int.random(in: 0..<Self.pointed.count, using: &dice)]
            switch UInt8.random(in: 0..<5, using: &dice) {
            case 0: if place < bytes.count { bytes[place] = byte }
            case 1: bytes.insert(byte, at: place)
            case 2: if place < bytes.count { bytes.remove(at: place) }
            case 3:
                let end = min(bytes.count, place + Int.random(in: 0...12, using: &dice))
                bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &dice))
            default: if dice.next() % 8 == 0 { bytes.removeLast(bytes.count - place) }
            }
        }
    }

    private func cuts(_ count: Int, _ dice: inout Dice) -> [Int] {
        (0..<Int.random(in: 0...4, using: &dice)).map { _ in Int.random(in: 0...count, using: &dice) }.sorted()
    }

    @Test func headsMeanTheSameHoweverTheyArrive() {
        var dice = Dice(seed: 1)
        let samples = SplitArrivalTests.samples.map { Array($0.utf8) }
        let limits = HeadLimits(headSizeMax: 160, requestLineSizeMax: 64, fieldCountMax: 6)
        var accepted = 0
        for round in 0..<Self.rounds {
            var bytes = samples[round % samples.count]
            mutate(&bytes, &dice)
            let whole = parse(bytes, limits: limits)
            let pieces = parse(bytes, arrivingAt: cuts(bytes.count, &dice), limits: limits)
            if whole != pieces {
                Issue.record("round \(round): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
            }
            guard let head = whole.head else { continue }
            accepted += 1
            if head.length > bytes.count || head.target.isEmpty || head.fields.contains(where: { $0.first == "=" }) {
                Issue.record("round \(round): \(head)")
            }
        }
        #expect(accepted > Self.rounds / 50, "the mutations must leave something good: \(accepted)")
    }

    @Test func whatIsReadFromAnAcceptedHeadNeverTraps() {
        var dice = Dice(seed: 2)
        let sample = """
            GET /a/../b%20c?d HTTP/1.1\r\nHost: a\r\nRange: bytes=0-4,-5\r\nIf-Range: "v1"\r\nIf-Match: "v1", W/"b"\r
            If-None-Match: W/"x"\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\nAccept: text/*;q=0.5, a/b;c="d"\r
            If-Unmodified-Since: Sun Nov  6 08:49:37 1994\r\nAccept-Encoding: gzip;q=0.5, br\r\nConnection: x, close\r\n\r\n
            """
        var accepted = 0
        for _ in 0..<Self.rounds / 4 {
            var bytes = Array(sample.utf8)
            mutate(&bytes, &dice)
            var parser = RequestParser()
            guard case .complete(let head) = parser.parse(bytes.span) else { continue }
            accepted += 1
            let span = bytes.span
            let etag = Array("\"v1\"".utf8)
            _ = Conditions.evaluate(head, in: span, etag: etag.span, lastModified: 784_111_777)
            _ = Conditions.allowRange(head, in: span, etag: etag.span, lastModified: 784_111_777, now: .max)
            _ = QualityList.codings(head, in: span)
            _ = QualityList.prefers("application/json", over: "text/html", head, in: span)
            let length = dice.next()
            if let range = head[.range],
                case .single(let found) =
                    RangeField.resolve(span.extracting(range), representationLength: length)
            {
                #expect(found.upperBound <= length && !found.isEmpty)
            }
            let path = span.extracting(head.path)
            let decoded = [UInt8](capacity: path.count) { output in
                _ = TargetDecoder.decodePath(path, into: &output)
            }
            #expect(decoded.count <= path.count)
        }
        #expect(accepted > 1000)
    }

    @Test func decodedPathsStayBelowTheRoot() {
        var dice = Dice(seed: 3)
        for _ in 0..<Self.rounds {
            var bytes = Array("/a/./%2e%2e/b//..%c3%a9/../%41".utf8)
            mutate(&bytes, &dice)
            var reason: RejectReason?
            let decoded = [UInt8](capacity: bytes.count) { reason = TargetDecoder.decodePath(bytes.span, into: &$0) }
            guard reason == nil else { continue }
            let segments = decoded.split(separator: 0x2f)
            if decoded.first != 0x2f || decoded.contains(0) || segments.contains(Array(".".utf8)[...])
                || segments.contains(Array("..".utf8)[...]) || String(validating: decoded, as: UTF8.self) == nil
            {
                Issue.record("\(String(decoding: bytes, as: UTF8.self))")
            }
        }
    }

    @Test func chunkedBodiesMeanTheSameHoweverTheyArrive() {
        var dice = Dice(seed: 4)
        let samples = ChunkedBodyTests.table.filter { $0.input.utf8.count < 100 }.map { Array($0.input.utf8) }
        for round in 0..<Self.rounds {
            var bytes = samples[round % samples.count]
            mutate(&bytes, &dice)
            let whole = ChunkedBodyTests.decode(bytes, bodySizeMax: 1 << 20)
            let pieces = ChunkedBodyTests.decode(bytes, cuts: cuts(bytes.count, &dice), bodySizeMax: 1 << 20)
            if whole != pieces {
                Issue.record("round \(round): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
            }
        }
    }

    @Test func formsAndDatesNeverTrap() {
        var dice = Dice(seed: 5)
        let bodies = FormTests.table.filter { $0.input.utf8.count < 300 }.map { Array($0.input.utf8) }
        let dates = ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
        for round in 0..<Self.rounds {
            var body = bodies[round % bodies.count]
            mutate(&body, &dice)
            _ = FormTests.parts(body)
            _ = FormTests.decode(body)
            var type = Array("multipart/form-data; charset=\"x\"; boundary=\"B\"".utf8)
            mutate(&type, &dice)
            _ = FormTests.parts(body, type: String(decoding: type, as: UTF8.self))
            var date = Array(dates[round % dates.count].utf8)
            mutate(&date, &dice)
            _ = HTTPDate.parse(date.span)
        }
    }
}
