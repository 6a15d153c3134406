/// What the trial handler does that takes time. Pool threads, and a thread of its own.

import Glibc
import HandlerKit

extension Trial {
    /// Blocks the pool thread.
    func sleep(milliseconds: Int) -> Outcome {
        usleep(UInt32(clamping: milliseconds * 1000))
        return .respond(.text("slept\n"))
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
