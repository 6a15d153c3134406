/// When a worker waits for many packets. Test threads.

import CompletionPort
import Testing

@Suite struct GatheringTests {
    /// How often one waits for many in so many turns.
    private func waits(_ gathering: inout Gathering, turns: Int, requests: (Gathering.Wait) -> Int) -> Int {
        var wait = Gathering.Wait.one
        var count = 0
        for _ in 0..<turns {
            wait = gathering.wait(after: requests(wait))
            if wait == .many { count += 1 }
        }
        return count
    }

    @Test(arguments: [0, 1, 7]) func littleToDoIsDoneAtOnce(requests: Int) {
        var gathering = Gathering()
        #expect(waits(&gathering, turns: 1000) { _ in requests } == 0)
    }

    @Test(arguments: [8, 9, 1000]) func whereThereIsMuchToDoEachTurnWaitsForMany(requests: Int) {
        var gathering = Gathering()
        #expect(waits(&gathering, turns: 1000) { _ in requests } == 1000)
    }

    @Test func waitsInVainBecomeRare() {
        var gathering = Gathering()
        // Busy, but for the moment that is waited.
        let inVain = { (wait: Gathering.Wait) in wait == .many ? 3 : 20 }
        _ = waits(&gathering, turns: 10_000, requests: inVain)
        #expect(waits(&gathering, turns: 10_000, requests: inVain) <= 10_000 / 256)
    }

    @Test func afterThatItIsSoonAsBefore() {
        var gathering = Gathering()
        _ = waits(&gathering, turns: 10_000) { $0 == .many ? 3 : 20 }
        _ = waits(&gathering, turns: 1000) { _ in 20 }
        #expect(waits(&gathering, turns: 1000) { _ in 20 } == 1000)
    }
}
