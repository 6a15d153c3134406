/// The choice of readers who give back what they are sent: of the address that is sent most, and as few as will do. Pure.

import CompletionPort
import FileLog
import Platform
import Testing

@testable import Server

@Suite struct ReaderHoldingsTests {
    /// Each client is refused for a moment without another look, also where several ask in turn.
    @Test func severalClientsAreRemembered() {
        var refusals = ReaderRefusals()
        let now = Instant(nanoseconds: 5_000_000_000)
        let clients = (1...UInt32(ReaderRefusals.countMax)).map { client($0) }
        for client in clients { refusals.note(client, now: now) }
        #expect(clients.allSatisfy { refusals.has($0, now: now) })
        #expect(!refusals.has(nil, now: now))
        #expect(!clients.contains { refusals.has($0, now: now.advanced(by: ReaderRefusals.memory)) })
        refusals.note(nil, now: now)
        #expect(refusals.has(nil, now: now) && !refusals.has(clients[0], now: now), "memory has a bound")
    }

    private func reader(
        _ slot: UInt32,
        _ address: UInt32,
        copy: UInt,
        size: Int = 1,
        due: UInt64,
        isEnding: Bool = false
    ) -> ReaderHoldings.Reader {
        ReaderHoldings.Reader(
            connection: CompletionKey(slot: slot, generation: 1),
            network: client(address),
            copy: copy,
            size: size,
            due: Instant(nanoseconds: due),
            isEnding: isEnding
        )
    }

    /// Address 0 has no share.
    private func client(_ address: UInt32) -> ClientNetwork? {
        address == 0 ? nil : ClientNetwork(RemoteAddress(ipv4: address, port: 1))
    }

    private func givers(_ readers: [ReaderHoldings.Reader], _ address: UInt32, wants: Int = 1) -> [UInt32]? {
        ReaderHoldings(readers).givers(for: client(address), wants: wants)?.map(\.slot)
    }

    @Test func theReaderOfTheAddressWithMostThatHasTakenNothingForLongestGivesBack() {
        let readers = [
            reader(1, 7, copy: 1, due: 30), reader(2, 7, copy: 2, due: 20), reader(3, 7, copy: 3, due: 40),
            reader(4, 8, copy: 4, due: 1), reader(5, 0, copy: 5, due: 0), reader(6, 0, copy: 6, due: 0),
        ]
        #expect(givers(readers, 9) == [2])
        #expect(givers(readers, 8) == [2])
        #expect(givers(readers, 0) == [2])
        #expect(givers(readers, 7) == nil, "it has most itself")
    }

    @Test func nobodyGivesBackForWhoWouldHaveAsMuch() {
        let readers = [
            reader(1, 7, copy: 1, due: 1), reader(2, 7, copy: 2, due: 2), reader(3, 8, copy: 3, due: 3),
        ]
        #expect(givers(readers, 8) == nil)
        #expect(givers(readers, 9) == [1])
        // What is sent to many is one copy, and who is sent a single one keeps it.
        #expect(givers((0..<9).map { reader($0, 7, copy: 1, due: 1) }, 9) == nil)
        #expect(givers([reader(1, 7, copy: 1, size: 50, due: 1)], 9) == nil)
        #expect(givers([], 9) == nil)
    }

    @Test func asManyGiveBackAsAreWantedAndNoMore() {
        let readers = (0..<10).map { reader($0, 7, copy: UInt($0), size: 10, due: UInt64(100 - $0)) }
        #expect(givers(readers, 9, wants: 25) == [9, 8, 7])
        #expect(givers(readers, 9, wants: 30) == [9, 8, 7])
        // It keeps about as much as the other will have.
        #expect(givers(readers, 9, wants: 80) == [9, 8])
        #expect(givers(readers, 9, wants: 100) == nil)
    }

    @Test func aCopyThatAnotherAddressIsSentTooIsGivenBackLast() {
        let shared = [reader(1, 7, copy: 1, due: 1), reader(2, 8, copy: 1, due: 1), reader(3, 7, copy: 2, due: 9)]
        #expect(givers(shared + [reader(4, 7, copy: 3, due: 8)], 9) == [4])
        // Those without a share are sent it as well.
        let unshared = [reader(1, 7, copy: 1, due: 1), reader(2, 0, copy: 1, due: 1), reader(3, 7, copy: 2, due: 9)]
        #expect(givers(unshared, 9) == [3])
        // All copies are: its readers end, and the other's the next time.
        let all = [1, 2, 3].flatMap { (copy: UInt32) in
            [reader(copy, 7, copy: UInt(copy), due: 1), reader(copy + 10, 8, copy: UInt(copy), due: 1)]
        }
        #expect(givers(all, 9)?.count == 1)
    }

    /// One reader that takes what it is sent keeps the copy for those who don't.
    @Test func allReadersOfACopyEndTogether() {
        let readers = [
            reader(1, 7, copy: 1, due: 1), reader(2, 7, copy: 1, due: 90), reader(3, 7, copy: 2, due: 40),
            reader(4, 7, copy: 2, due: 50), reader(5, 7, copy: 3, due: 60),
        ]
        #expect(givers(readers, 9).map(Set.init) == [3, 4])
    }

    @Test func nobodyElseEndsForWhatIsAboutToBeFree() {
        let readers = (0..<5).map { reader($0, 7, copy: UInt($0), size: 10, due: UInt64(10 + $0), isEnding: $0 < 2) }
        #expect(givers(readers, 9, wants: 20) == [])
        #expect(givers(readers, 7, wants: 20) == [])
        #expect(givers(readers, 9, wants: 21) == [2])
        #expect(givers(readers, 9, wants: 30) == nil, "it would have as much")
        let many = (0..<9).map { reader($0, 7, copy: UInt($0), size: 10, due: UInt64(10 + $0), isEnding: $0 < 2) }
        #expect(givers(many, 9, wants: 25) == [2])
        // A copy that is sent to somebody who stays is not free.
        #expect(givers(many + [reader(20, 8, copy: 0, size: 10, due: 1)], 9, wants: 20) == [2])
    }
}
