/// The order in which connections give their places back. Test threads.

import Platform
import Testing

@testable import Server

@Suite struct ConnectionGiversTests {
    private func best(_ considered: [(ConnectionSlot, ConnectionGivers.Standing, UInt64)]) -> ConnectionSlot? {
        var givers = ConnectionGivers()
        for (slot, standing, deadline) in considered {
            givers.consider(slot, standing, deadline: Instant(nanoseconds: deadline))
        }
        return givers.best?.slot
    }

    @Test func whatHasEndedGivesBackBeforeWhatIsIdleAndThatBeforeWhatIsBusy() {
        #expect(ConnectionGivers.Standing.allCases == [.lingering, .idle, .busy])
        #expect(best([]) == nil)
        #expect(best([(1, .busy, 5)]) == 1)
        #expect(best([(1, .busy, 5), (2, .idle, 9)]) == 2)
        #expect(best([(2, .idle, 9), (1, .busy, 5), (3, .lingering, 99)]) == 3)
    }

    @Test(arguments: ConnectionGivers.Standing.allCases)
    func ofAKindItIsTheOneWhoseDeadlineComesFirst(standing: ConnectionGivers.Standing) {
        #expect(best([(1, standing, 20), (2, standing, 10), (3, standing, 30)]) == 2)
    }
}
