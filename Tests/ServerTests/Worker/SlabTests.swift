/// Slots that are used again, and keys that notice. Test threads.

import CompletionPort
import Testing

@testable import Server

@Suite struct SlabTests {
    @Test func whatWasPutInIsThereUnderItsKey() throws {
        var slab = try Slab<String>(capacity: 4)
        let first = try #require(insert("a", &slab))
        let second = try #require(insert("b", &slab))
        #expect(slab.count == 2)
        #expect(slab[Slot(first)] == "a")
        slab[Slot(second)] += "!"
        #expect(slab[Slot(second)] == "b!")
        #expect(slab.key(Slot(first)) == first)
    }

    @Test func slotsAreUsedAgainLastInFirstOut() throws {
        var slab = try Slab<Int>(capacity: 8)
        for number in 0..<5 { #expect(insert(number, &slab)?.slot == UInt32(number)) }
        for slot: Slot<Int> in [1, 3, 0] { slab.remove(slot) }
        #expect(insert(10, &slab)?.slot == 0)
        #expect(insert(11, &slab)?.slot == 3)
        #expect(insert(12, &slab)?.slot == 1)
        // Slots that were never touched come last: they cost memory.
        #expect(insert(13, &slab)?.slot == 5)
    }

    @Test func aKeyFitsOneLifeOfItsSlot() throws {
        var slab = try Slab<Int>(capacity: 1)
        var old: [CompletionKey] = []
        for life in 0..<1000 {
            let key = try #require(insert(life, &slab))
            #expect(slab.isCurrent(key) == true)
            for key in old.suffix(3) { #expect(slab.isCurrent(key) == false) }
            slab.remove(Slot(key))
            #expect(slab.isCurrent(key) == false)
            old.append(key)
        }
        #expect(Set(old.map(\.generation)).count == 1000)
    }

    @Test func aFullSlabTakesNothingMore() throws {
        var slab = try Slab<Int>(capacity: 3)
        for number in 0..<3 { _ = insert(number, &slab) }
        #expect(insert(3, &slab) == nil)
        #expect(slab.count == 3)
        slab.remove(1)
        #expect(insert(4, &slab)?.slot == 1)
        #expect(insert(5, &slab) == nil)
    }

    @Test func nothingLivesInSlotsThatWereNeverUsed() throws {
        let slab = try Slab<Int>(capacity: 3)
        for slot: Slot<Int> in [0, 2, 3, .null] {
            #expect(slab.contains(slot) == false)
            #expect(slab.isCurrent(CompletionKey(slot: slot.index, generation: 0)) == false)
        }
    }

    @Test func elementsAreReleasedWithTheirSlotOrWithTheSlab() throws {
        final class Element {}
        weak var removed: Element?
        weak var left: Element?
        do {
            var slab = try Slab<Element>(capacity: 2)
            do {
                let elements = (Element(), Element())
                (removed, left) = elements
                _ = slab.insert(elements.0)
                _ = slab.insert(elements.1)
            }
            slab.remove(0)
            #expect(removed == nil)
            #expect(left != nil)
        }
        #expect(left == nil)
    }

    @Test func everyOccupiedSlotIsListedOnce() throws {
        var slab = try Slab<Int>(capacity: 10)
        for number in 0..<10 { _ = insert(number, &slab) }
        for slot: Slot<Int> in [0, 4, 9] { slab.remove(slot) }
        #expect(slab.occupiedSlots == [1, 2, 3, 5, 6, 7, 8])
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func itBehavesLikeADictionaryOfKeys(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var slab = try Slab<Int>(capacity: 32)
        var model: [UInt32: (generation: UInt32, value: Int)] = [:]
        var gone: [CompletionKey] = []
        for step in 0..<20_000 {
            if random.below(2) == 0 {
                let key = insert(step, &slab)
                #expect((key == nil) == (model.count == 32))
                guard let key else { continue }
                #expect(model[key.slot] == nil)
                model[key.slot] = (key.generation, step)
            } else if let (slot, entry) = model.randomElement(using: &random) {
                #expect(slab[Slot(index: slot)] == entry.value)
                slab.remove(Slot(index: slot))
                model[slot] = nil
                gone.append(CompletionKey(slot: slot, generation: entry.generation))
            }
            #expect(slab.count == model.count)
            if let key = gone.randomElement(using: &random) { #expect(slab.isCurrent(key) == false) }
        }
        for (slot, entry) in model {
            #expect(slab.isCurrent(CompletionKey(slot: slot, generation: entry.generation)) == true)
        }
    }

    @Test func removingNothingTraps() async {
        await #expect(processExitsWith: .failure) {
            var slab = try Slab<Int>(capacity: 2)
            _ = slab.insert(1)
            slab.remove(0)
            slab.remove(0)
        }
    }

    /// Inserts outside of `#expect`, which can't hold a value that is not copied.
    private func insert<Element>(_ element: Element, _ slab: inout Slab<Element>) -> CompletionKey? {
        slab.insert(element).map { slab.key($0) }
    }
}
