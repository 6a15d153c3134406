/// Places that workers take of each other. Test threads.

import Platform
import Testing

@testable import Server

@Suite struct WorkerLoadTests {
    @Test func noMorePlacesAreTakenThanThereAre() {
        let load = WorkerLoad()
        #expect(load.take(below: 2, isOwn: true) && load.take(below: 2, isOwn: false))
        #expect(!load.take(below: 2, isOwn: true) && !load.take(below: 2, isOwn: false))
        #expect(!load.hasPlace(below: 2))
        // One that makes another end is beyond the limit for a moment.
        load.add()
        load.remove()
        #expect(!load.take(below: 2, isOwn: true))
        load.remove()
        #expect(load.hasPlace(below: 2) && load.take(below: 2, isOwn: false))
        #expect(load.count == 2)
    }

    @Test func twoNeverGetTheSamePlace() throws {
        let load = WorkerLoad()
        let taken = Monitor(0)
        let threads = try (0..<4).map { number in
            try NamedThread(name: "taker-\(number)") {
                var count = 0
                for _ in 0..<1000 where load.take(below: 1500, isOwn: number == 0) { count += 1 }
                taken.withLock { $0 += count }
            }
        }
        for thread in threads { thread.join() }
        #expect(taken.withLock { $0 } == 1500)
        #expect(load.count == 1500)
    }

    /// A worker that has drained gets no client any longer, and knows of those that are on their way.
    @Test func aClosedLoadGivesPlacesOnlyToItsOwn() {
        let load = WorkerLoad()
        #expect(load.take(below: 3, isOwn: false))
        load.close()
        #expect(load.count == 1)
        #expect(!load.hasPlace(below: 3) && !load.take(below: 3, isOwn: false))
        #expect(load.take(below: 3, isOwn: true))
        load.remove()
        load.remove()
        #expect(load.count == 0)
    }

    @Test func whoWantsAPlaceIsToldOnce() {
        let load = WorkerLoad()
        #expect(!load.takeWantsPlace())
        load.wantPlace()
        #expect(load.takeWantsPlace())
        #expect(!load.takeWantsPlace())
    }
}
