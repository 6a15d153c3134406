/// The choice of readers who give back what they are sent: of the address that is sent most, and as few as will do. Pure.

import CompletionPort
import FileLog
import Platform
import Testing

@testable import Server

@Suite struct ReaderHoldingsTests {
    /// The one that holds least is first, however many came before; one that waits again stays before those who came later.
    @Test func thoseWhoHoldLeastHaveTheirTurnFirst() {
        var waiters = RoomWaiters<Int>()
        for (key, rank) in [(1, 5), (2, 5), (3, 0), (4, 7), (5, 0)] { waiters.insert(key, rank: rank) }
        #expect(waiters.takeFirst() == 3)
        waiters.isResuming = true
        waiters.insert(3, rank: 0)
        waiters.isResuming = false
        #expect((0..<5).map { _ in waiters.takeFirst() } == [3, 5, 1, 2, 4])
        #expect(waiters.isEmpty && waiters.takeFirst() == nil)
    }

    /// Looks take a tenth of the worker's time at most.
    @Test func aLookThatTookLongIsFollowedByALongPause() {
        let now = Instant(nanoseconds: 5_000_000_000)
        let holdings = ReaderHoldings([
            reader(1, 1, copy: 1, size: 10, due: 1), reader(2, 1, copy: 1, size: 10, due: 1),
            reader(3, 1, copy: 2, size: 5, due: 1), reader(4, 2, copy: 3, size: 1, due: 1, isEnding: true),
        ])
        let short = ReaderLook(holdings.sizes, took: .milliseconds(1), now: now)
        #expect(short.next == now.advanced(by: ReaderLook.interval))
        #expect(
            ReaderLook(holdings.sizes, took: .milliseconds(30), now: now).next == now.advanced(by: .milliseconds(300))
        )
        #expect(
            [client(1), client(2), nil].map(short.held) == [15, 0, 0],
            "each copy counts once, and none that is ending"
        )
        #expect([client(1), client(2), nil].map(short.isMost) == [true, false, false])
        #expect(ReaderLook().next < now && !ReaderLook().isMost(nil), "there was no look")
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
