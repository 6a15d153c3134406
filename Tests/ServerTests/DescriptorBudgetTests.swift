/// Descriptors for sockets and files, and the few beyond those that show who comes. Test threads.

import Testing

@testable import Server

@Suite struct DescriptorBudgetTests {
    @Test func theReserveIsTouchedOnlyToSeeWhoComes() {
        // A quarter is the reserve, and half of that is spare.
        let budget = DescriptorBudget(limit: 80, open: 20)
        for _ in 0..<40 { #expect(budget.take()) }
        #expect(!budget.hasRoom(besides: 0) && budget.hasRoom(besides: 1))
        #expect(!budget.take())
        for _ in 0..<9 { #expect(budget.takeSpare()) }
        #expect(!budget.hasRoom(besides: 9) && budget.hasRoom(besides: 10))
        #expect(budget.isSpent, "one is left for the one behind")
        #expect(budget.takeSpare())
        #expect(!budget.takeSpare())
        #expect(!budget.take())
        for _ in 0..<10 { budget.giveBack() }
        #expect(!budget.hasRoom(besides: 0) && !budget.isSpent)
        #expect(!budget.take())
        budget.giveBack()
        #expect(budget.take())
    }
}
