/// A completion worker as the others see it: its queue, its load, how far it is. Any thread.

internal import CompletionPort
internal import Platform

final class WorkerHandle: Sendable {
    /// How far the worker is in its life.
    enum Phase: Sendable {
        case starting
        case running
        case failed(StartError)
        case drained
        /// Whoever stops the server does not wait for its clients any longer.
        case givenUp
        /// Its thread is about to end; not cleanly when answers that were under way had to be cut off.
        case ended(isClean: Bool)
    }

    let posts: PostQueue<WorkerMessage>
    let load = WorkerLoad()
    let counts = WorkerCounts()
    let pulse: WorkerPulse
    private let phase = Monitor(Phase.starting)
    private let unwatched = Monitor<WatchFailure?>(nil)

    init(stallDuration: Duration) throws(SystemError) {
        posts = try PostQueue()
        pulse = WorkerPulse(stallDuration: stallDuration)
    }

    /// The worker says how far it is.
    func report(_ new: Phase) {
        phase.withLock { $0 = new }
        phase.broadcast()
    }

    /// True when the worker has ended, and had to cut off answers.
    var hasCutOff: Bool { phase.withLock { if case .ended(isClean: false) = $0 { true } else { false } } }

    /// The reason for which the worker keeps no files; `nil` when it keeps them.
    var watchFailure: WatchFailure? { unwatched.withLock { $0 } }

    /// The worker can't be told of changes, or can.
    func report(_ failure: WatchFailure?) {
        unwatched.withLock { $0 = failure }
    }

    /// Ends the wait for the worker to drain.
    ///
    /// Any thread.
    func giveUpDraining() {
        phase.withLock { phase in
            if case .running = phase { phase = .givenUp }
        }
        phase.broadcast()
    }

    /// Waits until the worker runs, or has failed to.
    ///
    /// The main thread.
    func waitUntilStarted() throws(StartError) {
        let failure: StartError?? = phase.waitUntil { phase in
            switch phase {
            case .starting: nil
            case .failed(let error): .some(error)
            case .running, .drained, .givenUp, .ended: .some(nil)
            }
        }
        if let error = failure ?? nil { throw error }
    }

    /// Waits until the worker has no connection left; false when the deadline passes first.
    ///
    /// The main thread.
    func waitUntilDrained(_ deadline: Instant) -> Bool {
        phase.waitUntil(deadline) { phase in
            switch phase {
            case .drained, .ended, .failed: true
            case .givenUp: false
            case .starting, .running: nil
            }
        } ?? false
    }
}
