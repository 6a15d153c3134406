/// Decisions about clients that come when there is no place left. Test threads.

import CompletionPort
import Platform
import Testing

@testable import Server

@Suite struct ConnectionAdmissionTests {
    private let holder = Shares.Account(slot: 3)
    private let start = Instant(nanoseconds: 1_000_000_000)

    private func key(_ slot: UInt32) -> CompletionKey { CompletionKey(slot: slot, generation: 1) }

    @Test func whoFindsAPlaceIsServed() {
        let admission = ConnectionAdmission()
        for shares in [Shares.Decision.take, .refuse, .giveBack(from: holder)] {
            #expect(admission.decide(.own, shares, isFull: true) == .serve)
        }
    }

    @Test func whereAnotherWorkerHasAPlaceNobodyWaitsOrGivesBack() {
        let admission = ConnectionAdmission()
        for shares in [Shares.Decision.take, .refuse, .giveBack(from: holder)] {
            #expect(admission.decide(.peer(2), shares, isFull: true) == .handOver(to: 2))
        }
    }

    @Test func anAddressThatHoldsFewerTakesAPlace() {
        let admission = ConnectionAdmission()
        for isFull in [false, true] {
            #expect(admission.decide(.none, .giveBack(from: holder), isFull: isFull) == .replace(holder))
        }
    }

    @Test func theAddressThatHoldsMostWaits() {
        var admission = ConnectionAdmission()
        #expect(admission.decide(.none, .refuse, isFull: false) == .wait)
        // What was posted before accepting paused may still bring some.
        #expect(admission.pause(isFull: true, now: start) != nil)
        #expect(admission.decide(.none, .refuse, isFull: true) == .wait)
    }

    @Test func thoseInTheBacklogAreReachedAfterAMoment() {
        var admission = ConnectionAdmission()
        let end = start.advanced(by: ConnectionAdmission.patience)
        #expect(admission.pause(isFull: true, now: start) == end)
        #expect(admission.pause(isFull: true, now: start.advanced(by: .milliseconds(400))) == end)
        #expect(!admission.isShedding)
        #expect(admission.pause(isFull: true, now: end) == nil)
        #expect(admission.decide(.none, .refuse, isFull: true) == .shed)
        #expect(admission.decide(.none, .refuse, isFull: false) == .wait)
        admission.append(key(4))
        #expect(admission.pause(isFull: false, now: end) == nil)
        #expect(admission.isShedding, "one place that is free for a moment begins no other pause")
        admission.remove(key(4))
        // Nobody waits, and later as many as may.
        #expect(admission.pause(isFull: false, now: end) == nil)
        #expect(!admission.isShedding)
        #expect(admission.pause(isFull: true, now: end) == end.advanced(by: ConnectionAdmission.patience))
    }

    @Test func whoHasWaitedLongestIsFirst() {
        var admission = ConnectionAdmission()
        for slot in [4, 9, 2] as [UInt32] { admission.append(key(slot)) }
        admission.remove(key(9))
        #expect(admission.waiting == [key(4), key(2)])
    }
}
