/// File operations under way, by the numbers of their jobs. A value; the worker that owns the port.

internal import Platform

/// The operation behind each job, and the moment at which it is given up.
struct FileOperations {
    @safe struct Pending {
        let operation: Operation
        let key: CompletionKey
        /// For bytes that are read; `nil` otherwise.
        let destination: UnsafeMutableRawBufferPointer?
    }

    private var pending: [UInt64: Pending] = [:]
    /// The deadlines of all jobs, oldest first, and from where on they are still looked at.
    private var deadlines: [(number: UInt64, deadline: Instant)] = []
    private var firstDeadline = 0
    private var lastNumber: UInt64 = 0

    var isEmpty: Bool { pending.isEmpty }

    /// The moment at which the oldest is given up; `nil` when there is none.
    var nextDeadline: Instant? { firstDeadline < deadlines.count ? deadlines[firstDeadline].deadline : nil }

    /// Notes an operation.
    ///
    /// - Parameters:
    ///   - operation: its packet, and where its bytes go.
    ///   - deadline: not before that of any other.
    /// - Returns: its job's number.
    mutating func begin(_ operation: Pending, deadline: Instant) -> UInt64 {
        lastNumber += 1
        pending[lastNumber] = operation
        deadlines.append((lastNumber, deadline))
        return lastNumber
    }

    /// Takes an operation that is over; `nil` when it was given up.
    mutating func end(_ number: UInt64) -> Pending? {
        let ended = pending.removeValue(forKey: number)
        dropEnded()
        return ended
    }

    /// The number of an operation whose deadline has passed; `nil` when there is none.
    func overdue(_ now: Instant) -> UInt64? {
        guard let next = nextDeadline, next <= now else { return nil }
        return deadlines[firstDeadline].number
    }

    /// Forgets the deadlines of those that are over, so that the first one is of an operation under way.
    private mutating func dropEnded() {
        while firstDeadline < deadlines.count, pending[deadlines[firstDeadline].number] == nil { firstDeadline += 1 }
        guard firstDeadline == deadlines.count || firstDeadline >= 1024 else { return }
        deadlines.removeFirst(firstDeadline)
        firstDeadline = 0
    }
}
