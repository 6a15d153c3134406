/// Turns and room among those who upload: one client's files hold up nobody else's. Test threads.

import Testing

@testable import FileLog

@Suite struct UploadLanesTests {
    /// Lanes that a claim may change.
    private final class Lanes {
        private var lanes = UploadLanes<String>(sizeMax: 100)

        var isEmpty: Bool { lanes.isEmpty }
        var size: Int { lanes.size }
        func hasRoom(for size: Int) -> Bool { lanes.hasRoom(for: size) }
        func next() -> UploadLanes<String>.Entry? { lanes.next() }
        func putBack(_ entry: UploadLanes<String>.Entry) { lanes.putBack(entry) }
        func end(_ entry: UploadLanes<String>.Entry) { lanes.end(entry) }

        func add(_ name: String, size: Int, client: UInt64?) -> Addition {
            let outcome = lanes.add(name, size: size, client: client)
            return Addition(isAdded: outcome.isAdded, evicted: outcome.evicted)
        }
    }

    private struct Addition: Equatable {
        var isAdded = true
        var evicted: [String] = []
    }

    private let lanes = Lanes()

    /// Takes and ends everything, each entry in `steps` turns.
    private func drain(steps: Int = 1) -> [String] {
        var order: [String] = []
        var done: [String: Int] = [:]
        while let entry = lanes.next() {
            order.append(entry.element)
            done[entry.element, default: 0] += 1
            if done[entry.element] == steps { lanes.end(entry) } else { lanes.putBack(entry) }
        }
        return order
    }

    @Test func clientsHaveTurns() {
        for name in ["a1", "a2", "a3"] { #expect(lanes.add(name, size: 1, client: 1).isAdded) }
        #expect(lanes.add("b1", size: 1, client: 2).isAdded)
        #expect(drain() == ["a1", "b1", "a2", "a3"])
        #expect(lanes.isEmpty && lanes.size == 0)
    }

    @Test func anUploadOfManyStepsWaitsForOthersBetweenThem() {
        #expect(lanes.add("a1", size: 1, client: 1).isAdded)
        #expect(lanes.add("a2", size: 1, client: 1).isAdded)
        #expect(lanes.add("b1", size: 1, client: 2).isAdded)
        #expect(drain(steps: 2) == ["a1", "b1", "a1", "b1", "a2", "a2"])
    }

    @Test func whoHasNoShareHasALaneOfItsOwn() {
        for name in ["p1", "p2"] { #expect(lanes.add(name, size: 1, client: nil).isAdded) }
        for name in ["a1", "a2"] { #expect(lanes.add(name, size: 1, client: 1).isAdded) }
        #expect(drain() == ["p1", "p2", "a1", "a2"])
        #expect(lanes.add("p3", size: 1, client: nil).isAdded)
        #expect(drain() == ["p3"])
    }

    @Test func whoHoldsMostGivesWay() {
        for name in ["a1", "a2", "a3"] { #expect(lanes.add(name, size: 30, client: 1).isAdded) }
        let outcome = lanes.add("b1", size: 30, client: 2)
        #expect(outcome.isAdded && outcome.evicted == ["a3"])
        #expect(lanes.size == 90)
        #expect(drain() == ["a1", "b1", "a2"])
    }

    @Test func nobodyGivesWayToWhoWouldHoldMore() {
        for name in ["a1", "a2"] { #expect(lanes.add(name, size: 50, client: 1).isAdded) }
        #expect(lanes.add("a3", size: 1, client: 1) == Addition(isAdded: false))
        #expect(lanes.add("b1", size: 100, client: 2) == Addition(isAdded: false))
        #expect(lanes.size == 100)
        #expect(drain() == ["a1", "a2"], "nothing goes in vain")
    }

    @Test func whatHasBegunStays() throws {
        #expect(lanes.add("a1", size: 90, client: 1).isAdded)
        var entry = try #require(lanes.next())
        entry.isBegun = true
        lanes.putBack(entry)
        #expect(lanes.add("b1", size: 20, client: 2) == Addition(isAdded: false))
        // Nor does what is being written at this moment.
        let taken = try #require(lanes.next())
        #expect(lanes.add("b1", size: 20, client: 2) == Addition(isAdded: false))
        lanes.end(taken)
        #expect(lanes.add("b1", size: 20, client: 2) == Addition())
    }

    @Test func oneThatIsLargerThanAllRoomComesAlone() throws {
        #expect(lanes.hasRoom(for: 1000))
        #expect(lanes.add("a1", size: 1000, client: 1).isAdded)
        #expect(!lanes.hasRoom(for: 1))
        #expect(lanes.add("b1", size: 10, client: 2) == Addition(evicted: ["a1"]))
        #expect(drain() == ["b1"])
    }

    /// The same numbers each time (Knuth's MMIX generator).
    private struct Sequence: RandomNumberGenerator {
        private var state: UInt64 = 1

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
    }

    /// Whatever comes and goes, what is counted is what is there.
    @Test func theCountIsExact() throws {
        var random = Sequence()
        var held: [String: Int] = [:]
        for number in 0..<2000 {
            if Bool.random(using: &random) {
                let name = "\(number)"
                let size = Int.random(in: 1...40, using: &random)
                let outcome = lanes.add(name, size: size, client: UInt64.random(in: 1...5, using: &random))
                if outcome.isAdded { held[name] = size }
                for element in outcome.evicted { #expect(held.removeValue(forKey: element) != nil) }
                #expect(outcome.isAdded || outcome.evicted.isEmpty)
            } else if let entry = lanes.next() {
                if Bool.random(using: &random) {
                    lanes.putBack(entry)
                } else {
                    lanes.end(entry)
                    held[entry.element] = nil
                }
            }
            try #require(lanes.size == held.values.reduce(0, +) && lanes.isEmpty == held.isEmpty)
        }
    }
}
