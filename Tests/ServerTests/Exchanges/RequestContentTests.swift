/// Contents of requests as they arrive, cut anywhere. Pure; test threads.

import HTTP
import Testing

@testable import Server

@Suite struct RequestContentTests {
    /// Feeds an input in pieces, and keeps what is to be kept.
    ///
    /// - Returns: the kept bytes, and the bytes that were used; `nil` in place of the bytes when the content was refused.
    private func read(
        _ content: inout RequestContent,
        _ input: [UInt8],
        pieces: Int = .max,
        sizeMax: Int = 1000
    ) -> (kept: [UInt8], used: Int, refusal: RejectReason??) {
        var used = 0
        while used < input.count {
            let piece = Array(input[used...].prefix(pieces))
            var offset = 0
            while true {
                let event = content.next(piece.span, from: offset)
                if case .data(let range) = event {
                    unsafe piece.withUnsafeBufferPointer {
                        unsafe content.keep(UnsafeBufferPointer(rebasing: $0[range]), sizeMax: sizeMax)
                    }
                    offset = range.upperBound
                    continue
                }
                switch event {
                case .complete(let end): return (unsafe Array(content.kept.bytes), used + end, nil)
                case .refused(let reason): return (unsafe Array(content.kept.bytes), used, .some(reason))
                case .needsMore, .data: break
                }
                break
            }
            used += piece.count
        }
        return (unsafe Array(content.kept.bytes), used, nil)
    }

    private static let chunked = Array("5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nX: y\r\n\r\nGET /".utf8)

    @Test(arguments: 1...50) func itIsTheSameHoweverItIsCut(pieces: Int) {
        var sized = RequestContent()
        #expect(sized.decide(.length(11), isWanted: true, sizeMax: 1000) == nil)
        let first = read(&sized, Array("hello worldGET /".utf8), pieces: pieces)
        #expect(first.kept == Array("hello world".utf8) && first.used == 11 && first.refusal == nil)
        #expect(sized.received == 11)
        var chunked = RequestContent()
        #expect(chunked.decide(.chunked, isWanted: true, sizeMax: 1000) == nil)
        let second = read(&chunked, Self.chunked, pieces: pieces)
        #expect(second.kept == first.kept && second.used == Self.chunked.count - 5 && second.refusal == nil)
        #expect(chunked.received == 11)
    }

    @Test func nothingIsKeptOfOneThatNobodyWants() {
        for framing in [.length(11), .chunked] as [BodyFraming] {
            var content = RequestContent()
            #expect(content.decide(framing, isWanted: false, sizeMax: 1000) == nil)
            #expect(content.use == .discarded && content.growth(for: 500, sizeMax: 1000) == 0)
            let outcome = read(&content, framing == .chunked ? Self.chunked : Array("hello world".utf8))
            #expect(outcome.kept.isEmpty && outcome.refusal == nil && content.received == 11)
        }
    }

    @Test func oneThatIsTooLargeIsRefusedBeforeItComes() {
        for (isWanted, reason) in [(true, RejectReason.bodyTooLarge), (false, nil)] {
            var sized = RequestContent()
            #expect(sized.decide(.length(11), isWanted: isWanted, sizeMax: 10) == .refused(reason))
            var chunked = RequestContent()
            #expect(chunked.decide(.chunked, isWanted: isWanted, sizeMax: 10) == nil)
            let outcome = read(&chunked, Self.chunked)
            #expect(outcome.refusal == .some(reason))
            #expect(chunked.received == 5, "what a chunk announces is not waited for")
        }
    }

    @Test func whatIsMalformedHasItsReasonWantedOrNot() {
        for isWanted in [true, false] {
            var content = RequestContent()
            #expect(content.decide(.chunked, isWanted: isWanted, sizeMax: 1000) == nil)
            #expect(read(&content, Array("zz\r\n".utf8)).refusal == .some(.badChunkSize))
        }
    }

    @Test func anAbsentOneIsWholeAtOnce() {
        var content = RequestContent()
        #expect(content.use == .undecided)
        #expect(content.decide(.none, isWanted: true, sizeMax: 10) == nil)
        #expect(content.next([1, 2].span, from: 1) == .complete(end: 1))
    }

    /// Memory is asked for before it is taken, and no more than was asked for is taken.
    @Test func growthIsWhatKeepingTakes() {
        var content = RequestContent()
        _ = content.decide(.length(100_000), isWanted: true, sizeMax: 50_000)
        var random = SplitMix(seed: 9)
        for _ in 0..<100 {
            let bytes = [UInt8](repeating: 1, count: 1 + random.below(400))
            let before = content.kept.capacity
            let growth = content.growth(for: bytes.count, sizeMax: 50_000)
            unsafe bytes.withUnsafeBufferPointer { unsafe content.keep($0, sizeMax: 50_000) }
            #expect(content.kept.capacity - before == growth)
        }
        content.free()
        #expect(content.kept.capacity == 0)
    }
}
