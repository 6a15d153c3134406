/// Large bodies on their way out, step by step. Pure; test threads.

import Testing

@testable import Server

@Suite struct BodyStreamTests {
    private static let sizes = BodyStream.Sizes(slice: 100, part: 250)

    /// A stream of one range, nothing of which is in memory unless it is said.
    private static func stream(_ range: Range<UInt64>, residentEnd: UInt64? = nil, sendsPages: Bool = false)
        -> BodyStream
    {
        var stream = BodyStream()
        stream.begin(range, residentEnd: residentEnd ?? range.lowerBound)
        stream.sendsPages = sendsPages
        return stream
    }

    @Test func anEmptyBodyIsOver() {
        #expect(Self.stream(7..<7).next(Self.sizes) == .end)
    }

    @Test func aSliceIsInMemoryBeforeItIsQueued() {
        var stream = Self.stream(50..<260)
        #expect(stream.next(Self.sizes) == .prefault)
        #expect(stream.beginPrefault(Self.sizes) == 50..<150)
        #expect(stream.next(Self.sizes) == .none, "it is under way")
        #expect(stream.beginPrefault(Self.sizes) == nil, "one at a time")
        #expect(stream.endPrefault(Self.sizes, isResident: true) == 50..<150)
        #expect(stream.next(Self.sizes) == .queue(50..<150))
        stream.queued(50..<150)
        #expect(stream.beginPrefault(Self.sizes) == 150..<250, "while the one before leaves")
        #expect(stream.next(Self.sizes) == .none)
        stream.partLeft()
        #expect(stream.next(Self.sizes) == .none)
        #expect(stream.endPrefault(Self.sizes, isResident: true) == 150..<250)
        #expect(stream.next(Self.sizes) == .queue(150..<250))
        stream.queued(150..<250)
        #expect(stream.beginPrefault(Self.sizes) == 250..<260, "the last is shorter")
        #expect(stream.endPrefault(Self.sizes, isResident: true) == 250..<260)
        stream.partLeft()
        stream.queued(250..<260)
        #expect(stream.beginPrefault(Self.sizes) == nil)
        stream.partLeft()
        #expect(stream.next(Self.sizes) == .end)
    }

    @Test func whatCannotBeBroughtIntoMemoryIsNotQueued() {
        var stream = Self.stream(0..<300)
        #expect(stream.beginPrefault(Self.sizes) == 0..<100)
        #expect(stream.endPrefault(Self.sizes, isResident: false) == 0..<100)
        #expect(stream.next(Self.sizes) == .prefault)
    }

    @Test func pagesLeaveInLargerPartsOfWhatIsInMemory() {
        #expect(Self.stream(0..<900, residentEnd: 900, sendsPages: true).next(Self.sizes) == .queue(0..<250))
        #expect(Self.stream(0..<900, residentEnd: 180, sendsPages: true).next(Self.sizes) == .queue(0..<180))
        #expect(Self.stream(0..<900, residentEnd: 90, sendsPages: true).next(Self.sizes) == .prefault)
        #expect(Self.stream(0..<900, residentEnd: 900).next(Self.sizes) == .queue(0..<100))
    }

    @Test func rangesAreSentOneAfterTheOther() {
        var stream = BodyStream()
        stream.beginRanges(boundary: 5)
        #expect(stream.next(Self.sizes) == .nextRange && stream.rangesBegun == 0 && stream.boundary == 5)
        for (index, range) in [10..<20, 0..<5 as Range<UInt64>].enumerated() {
            stream.countRange()
            stream.begin(range, residentEnd: range.upperBound)
            #expect(stream.rangesBegun == index + 1)
            #expect(stream.next(Self.sizes) == .queue(range) && stream.rest == UInt64(range.count))
            stream.queued(range)
            stream.partLeft()
            #expect(stream.next(Self.sizes) == .nextRange)
        }
    }

    /// Whatever order parts leave and slices come in, all bytes are queued once, in order, and each is in memory by then.
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func allBytesLeaveInOrder(seed: UInt64) {
        var random = SplitMix(seed: seed)
        for _ in 0..<500 {
            let start = UInt64(random.below(1000))
            let range = start..<start + UInt64(random.below(2000))
            let sizes = BodyStream.Sizes(slice: 1 + random.below(300), part: 1 + random.below(600))
            var resident = min(start + UInt64(random.below(400)), range.upperBound)
            var stream = Self.stream(range, residentEnd: resident, sendsPages: random.below(2) == 0)
            var (sent, hasPart, steps) = (start, false, 0)
            while true {
                let step = stream.next(sizes)
                if step == .end { break }
                steps += 1
                guard steps < 20_000 else { return #expect(Bool(false), "it goes on for ever: \(stream)") }
                if case .queue(let part) = step, random.below(4) > 0 {
                    #expect(part.lowerBound == sent && part.upperBound <= resident && !part.isEmpty && !hasPart)
                    stream.queued(part)
                    (sent, hasPart) = (part.upperBound, true)
                }
                if random.below(2) == 0 { _ = stream.beginPrefault(sizes) }
                if stream.isPrefaulting, random.below(2) == 0 {
                    let slice = stream.endPrefault(sizes, isResident: true)
                    #expect(slice.lowerBound == resident && slice.count <= sizes.slice)
                    resident = slice.upperBound
                }
                if hasPart, random.below(2) == 0 {
                    stream.partLeft()
                    hasPart = false
                }
                let goesOn = hasPart || stream.isPrefaulting || stream.next(sizes) != .none
                #expect(goesOn || step != .none, "nothing is under way")
            }
            #expect(sent == range.upperBound && !hasPart)
        }
    }
}
