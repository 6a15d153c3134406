/// The completion port: operations that are submitted, finish later and come out as packets, for one completion worker, which
/// alone may touch it.
///
/// DESIGN. `CreateIoCompletionPort`, `GetQueuedCompletionStatus` and `PostQueuedCompletionStatus` on Linux. A worker
/// submits operations, waits, and dequeues their packets in the order in which they finished. One port for each worker and
/// one connection on one worker for life: no lock on the way, and the packets of a connection arrive in order. Other threads
/// reach the worker by `PostQueue` alone.
///
/// Two engines do the work: a ring (io_uring), and readiness (epoll) where the kernel, or a filter, gives no ring. README.md
/// beside this is the contract that both keep, operation by operation. No caller asks which one it is: where they differ, the
/// port has a value for it.
///
/// Memory of an operation in flight is lent until its packet is dequeued: the operations here take pointers, and whoever
/// calls them says in a comment what keeps the memory in place.

internal import Glibc
package import Platform

/// One worker's queue of operations and of their results.
@safe
package struct CompletionPort: ~Copyable {
    /// The engine that does the work.
    enum Engine: ~Copyable {
        case ring(RingEngine)
        case readiness(ReadinessEngine)
    }

    let engine: Engine

    /// Makes a port for the calling thread, which becomes its only user.
    ///
    /// - Parameters:
    ///   - limits: its sizes.
    ///   - kind: the engine, as `PortEngine.choose` found it.
    /// - Throws: `PortUnavailable`, which names the remedy.
    package init(limits: CompletionPortLimits, engine kind: PortEngine) throws(PortUnavailable) {
        switch kind {
        case .ring: engine = .ring(try RingEngine(limits: limits))
        case .readiness: engine = .readiness(try ReadinessEngine(limits: limits))
        }
    }

    /// Places for sockets in a table of the port's own; 0 when it has none.
    package var directSocketsMax: Int {
        switch engine {
        case .ring(let ring): ring.directSocketsMax
        case .readiness: 0
        }
    }

    /// True when a notice of a change comes before bytes that were sent after it.
    ///
    /// Otherwise a worker that goes by notices looks for changes before it performs receives.
    package var noticesInOrder: Bool {
        switch engine {
        case .ring: true
        case .readiness: false
        }
    }

    /// A number that is another one after each wait.
    ///
    /// For a ring it counts the calls of io_uring_enter(2): the figure behind "system calls per request".
    package var entries: UInt64 {
        switch engine {
        case .ring(let ring): unsafe ring.entries.pointee
        case .readiness(let readiness): readiness.entries
        }
    }

    // MARK: The worker's turn

    /// Hands all submissions over and waits until a packet is there or the deadline has passed.
    ///
    /// - Parameters:
    ///   - duration: how long to wait at most; `nil` waits for ever, zero does not wait.
    ///   - wait: for more packets than one, and how long. An engine may take one for enough: readiness does, and a ring before
    ///     Linux 6.12.
    /// - Important: on the port's own worker only; the kernel answers EEXIST to any other thread.
    package mutating func submitAndWait(atMost duration: Nanoseconds?, for wait: Gathering.Wait = .one) {
        switch engine {
        case .ring(let ring): ring.submitAndWait(atMost: duration, for: wait)
        case .readiness(let readiness): readiness.wait(atMost: duration)
        }
    }

    /// The next finished operation, oldest first, or `nil` when there is none now.
    ///
    /// An operation that is submitted from here on brings no packet before the next wait.
    package func dequeue() -> CompletionPacket? {
        switch engine {
        case .ring(let ring): ring.dequeue()
        case .readiness(let readiness): readiness.packets.dequeue()
        }
    }

    /// Whether everything submitted has begun, and every packet that there is can be dequeued.
    ///
    /// Sends at once that have no packet then have ended well.
    package var isCaughtUp: Bool {
        switch engine {
        case .ring(let ring): ring.isCaughtUp
        case .readiness(let readiness): readiness.packets.isCaughtUp
        }
    }

    /// The key of the next packet of an operation among those that wait to be dequeued; `nil` when there is none.
    ///
    /// - Parameters:
    ///   - operation: of which kind.
    ///   - position: where to look from, 0 for the first; moved past what was found.
    /// - Returns: whose packet it is.
    package func nextWaiting(_ operation: Operation, from position: inout UInt32) -> CompletionKey? {
        switch engine {
        case .ring(let ring): ring.nextWaiting(operation, from: &position)
        case .readiness(let readiness): readiness.packets.nextWaiting(operation, from: &position)
        }
    }

    // MARK: Receive buffers

    /// The bytes of a receive packet, which stay as they are until `returnBuffer`.
    ///
    /// - Important: the span must not be used after the buffer was returned.
    @unsafe
    package func received(_ id: UInt16, count: Int) -> UnsafeBufferPointer<UInt8> {
        let start: UnsafeMutableRawPointer
        switch engine {
        case .ring(let ring): unsafe start = ring.buffers.start(id, count: count)
        case .readiness(let readiness): unsafe start = readiness.buffers.start(id, count: count)
        }
        return unsafe UnsafeBufferPointer(start: UnsafePointer(start.assumingMemoryBound(to: UInt8.self)), count: count)
    }

    /// Lends the buffer for the next bytes that arrive.
    package func returnBuffer(_ id: UInt16) {
        switch engine {
        case .ring(let ring): ring.buffers.return(id)
        case .readiness(let readiness): readiness.buffers.return(id)
        }
    }
}
