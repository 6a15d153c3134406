/// Messages of other threads to a worker. Made on any thread, read on the worker.

internal import CompletionPort
internal import FileLog
internal import HandlerHost
internal import Platform

/// A posted packet's content: `PostQueuedCompletionStatus` in the article.
enum WorkerMessage: Sendable {
    /// The cause for which this worker held back from accepting may be over.
    case resumeAccepting
    /// A client that another worker has accepted, for which it has taken a place of this one.
    case handedOver(Socket, RemoteAddress)
    /// The same; that worker had no descriptor for it, and nobody to ask for one.
    case forwarded(Socket, RemoteAddress)
    /// The call of this exchange has ended.
    case handlerAnswered(CompletionKey, HandlerResult)
    /// The variant for this entry of the file cache has been made, or will not be.
    case variantMade(CompletionKey, VariantMaker.Answer)
    /// The password of this exchange has been compared, or will not be.
    case passwordChecked(CompletionKey, PasswordDesk.Outcome)
    /// Some worker has let in, or goes on letting in, who sends these credentials.
    case passwordRemembered(PasswordMemo.Entry)
    /// The reading of a folder with this number has ended.
    case folderRead(UInt64, FolderReader.Answer)
    /// The names of this entry's open file have been looked up.
    case fileNamed(CompletionKey, ServedNames)
    /// The names that the path of this entry would have have been looked up: nothing was found there.
    case absenceNamed(CompletionKey, CompletionWorker.LoadOutcome, ServedNames)
    /// It was looked where the path of the folder of this index leads.
    case rootLookedUp(Int, from: Descriptor.Shared, RootLookup.Outcome)
    /// Forget the files that are kept, and answer new requests by these rules and from these folders.
    case reload(Site, [SiteFolder], ReloadProgress)
    /// Give memory that nothing lives in back to the system, the output blocks from this one on.
    case releaseMemory(firstOutput: Int)
    /// Accept nothing more, answer what was asked, then close.
    case drain
    /// The article's `IO_THREAD_SHUTDOWN`: leave the loop.
    case stop
}
