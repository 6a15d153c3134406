/// What the trial handler does that takes time. Pool threads, and a thread of its own.

import Glibc
import HandlerKit
import Synchronization

/// Numbers calls in the order in which they run, from 0.
final class CallCounter: Sendable {
    private let count = Atomic<Int>(0)

    func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).oldValue }
}

extension Trial {
    /// Blocks the pool thread.
    func sleep(milliseconds: Int) -> Outcome {
        usleep(UInt32(clamping: milliseconds * 1000))
        return .respond(.text("slept\n"))
    }

    /// Blocks the pool thread until a writer has opened a FIFO and closed it again.
    ///
    /// Both wait for each other to open it (fifo(7)): so the writer knows when the thread is held.
    func gate(path: String) -> Outcome {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return .respond(.text("no gate\n", status: .notFound)) }
        var byte: UInt8 = 0
        _ = unsafe read(file, &byte, 1)
        close(file)
        return .respond(.text("open\n"))
    }

    /// Answers from another thread.
    func later(_ responder: Responder) {
        final class Box: Sendable {
            let responder: Responder
            init(_ responder: Responder) { self.responder = responder }
        }
        let box = unsafe Unmanaged.passRetained(Box(responder))
        var thread = pthread_t()
        let status = unsafe pthread_create(
            &thread,
            nil,
            { context in
                guard let context = unsafe context else { return nil }
                let box = unsafe Unmanaged<Box>.fromOpaque(context).takeRetainedValue()
                box.responder.respond(.text("later\n"))
                return nil
            },
            box.toOpaque()
        )
        precondition(status == 0, "no thread for /trial/later")
        pthread_detach(thread)
    }
}
