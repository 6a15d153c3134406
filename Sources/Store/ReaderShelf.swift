/// The read connections: a bounded set, lent to pool threads. Lend and return on any thread that may block.

internal import Platform

/// Read connections that stand ready.
///
/// One is opened when all are lent and there may be another.
final class ReaderShelf: Sendable {
    private struct State {
        var idle: [Reader] = []
        var lent = 0
        /// Which file the connections belong to: raised when it was moved away, and at the end.
        var generation = 0
    }

    /// A connection and the generation it belongs to.
    struct Loan {
        let reader: Reader
        let generation: Int
    }

    private let state = Monitor(State())
    private let path: String
    private let limits: StoreLimits

    init(path: String, limits: StoreLimits) {
        self.path = path
        self.limits = limits
    }

    /// Lends a connection, waiting for one when all are lent.
    func lend() throws(StoreError) -> Loan {
        let loan = state.waitUntil { state -> (reader: Reader?, generation: Int)? in
            guard state.lent < limits.readConnectionsMax else { return nil }
            state.lent += 1
            return (state.idle.popLast(), state.generation)
        }
        guard let loan else { preconditionFailure("a wait without a deadline ends with a value") }
        if let reader = loan.reader { return Loan(reader: reader, generation: loan.generation) }
        do throws(StoreError) {
            let reader = try Reader(path: path, mode: .readOnly, limits: limits)
            return Loan(reader: reader, generation: loan.generation)
        } catch {
            state.withLock { $0.lent -= 1 }
            state.signal()
            throw error
        }
    }

    /// Takes a connection back, to be closed when its file is not the current one any more.
    func giveBack(_ loan: Loan) {
        state.withLock { state in
            state.lent -= 1
            if loan.generation == state.generation { state.idle.append(loan.reader) }
        }
        state.signal()
    }

    /// Closes every connection that is not lent; those that are lent close when they come back.
    func closeAll() {
        let closing = state.withLock { state in
            state.generation += 1
            defer { state.idle = [] }
            return state.idle
        }
        // Here, outside the lock, the last references go.
        _ = consume closing
    }
}
