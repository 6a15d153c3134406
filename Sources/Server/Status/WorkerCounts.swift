/// The requests that a worker has answered. Counted by the worker that owns it, read by any thread.

internal import Synchronization

/// Answers by the first digit of their status: plain stores on a cache line of the worker's own.
///
/// An interim answer (100 Continue) is none.
final class WorkerCounts: Sendable {
    private let paddingBefore = InlineArray<16, UInt64>(repeating: 0)
    private let succeeded = Atomic<Int>(0)
    private let redirected = Atomic<Int>(0)
    private let refused = Atomic<Int>(0)
    private let failed = Atomic<Int>(0)
    private let paddingAfter = InlineArray<16, UInt64>(repeating: 0)

    /// The worker has answered a request.
    @inline(__always)
    func note(status: UInt16) {
        if status < 300 { Self.add(succeeded) } else { noteOther(status) }
    }

    @inline(never)
    private func noteOther(_ status: UInt16) {
        if status < 400 {
            Self.add(redirected)
        } else if status < 500 {
            Self.add(refused)
        } else {
            Self.add(failed)
        }
    }

    private static func add(_ counter: borrowing Atomic<Int>) {
        counter.store(counter.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }

    /// The counts by the first digit, of 2 to 5.
    var all: [Int] {
        [
            succeeded.load(ordering: .relaxed), redirected.load(ordering: .relaxed), refused.load(ordering: .relaxed),
            failed.load(ordering: .relaxed),
        ]
    }
}
