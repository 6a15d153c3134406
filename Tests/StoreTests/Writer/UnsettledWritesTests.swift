/// Writes that are kept in case the file is replaced, decided without a clock.

import Testing

@testable import Store

@Suite struct UnsettledWritesTests {
    private static func unsettled(sizeMax: Int = 1000) -> UnsettledWrites {
        var limits = StoreLimits()
        limits.unsettledDuration = .nanoseconds(100)
        limits.unsettledSizeMax = sizeMax
        return UnsettledWrites(limits)
    }

    private static func writes(_ names: String...) -> ArraySlice<StoreWrite> {
        names.map { StoreWrite(statements: [StoreStatement(sql: $0)], size: 10) { _ in } }[...]
    }

    private static func stored(_ count: Int) -> [Result<StoreOutcome, StoreError>] {
        Array(repeating: .success(StoreOutcome(lastInsertRowID: 1, changes: 1)), count: count)
    }

    private static func names(_ writes: [StoreWrite]) -> [String] { writes.map(\.first.sql) }

    @Test func whatACrowdWasAnsweredIsKeptForAMoment() {
        var unsettled = Self.unsettled()
        unsettled.add(Self.writes("a", "b"), Self.stored(2), isCrowd: true, time: 1000)
        unsettled.add(Self.writes("c"), Self.stored(1), isCrowd: false, time: 1050)
        unsettled.add(Self.writes("d", "e"), Self.stored(2), isCrowd: true, time: 1140)
        // The look at 1140 has settled what was answered at 1000.
        #expect(Self.names(unsettled.takeAll(answeredAfter: 1100)) == ["c", "d", "e"])
        #expect(unsettled.takeAll(answeredAfter: 0).isEmpty)
    }

    @Test func whatWasAnsweredLongBeforeTheMomentIsNotKept() {
        var unsettled = Self.unsettled()
        unsettled.add(Self.writes("a", "b"), Self.stored(2), isCrowd: true, time: 1000)
        #expect(unsettled.takeAll(answeredAfter: 1100).isEmpty)
    }

    @Test func aLoneClientsWritesAreNotKept() {
        var unsettled = Self.unsettled()
        unsettled.add(Self.writes("a"), Self.stored(1), isCrowd: false, time: 1000)
        #expect(unsettled.takeAll(answeredAfter: 0).isEmpty)
    }

    @Test func whatFailedIsNotKept() {
        var unsettled = Self.unsettled()
        let results = Self.stored(1) + [.failure(.rolledBack)]
        unsettled.add(Self.writes("a", "b"), results, isCrowd: true, time: 1000)
        #expect(Self.names(unsettled.takeAll(answeredAfter: 0)) == ["a"])
    }

    @Test func theOldestGoWhenTheyTakeTooMuch() {
        var unsettled = Self.unsettled(sizeMax: 30)
        unsettled.add(Self.writes("a", "b"), Self.stored(2), isCrowd: true, time: 1000)
        unsettled.add(Self.writes("c", "d"), Self.stored(2), isCrowd: true, time: 1001)
        #expect(Self.names(unsettled.takeAll(answeredAfter: 0)) == ["c", "d"])
    }

    @Test func aClockThatIsSetBackSettlesEverything() {
        var unsettled = Self.unsettled()
        unsettled.add(Self.writes("a", "b"), Self.stored(2), isCrowd: true, time: 1000)
        unsettled.settle(time: 500)
        #expect(unsettled.takeAll(answeredAfter: 0).isEmpty)
    }
}
