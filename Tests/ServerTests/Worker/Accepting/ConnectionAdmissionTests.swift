/// Decisions about clients that come when there is no place left. Test threads.

import CompletionPort
import Platform
import Testing

@testable import Server

@Suite struct ConnectionAdmissionTests {
    private let holder = Shares.Account(slot: 3)
    private let start = Instant(nanoseconds: 1_000_000_000)

    private func key(_ slot: UInt32) -> CompletionKey { CompletionKey(slot: slot, generation: 1) }

    private let rooms = [ConnectionAdmission.Room.some, .full, .none]

    @Test func whoFindsAPlaceIsServed() {
        let admission = ConnectionAdmission()
        for shares in [Shares.Decision.take, .refuse, .giveBack(from: holder)] {
            for room in rooms { #expect(admission.decide(.own, shares, room: room, now: start) == .serve) }
        }
    }

    @Test func whereAnotherWorkerHasAPlaceNobodyWaitsOrGivesBack() {
        let admission = ConnectionAdmission()
        for shares in [Shares.Decision.take, .refuse, .giveBack(from: holder)] {
            for room in rooms {
                #expect(admission.decide(.peer(2), shares, room: room, now: start) == .handOver(to: 2))
            }
        }
    }

    @Test func anAddressThatHoldsFewerTakesAPlace() {
        let admission = ConnectionAdmission()
        for room in rooms {
            #expect(admission.decide(.none, .giveBack(from: holder), room: room, now: start) == .replace(holder))
        }
    }

    @Test func theAddressThatHoldsMostWaits() {
        var admission = ConnectionAdmission()
        #expect(admission.decide(.none, .refuse, room: .some, now: start) == .wait)
        // What was posted before accepting paused may still bring some.
        #expect(admission.pause(isFull: true, now: start) != nil)
        #expect(admission.decide(.none, .refuse, room: .full, now: start) == .wait)
    }

    /// It would keep the descriptor by which the client behind it comes, which may be another address's.
    @Test func whoWouldKeepTheLastDescriptorDoesNotWait() {
        var admission = ConnectionAdmission()
        #expect(admission.decide(.none, .refuse, room: .none, now: start) == .shed)
        let turn = admission.decide(.none, .refuse, room: .none, line: .giveBack(from: holder), now: start)
        #expect(turn == .takeTurn(of: holder))
        #expect(admission.decide(.none, .refuse, room: .some, elsewhere: 2, now: start) == .forward(to: 2))
        #expect(admission.pause(isFull: true, now: start) != nil)
        #expect(admission.decide(.none, .refuse, room: .none, now: start) == .shed)
    }

    @Test func thoseInTheBacklogAreReachedAfterAMoment() {
        var admission = ConnectionAdmission()
        let end = start.advanced(by: ConnectionAdmission.patience)
        #expect(admission.pause(isFull: true, now: start) == end)
        #expect(admission.pause(isFull: true, now: start.advanced(by: .milliseconds(400))) == end)
        #expect(!admission.isShedding(now: start))
        #expect(admission.pause(isFull: true, now: end) == nil)
        #expect(admission.isShedding(now: end))
        #expect(admission.decide(.none, .refuse, room: .full, now: end) == .shed)
        #expect(admission.decide(.none, .refuse, room: .some, now: end) == .wait)
    }

    /// All places are given up, and taken again: the next flood is the same one.
    @Test func itIsRememberedThatSomeHadToBeShed() {
        var admission = ConnectionAdmission()
        _ = admission.pause(isFull: true, now: start)
        var now = start.advanced(by: ConnectionAdmission.patience)
        #expect(admission.pause(isFull: true, now: now) == nil)
        for _ in 0..<20 {
            #expect(admission.pause(isFull: false, now: now) == nil)
            now = now.advanced(by: ConnectionAdmission.memory * 9 / 10)
            #expect(admission.pause(isFull: true, now: now) == nil, "no other pause")
            #expect(admission.decide(.none, .refuse, room: .full, now: now) == .shed)
        }
        // There has been room for a while.
        now = now.advanced(by: ConnectionAdmission.memory)
        #expect(!admission.isShedding(now: now))
        #expect(admission.pause(isFull: true, now: now) == now.advanced(by: ConnectionAdmission.patience))
    }

    /// Room for a moment before some had to be shed begins another pause.
    @Test func aPauseEndsWhenThereIsRoom() {
        var admission = ConnectionAdmission()
        _ = admission.pause(isFull: true, now: start)
        let later = start.advanced(by: ConnectionAdmission.patience)
        #expect(admission.pause(isFull: false, now: later) == nil)
        #expect(admission.pause(isFull: true, now: later) == later.advanced(by: ConnectionAdmission.patience))
    }

    @Test func whoHasWaitedLongestIsFirst() {
        var admission = ConnectionAdmission()
        for slot in [4, 9, 2] as [UInt32] { admission.append(key(slot)) }
        admission.remove(key(9))
        #expect(admission.waiting == [key(4), key(2)])
    }
}
