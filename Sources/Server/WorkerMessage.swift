/// What other threads tell a worker. Made on any thread, read on the worker.

internal import CompletionPort
internal import HandlerHost
internal import Platform

/// A posted packet's content: `PostQueuedCompletionStatus` in the article.
enum WorkerMessage: Sendable {
    /// Another worker has accepted a connection for this one: its socket.
    case adopt(Int32)
    /// Another worker has room for a connection again, to the worker that accepts.
    case resumeAccepting
    /// The call of this exchange has ended.
    case handlerAnswered(CompletionKey, HandlerResult)
    /// Forget the files that are kept, and serve those of these folders.
    case reload([Descriptor.Shared])
    /// Accept nothing more, answer what was asked, then close.
    case drain
    /// The article's `IO_THREAD_SHUTDOWN`: leave the loop.
    case stop
}
