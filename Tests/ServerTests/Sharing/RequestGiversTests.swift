/// The order in which requests give something back. Test threads.

import CompletionPort
import Platform
import Testing

@testable import Server

@Suite struct RequestGiversTests {
    private func key(_ slot: UInt32) -> CompletionKey { CompletionKey(slot: slot, generation: 0) }

    private func order(_ considered: [(UInt32, RequestGivers.Standing, UInt64)]) -> [UInt32] {
        var givers = RequestGivers()
        for (slot, standing, since) in considered {
            givers.consider(key(slot), standing, since: Instant(nanoseconds: since))
        }
        return givers.inOrder.map(\.exchange.slot)
    }

    @Test func whatWaitsGivesBackBeforeWhatIsUnderWay() {
        let standings = RequestGivers.Standing.allCases
        #expect(
            standings == [.arrivingBehind, .arriving, .waitingCall, .answerBehind, .leaving, .runningCall]
        )
        let considered = zip(0..., standings).map { (UInt32($0), $1, UInt64(7)) }
        #expect(order(considered.reversed()) == [0, 1, 2, 3, 4, 5])
        #expect(order([]) == [])
    }

    @Test(arguments: [RequestGivers.Standing.arrivingBehind, .arriving, .waitingCall, .answerBehind])
    func whoCameLastLosesLeast(standing: RequestGivers.Standing) {
        #expect(order([(1, standing, 20), (2, standing, 30), (3, standing, 10)]) == [2])
    }

    @Test(arguments: [RequestGivers.Standing.leaving, .runningCall])
    func theSlowestBeganFirst(standing: RequestGivers.Standing) {
        #expect(order([(1, standing, 20), (2, standing, 30), (3, standing, 10)]) == [3])
    }

    @Test func aCallIsAskedTwice() {
        let calls: [(UInt32, UInt64)] = [(1, 20), (2, 30), (3, 10)]
        let considered = calls.flatMap {
            [($0, RequestGivers.Standing.waitingCall, $1), ($0, RequestGivers.Standing.runningCall, $1)]
        }
        #expect(order(considered) == [2, 3])
    }
}
