/// Descriptors for sockets and files, and the few beyond those that show who comes. Test threads.

import Testing

@testable import Server

@Suite struct DescriptorBudgetTests {
    @Test func theReserveIsTouchedOnlyToSeeWhoComes() {
        // A quarter is the reserve, and half of that is spare.
        let budget = DescriptorBudget(limit: 80, open: 20, looks: 2)
        for _ in 0..<40 { #expect(budget.take()) }
        #expect(!budget.take())
        // One is to show who comes, comes, and waits.
        #expect(budget.takeSpare())
        #expect(!budget.hasRoom(besides: 0))
        budget.endWaiting()
        #expect(!budget.hasRoom(besides: 1), "it has none of its own")
        #expect(budget.hasSpare(besides: 1))
        budget.beginWaiting()
        #expect(!budget.hasRoom(besides: 0))
        // Somebody's is free, whatever else waits.
        #expect(budget.takeSpare())
        budget.giveBack()
        #expect(budget.hasRoom(besides: 0))
        budget.endWaiting()
        #expect(!budget.hasRoom(besides: 0))
    }

    @Test func clientsThatWaitLeaveOneForEachLook() {
        let budget = DescriptorBudget(limit: 80, open: 20, looks: 2)
        for _ in 0..<40 { #expect(budget.take()) }
        for _ in 0..<8 {
            #expect(budget.hasSpare(besides: 0))
            #expect(budget.takeSpare())
            #expect(budget.hasSpare(besides: 1))
        }
        #expect(!budget.hasSpare(besides: 0))
        #expect(budget.takeSpare())
        #expect(!budget.hasSpare(besides: 1), "whoever comes by it can't wait")
        #expect(budget.takeSpare())
        #expect(!budget.takeSpare())
        #expect(!budget.take())
    }
}
