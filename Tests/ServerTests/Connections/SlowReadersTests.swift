/// The choice of readers that give output blocks back when these run out. Test threads.

import CompletionPort
import FileLog
import Platform
import Testing

@testable import Server

@Suite struct SlowReadersTests {
    private static func network(_ number: UInt32) -> ClientNetwork? {
        ClientNetwork(RemoteAddress(ipv4: 0x7F00_0000 + number, port: 1000))
    }

    /// A reader that takes so many bytes a second.
    private struct Taker {
        let slot: UInt32
        let address: UInt32
        let speed: UInt64
        var began = 0
    }

    /// The slots that are ended by looks in these seconds.
    private func ended(_ takers: [Taker], seconds: ClosedRange<Int>, wanted: Int) -> [Int: [UInt32]] {
        var readers = SlowReaders()
        var ended: [Int: [UInt32]] = [:]
        var left = takers
        for second in seconds {
            let now = Instant(nanoseconds: UInt64(second + 1) * 1_000_000_000)
            let present = left.filter { $0.began <= second }.map {
                SlowReaders.Reader(
                    connection: CompletionKey(slot: $0.slot, generation: 1),
                    network: $0.address == 0 ? nil : Self.network($0.address),
                    taken: $0.speed * UInt64(second - $0.began)
                )
            }
            let slots = readers.look(present, wanted: wanted, now: now).map(\.slot)
            guard !slots.isEmpty else { continue }
            ended[second] = slots
            left.removeAll { slots.contains($0.slot) }
        }
        return ended
    }

    @Test func theSlowestOfTheAddressThatHasMostIsEnded() {
        let takers =
            (1...6).map { Taker(slot: $0, address: 1, speed: UInt64(100 - $0)) }
            + (11...12).map { Taker(slot: $0, address: 2, speed: 1) }
        #expect(ended(takers, seconds: 0...10, wanted: 1) == [10: [6]])
        #expect(ended(takers, seconds: 0...11, wanted: 1) == [10: [6], 11: [5]])
    }

    @Test func noneIsEndedThatBeganWithinTenSeconds() {
        let takers = (1...6).map { Taker(slot: $0, address: 1, speed: UInt64($0), began: $0 == 1 ? 5 : 0) }
        #expect(ended(takers, seconds: 0...9, wanted: 3) == [:])
        #expect(ended(takers, seconds: 0...10, wanted: 1) == [10: [2]], "the slowest began later")
    }

    /// Bytes that a client took before these ten seconds count for nothing.
    @Test func aReaderThatHasBecomeSlowIsSlow() {
        var readers = SlowReaders()
        var ended: [UInt32] = []
        for second in 0..<25 {
            let present = [
                SlowReaders.Reader(
                    connection: CompletionKey(slot: 1, generation: 1),
                    network: Self.network(1),
                    taken: UInt64(10 * second)
                ),
                SlowReaders.Reader(
                    connection: CompletionKey(slot: 2, generation: 1),
                    network: Self.network(1),
                    taken: UInt64(1000 * min(second, 8))
                ),
            ]
            let now = Instant(nanoseconds: UInt64(second) * 1_000_000_000)
            ended = readers.look(present, wanted: second == 24 ? 1 : 0, now: now).map(\.slot)
        }
        #expect(ended == [2])
    }

    @Test func anAddressGivesBackNoMoreThanItHasBeyondTheNext() {
        let takers =
            (1...5).map { Taker(slot: $0, address: 1, speed: UInt64($0)) }
            + (11...13).map { Taker(slot: $0, address: 2, speed: 1) }
        #expect(ended(takers, seconds: 0...10, wanted: 100) == [10: [1, 2]])
    }

    /// The kernel may say nothing any longer of what a client has taken.
    @Test func aConnectionThatHasBrokenIsTheSlowest() {
        var readers = SlowReaders()
        var ended: [UInt32] = []
        for second in 0...10 {
            let present = [UInt64(second == 10 ? 0 : 500), UInt64(100 + second)].enumerated().map { index, taken in
                SlowReaders.Reader(
                    connection: CompletionKey(slot: UInt32(index), generation: 1),
                    network: Self.network(1),
                    taken: taken
                )
            }
            ended = readers.look(present, wanted: 1, now: Instant(nanoseconds: UInt64(second))).map(\.slot)
        }
        #expect(ended == [0])
    }

    /// A proxy's connections speak for many.
    @Test func whoHasNoAddressIsLeftAlone() {
        let takers = (1...5).map { Taker(slot: $0, address: 0, speed: 0) } + [Taker(slot: 9, address: 1, speed: 50)]
        #expect(ended(takers, seconds: 0...10, wanted: 2) == [10: [9]])
        #expect(ended(Array(takers.dropLast()), seconds: 0...20, wanted: 2) == [:])
    }

    @Test func aSlotThatIsUsedAgainIsAnotherReader() {
        var readers = SlowReaders()
        for second in 0..<20 {
            let key = CompletionKey(slot: 1, generation: second < 10 ? 1 : 2)
            let reader = SlowReaders.Reader(connection: key, network: Self.network(1), taken: 0)
            let now = Instant(nanoseconds: UInt64(second) * 1_000_000_000)
            let ended = readers.look([reader], wanted: 1, now: now)
            #expect(ended.isEmpty)
        }
    }

    @Test func theAddressThatHasMostIsKnownUntilThereAreBlocksEnough() {
        var readers = SlowReaders()
        let present = [1, 2, 2].enumerated().map { index, address in
            SlowReaders.Reader(
                connection: CompletionKey(slot: UInt32(index), generation: 1),
                network: Self.network(address),
                taken: 0
            )
        }
        _ = readers.look(present, wanted: 0, now: Instant(nanoseconds: 5))
        #expect(readers.greediest == Self.network(2))
        readers.forget()
        #expect(readers.greediest == nil)
    }
}
