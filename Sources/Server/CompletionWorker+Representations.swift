/// Which form of a file suits a client. On the completion worker.

internal import HTTP

/// What negotiation comes to (RFC 9110 §12.5.3).
enum Representation: Equatable {
    /// This entry of the cache answers.
    case ready(UInt32)
    /// This one will, when it is loaded; no other may.
    case awaited(UInt32)
    /// None may.
    case unacceptable
}

extension CompletionWorker {
    /// The representation of a loaded file that suits a request.
    func representation(of file: UInt32, _ head: RequestHead, _ bytes: Span<UInt8>) -> Representation {
        .ready(file)
    }
}
