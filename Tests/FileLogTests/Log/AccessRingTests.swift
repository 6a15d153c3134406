/// The ring between one worker and the log thread: nothing is changed, lost in silence or seen twice.

import Platform
import Synchronization
import Testing

@testable import FileLog

@Suite struct AccessRingTests {
    private func record(_ number: Int) -> LogRecord {
        LogRecord(
            wallClockNanoseconds: Int64(number),
            remote: RemoteAddress(ipv4: UInt32(truncatingIfNeeded: number), port: 80),
            status: 200,
            bytesSent: UInt64(number),
            durationMicroseconds: 1
        )
    }

    private func text(_ count: Int, _ seed: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ seed) }
    }

    private func makeRing(size: Int = 1 << 16) throws -> AccessRing {
        var limits = FileLogLimits()
        limits.ringSize = size
        limits.check()
        return AccessRing(limits: limits, gate: try LogGate())
    }

    private func put(
        _ ring: AccessRing,
        _ number: Int,
        _ requestLine: [UInt8],
        _ referer: [UInt8] = [],
        _ userAgent: [UInt8] = [],
        user: [UInt8] = []
    ) -> Bool {
        ring.append(
            record(number),
            requestLine: requestLine.span,
            referer: referer.span,
            userAgent: userAgent.span,
            user: user.span
        )
    }

    /// Takes the next record and its texts.
    private func take(_ ring: AccessRing, _ position: inout Int) -> (StoredRecord, [[UInt8]])? {
        guard let record = ring.record(at: &position, end: ring.published) else { return nil }
        var texts: [[UInt8]] = []
        ring.withTexts(of: record, at: position) { requestLine, referer, userAgent, user in
            texts.append(requestLine.indices.map { requestLine[$0] })
            texts.append(referer.indices.map { referer[$0] })
            texts.append(userAgent.indices.map { userAgent[$0] })
            texts.append(user.indices.map { user[$0] })
        }
        position += record.strideInRing
        ring.release(upTo: position)
        return (record, texts)
    }

    @Test func aRecordSurvivesTheWrapAtEveryOffset() throws {
        let ring = try makeRing()
        var position = 0
        // Strides of many lengths, so that the end of the memory is met at every multiple of eight.
        for number in 0..<40_000 {
            let texts = [
                text(number % 509, number), text(number % 13, number + 1), text(number % 7, number + 2),
                text(number % 128, number + 3),
            ]
            try #require(put(ring, number, texts[0], texts[1], texts[2], user: texts[3]))
            let taken = try #require(take(ring, &position))
            try #require(taken.0.bytesSent == UInt64(number))
            try #require(taken.1 == texts)
        }
        #expect(ring.isEmpty)
    }

    @Test func aFullRingDropsAndCounts() throws {
        let ring = try makeRing()
        let line = text(1000, 0)
        var kept = 0
        for number in 0..<1000 where put(ring, number, line) { kept += 1 }
        #expect(kept == 65_536 / 1048)
        #expect(ring.dropped == 1000 - kept)
        var position = 0
        for number in 0..<kept { #expect(take(ring, &position)?.0.bytesSent == UInt64(number)) }
        #expect(take(ring, &position) == nil)
        #expect(put(ring, 1, line))
    }

    @Test func aTextBeyondItsLimitIsCut() throws {
        let ring = try makeRing()
        let long = text(70_000, 1)
        #expect(put(ring, 1, long, long, long, user: long))
        var position = 0
        let taken = try #require(take(ring, &position))
        #expect(taken.1 == [8192, 1024, 1024, 127].map { Array(long[..<$0]) })
    }

    @Test func millionsOfRecordsArriveUnchangedAcrossThreads() throws {
        let count = 2_000_000
        let ring = try makeRing()
        let sum = Atomic<Int>(0)
        let consumer = try NamedThread(name: "consumer") {
            var position = 0
            var seen = 0
            var total = 0
            while seen < count {
                guard let record = ring.record(at: &position, end: ring.published) else { continue }
                ring.withTexts(of: record, at: position) { requestLine, _, _, _ in
                    for index in requestLine.indices { total &+= Int(requestLine[index]) }
                }
                precondition(record.bytesSent == UInt64(seen), "records arrive in order")
                position += record.strideInRing
                ring.release(upTo: position)
                seen += 1
            }
            sum.store(total, ordering: .relaxed)
        }
        let line = text(64, 5)
        let empty: [UInt8] = []
        var expected = 0
        for number in 0..<count {
            let part = line.span.extracting(first: number & 63)
            for index in part.indices { expected &+= Int(part[index]) }
            while !ring.append(record(number), requestLine: part, referer: empty.span, userAgent: empty.span) {}
        }
        consumer.join()
        #expect(sum.load(ordering: .relaxed) == expected)
    }
}

extension AccessRingTests {
    @Test func recordsOfSeveralRingsComeInTheOrderOfTheirTimes() throws {
        let rings = try (0..<3).map { _ in try makeRing() }
        let empty: [UInt8] = []
        for number in 0..<300 {
            // Two runs and a straggler: ring 0 has most, ring 1 every tenth, ring 2 the last.
            let ring = number == 299 ? 2 : number % 10 == 3 ? 1 : 0
            rings[ring].append(record(number), requestLine: empty.span, referer: empty.span, userAgent: empty.span)
        }
        let merge = RingMerge(rings: rings)
        #expect(merge.begin())
        var times: [Int64] = []
        // The first try stops in the middle: what was refused comes again.
        #expect(
            !merge.drain { _, record, _ in
                guard times.count < 100 else { return false }
                times.append(record.wallClockNanoseconds)
                return true
            }
        )
        #expect(merge.begin())
        #expect(
            merge.drain { _, record, _ in
                times.append(record.wallClockNanoseconds)
                return true
            }
        )
        #expect(times == (0..<300).map { Int64($0) })
        #expect(!merge.begin())
    }
}
