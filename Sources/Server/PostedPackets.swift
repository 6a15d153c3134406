/// What other threads tell a worker. Made on any thread, read on the worker.

internal import CompletionPort
internal import HandlerHost
internal import Synchronization

/// A connection that another worker has accepted.
final class AdoptPacket: PostedPacket, @unchecked Sendable {
    // Sendable: nothing changes after init; the queue hands it from one thread to one other.
    let socket: Int32
    init(socket: Int32) { self.socket = socket }
}

/// A handler has answered.
final class HandlerPacket: PostedPacket, @unchecked Sendable {
    // Sendable: as above.
    let exchange: CompletionKey
    let result: HandlerResult
    init(exchange: CompletionKey, result: consuming HandlerResult) {
        self.exchange = exchange
        self.result = result
    }
}

/// Forget the files that are kept.
final class ReloadPacket: PostedPacket, @unchecked Sendable {}

/// Accept nothing more, answer what was asked, then close.
final class DrainPacket: PostedPacket, @unchecked Sendable {}

/// The article's `IO_THREAD_SHUTDOWN`: leave the loop.
final class StopPacket: PostedPacket, @unchecked Sendable {}

/// How many connections a worker has: written by it, and by the accepting worker for those on their way to it.
final class WorkerLoad: Sendable {
    private let connections = Atomic<Int>(0)
    var count: Int { connections.load(ordering: .relaxed) }
    func add() { connections.wrappingAdd(1, ordering: .relaxed) }
    func remove() { connections.wrappingSubtract(1, ordering: .relaxed) }
}
