/// Entries and their watches, when files have several names. Pure, any thread.

import Testing

@testable import Server

@Suite struct WatchTableTests {
    @Test func aWatchIsOverWithTheLastOfItsEntries() {
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0]] as [[FileSlot]] {
            var table = WatchTable(capacity: 8)
            for slot in [0, 1, 2] as [FileSlot] { table.add(slot, 7) }
            table.add(5, 9)
            #expect(Set(table.slots(of: 7)) == [0, 1, 2])
            #expect(table.remove(order[0]) == nil)
            #expect(table.remove(order[1]) == nil)
            #expect(table.slots(of: 7) == [order[2]])
            #expect(table.remove(order[2]) == 7)
            #expect(table.slots(of: 7) == [])
            #expect(table.slots(of: 9) == [5])
        }
    }

    @Test func anEntryWithoutAWatchIsForgottenWithoutOne() {
        var table = WatchTable(capacity: 2)
        #expect(table.remove(1) == nil)
        table.add(1, 0)
        #expect(table.isWatched(1) && table.contains(0))
        #expect(table.remove(1) == 0)
        #expect(table.remove(1) == nil)
        #expect(!table.isWatched(1) && table.count == 0)
    }

    /// Against a table that is a dictionary.
    @Test func whateverIsAddedAndRemovedEachWatchHasItsEntries() {
        var table = WatchTable(capacity: 64)
        var model: [FileSlot: Int32] = [:]
        var random = SplitMix(seed: 3)
        for _ in 0..<20_000 {
            let slot = FileSlot(index: UInt32(random.below(64)))
            if let watch = model[slot] {
                model[slot] = nil
                #expect(table.remove(slot) == (model.values.contains(watch) ? nil : watch))
            } else {
                let watch = Int32(random.below(9))
                model[slot] = watch
                table.add(slot, watch)
            }
            let watch = Int32(random.below(9))
            #expect(Set(table.slots(of: watch)) == Set(model.filter { $0.value == watch }.keys))
        }
        #expect(table.count == Set(model.values).count)
    }
}
