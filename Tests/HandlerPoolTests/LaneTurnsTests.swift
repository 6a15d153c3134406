/// Whose turn it is: no job, no thread, no clock.

import Testing

@testable import HandlerPool

@Suite struct LaneTurnsTests {
    private static let millisecond: Int64 = 1_000_000

    /// Lanes that never become empty, with one thread whose jobs take as many milliseconds as their lanes' jobs do.
    private struct Lanes {
        var turns = LaneTurns()
        let milliseconds: [Int64]
        var jobs: [Int]

        init(_ milliseconds: [Int64]) {
            self.milliseconds = milliseconds
            jobs = milliseconds.map { _ in 0 }
            for lane in milliseconds.indices {
                turns.open(lane)
                turns.enter(lane)
            }
        }

        mutating func run(_ count: Int) -> [Int] {
            (0..<count).map { _ in
                guard let lane = turns.first else { preconditionFailure("none is empty") }
                turns.begin(lane)
                turns.end(lane, held: milliseconds[lane] * LaneTurnsTests.millisecond, among: milliseconds.count)
                jobs[lane] += 1
                return lane
            }
        }
    }

    @Test func lanesOfEqualJobsAlternate() {
        var lanes = Lanes([5, 5, 5])
        #expect(lanes.run(9) == [0, 1, 2, 0, 1, 2, 0, 1, 2])
    }

    @Test func aLaneOfLongJobsHasFewOfThem() {
        var lanes = Lanes([1, 50])
        _ = lanes.run(510)
        #expect((9...11).contains(lanes.jobs[1]), "\(lanes.jobs)")
    }

    /// A lane whose jobs waited while others held threads for long goes before newcomers for a while, and no longer.
    @Test func timeThatOthersHeldIsACreditWithABound() {
        var turns = LaneTurns()
        for lane in 0..<2 {
            turns.open(lane)
            turns.enter(lane)
        }
        turns.begin(0)
        turns.end(0, held: 640_000 * Self.millisecond, among: 2)
        // A lane of jobs of 100 ms that always has one.
        turns.open(2)
        turns.enter(2)
        var before = 0
        while turns.first == 1 {
            turns.begin(1)
            turns.end(1, held: 100 * Self.millisecond, among: 3)
            before += 1
        }
        #expect(turns.first == 2)
        #expect(before <= 11, "a second's worth")
    }

    /// Before any of their jobs has ended, lanes have turns by number.
    @Test func threadsThatAreFreeTogetherAreSharedToo() {
        var turns = LaneTurns()
        for lane in 0..<2 {
            turns.open(lane)
            turns.enter(lane)
        }
        let begun = (0..<6).map { _ -> Int? in
            let lane = turns.first
            if let lane { turns.begin(lane) }
            return lane
        }
        #expect(begun == [0, 1, 0, 1, 0, 1])
    }

    @Test func aLaneThatComesIsNextAndHasSavedNothingUp() {
        var turns = LaneTurns()
        turns.open(0)
        turns.enter(0)
        for _ in 0..<100 {
            turns.begin(0)
            turns.end(0, held: 50 * Self.millisecond, among: 1)
        }
        turns.begin(0)
        turns.open(1)
        turns.enter(1)
        #expect(turns.first == 1, "behind the job that runs")
        turns.begin(1)
        turns.end(1, held: 50 * Self.millisecond, among: 2)
        #expect(turns.first == 0, "and no other before the one that was there")
    }

    /// Newcomers without end, one job each, as fast as jobs are run.
    @Test func newcomersDoNotKeepAnOldLaneFromItsTurn() {
        var turns = LaneTurns()
        turns.open(0)
        turns.enter(0)
        turns.begin(0)
        turns.end(0, held: 100 * Self.millisecond, among: 1)
        turns.begin(0)
        turns.end(0, held: 100 * Self.millisecond, among: 1)
        turns.begin(0)
        turns.open(1)
        turns.enter(1)
        turns.end(0, held: 100 * Self.millisecond, among: 2)
        var others = 0
        while turns.first != 0 {
            others += 1
            guard others < 1000 else { break }
            turns.begin(1)
            turns.leave(1)
            turns.open(2)
            turns.enter(2)
            turns.end(1, held: 10 * Self.millisecond, among: 3)
            turns.leave(2)
            turns.open(1)
            turns.enter(1)
        }
        #expect((1...30).contains(others), "\(others)")
    }

    /// The heap against a sorted list, through random events.
    @Test func theLowestMarkIsFirst() {
        var random = SystemRandomNumberGenerator()
        var turns = LaneTurns()
        var waiting: Set<Int> = []
        var running: [Int] = []
        for lane in 0..<20 { turns.open(lane) }
        for _ in 0..<20_000 {
            let lane = Int.random(in: 0..<20, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0 where !waiting.contains(lane):
                turns.enter(lane)
                waiting.insert(lane)
            case 1 where waiting.contains(lane):
                turns.leave(lane)
                waiting.remove(lane)
            case 2:
                guard let first = turns.first else { continue }
                turns.begin(first)
                running.append(first)
            default:
                guard let ended = running.popLast() else { continue }
                turns.end(ended, held: Int64.random(in: 0..<5_000_000, using: &random), among: 20)
            }
            #expect(turns.isOrdered)
            #expect((turns.first == nil) == waiting.isEmpty)
        }
    }
}
