/// The read connections: a bounded set, lent to pool threads. Lend and return on any thread that may block; opened and
/// closed for all by the store writer.

internal import Platform

/// Read connections that stand ready.
///
/// One is opened when all are lent and there may be another. SQLite opens a database and its log one after the other, by
/// name: where the file is replaced between the two, a connection would read one database with the log of another. So a
/// new connection is looked at after its first query, and the writer leaves no file while one is being opened.
final class ReaderShelf: Sendable {
    private struct State {
        var idle: [Reader] = []
        var lent = 0
        /// Connections that are being opened.
        var openings = 0
        /// The file that the writer has open; `nil` when it has none.
        var file: FileStatus?
        /// Raised when the writer leaves a file: connections of an earlier generation belong to another one.
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
    ///
    /// - Returns: `nil` when the file that has the name is not the one that the writer has open: the writer has to look.
    func lend() throws(StoreError) -> Loan? {
        let place = state.waitUntil { state -> (reader: Reader?, file: FileStatus?, generation: Int)? in
            guard state.file != nil else { return (nil, nil, 0) }
            guard state.lent < limits.readConnectionsMax else { return nil }
            state.lent += 1
            let reader = state.idle.popLast()
            if reader == nil { state.openings += 1 }
            return (reader, state.file, state.generation)
        }
        guard let place else { preconditionFailure("a wait without a deadline ends with a value") }
        guard let file = place.file else { return nil }
        if let reader = place.reader { return Loan(reader: reader, generation: place.generation) }
        do throws(StoreError) {
            let reader = try open(file)
            let isCurrent = state.withLock { state in
                state.openings -= 1
                let isCurrent = reader != nil && state.generation == place.generation
                if !isCurrent { state.lent -= 1 }
                return isCurrent
            }
            state.broadcast()
            return isCurrent ? reader.map { Loan(reader: $0, generation: place.generation) } : nil
        } catch {
            state.withLock { state in
                state.openings -= 1
                state.lent -= 1
            }
            state.broadcast()
            throw error
        }
    }

    /// Opens a connection; `nil` when the name leads to another file by now.
    private func open(_ file: FileStatus) throws(StoreError) -> Reader? {
        do throws(StoreError) {
            let reader = try Reader(path: path, mode: .readOnly, limits: limits)
            try reader.look(until: Instant.now.advanced(by: limits.readDurationMax))
            guard !reader.isMoved, try isCurrent(file) else { return nil }
            return reader
        } catch {
            // Two databases that are read as one make errors of any kind.
            guard try isCurrent(file) else { return nil }
            throw error
        }
    }

    private func isCurrent(_ file: FileStatus) throws(StoreError) -> Bool {
        do throws(SystemError) {
            return try FileStatus.find(path)?.isSameFile(as: file) ?? false
        } catch {
            throw .cannotOpen(path: path, reason: SystemError.reason(error.code))
        }
    }

    /// Takes a connection back, to be closed when its file is not the current one any more.
    func giveBack(_ loan: Loan) {
        state.withLock { state in
            state.lent -= 1
            if loan.generation == state.generation { state.idle.append(loan.reader) }
        }
        state.broadcast()
    }

    /// Lets connections be opened of the file that the writer has opened.
    func admit(_ file: FileStatus?) {
        state.withLock { $0.file = file }
        state.broadcast()
    }

    /// Closes every connection that is not lent, and waits for those that are being opened; those that are lent close when
    /// they come back.
    func closeAll() {
        var closing = state.withLock { state in
            state.generation += 1
            state.file = nil
            defer { state.idle = [] }
            return state.idle
        }
        state.broadcast()
        // Here, outside the lock, the last references go.
        closing = []
        extendLifetime(closing)
        _ = state.waitUntil { $0.openings == 0 ? true : nil }
    }

    /// Closes every connection, unless one is lent or being opened.
    ///
    /// - Returns: false when one is: nothing is closed then.
    func closeUnlessLent() -> Bool {
        let closing = state.withLock { state -> [Reader]? in
            guard state.lent == 0, state.openings == 0 else { return nil }
            state.generation += 1
            state.file = nil
            defer { state.idle = [] }
            return state.idle
        }
        state.broadcast()
        return closing != nil
    }
}
