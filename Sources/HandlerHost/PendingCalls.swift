/// The open calls by their tokens. Any thread: a lock is held for a few loads and stores.

internal import CHandlerABI
internal import Platform

/// A bounded table of the calls that handlers have been given and have not completed.
///
/// A token is a slot's index and the slot's generation at the time. Whoever completes a call takes it out of its slot,
/// which moves the generation on: the second of two completions, one after a cancellation and one with an invented token
/// all find another generation than theirs, and nothing else.
final class PendingCalls: Sendable {
    enum Opening: Equatable {
        case opened(ringport_token)
        /// The server has stopped waiting before the call began.
        case cancelled
        case full
    }

    fileprivate struct Slot {
        /// Starts at 1, so that no token is 0.
        var generation: UInt32 = 1
        var call: HandlerCall?
        /// The next free slot, when this one is free; -1 ends the list.
        var nextFree: Int
    }

    fileprivate struct State {
        var slots: [Slot]
        var firstFree = 0
        var statistics = HandlerStatistics()
    }

    private let state: Monitor<State>

    init(callsMax: Int) {
        precondition(callsMax >= 1 && callsMax <= Int(UInt32.max), "a token has 32 bits for the slot")
        state = Monitor(State(slots: (0..<callsMax).map { Slot(nextFree: $0 + 1 == callsMax ? -1 : $0 + 1) }))
    }

    var statistics: HandlerStatistics { state.withLock { $0.statistics } }

    /// Gives a call its token.
    func open(_ call: HandlerCall) -> Opening {
        state.withLock { state in
            precondition(call.token == 0, "a call is opened once")
            guard !call.isCancelled else { return .cancelled }
            let index = state.firstFree
            guard index >= 0 else {
                state.statistics.callsShed += 1
                return .full
            }
            state.firstFree = state.slots[index].nextFree
            state.slots[index].call = call
            call.token = UInt64(state.slots[index].generation) << 32 | UInt64(index)
            state.statistics.calls += 1
            state.statistics.callsOpen += 1
            state.statistics.callsOpenPeak = max(state.statistics.callsOpenPeak, state.statistics.callsOpen)
            return .opened(call.token)
        }
    }

    /// Takes the call that is to be completed out of the table.
    ///
    /// - Returns: `nil` for a token that names no open call, which is counted.
    func complete(_ token: ringport_token) -> HandlerCall? {
        state.withLock { state in
            let call = state.take(token)
            if call == nil { state.statistics.completionsLate += 1 }
            return call
        }
    }

    /// Takes a call out if it is still there, which may well not be.
    func takeIfOpen(_ token: ringport_token) -> HandlerCall? {
        state.withLock { $0.take(token) }
    }

    /// True when the token names an open call.
    func isOpen(_ token: ringport_token) -> Bool {
        state.withLock { $0.index(token) != nil }
    }

    /// The open call that a token names; `nil` for one that has ended.
    func find(_ token: ringport_token) -> HandlerCall? {
        state.withLock { state in
            state.index(token).flatMap { state.slots[$0].call }
        }
    }

    /// Stops waiting for a call, whether it has begun or not.
    ///
    /// - Returns: false when it has been completed, or is just being.
    func cancel(_ call: HandlerCall) -> Bool {
        state.withLock { state in
            guard !call.isCancelled else { return false }
            if call.token != 0, state.take(call.token) == nil { return false }
            call.isCancelled = true
            state.statistics.callsCancelled += 1
            return true
        }
    }

    /// Stops waiting for a call that has not begun.
    ///
    /// - Returns: false when it has begun, or nobody waits for it any more.
    func withdraw(_ call: HandlerCall) -> Bool {
        state.withLock { state in
            guard !call.isCancelled, call.token == 0 else { return false }
            call.isCancelled = true
            state.statistics.callsCancelled += 1
            return true
        }
    }

    /// Takes all open calls out.
    func cancelAll() -> [HandlerCall] {
        state.withLock { state in
            let calls = state.slots.compactMap(\.call)
            for call in calls { _ = state.take(call.token) }
            state.statistics.callsCancelled += calls.count
            return calls
        }
    }
}

extension PendingCalls.State {
    fileprivate func index(_ token: ringport_token) -> Int? {
        let index = Int(truncatingIfNeeded: token & 0xffff_ffff)
        guard index < slots.count, slots[index].call != nil, UInt64(slots[index].generation) == token >> 32 else {
            return nil
        }
        return index
    }

    fileprivate mutating func take(_ token: ringport_token) -> HandlerCall? {
        guard let index = index(token) else { return nil }
        let call = slots[index].call.take()
        let generation = slots[index].generation &+ 1
        slots[index].generation = generation == 0 ? 1 : generation
        slots[index].nextFree = firstFree
        firstFree = index
        statistics.callsOpen -= 1
        return call
    }
}
