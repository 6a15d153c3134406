/// The ends of calls. Values; made on the thread that ends the call.

/// The answer that the client gets.
package enum HandlerResult: Sendable {
    case response(HandlerResponse)
    /// The handler does not want this request: go on as if it had no such route.
    case declined
    case failed(HandlerFailure)
}

/// The reason why a call ended without a response of the handler.
///
/// It has been logged where there is more to say.
package enum HandlerFailure: String, Equatable, Sendable {
    /// The handler said that it failed.
    case handlerFailed
    /// The handler said that it had answered, and had not.
    case noResponse
    /// The handler's response had an impossible status or field.
    case badResponse
    /// As many calls are open as there may be.
    case tooManyCalls
    /// The pool's queue was full, and the call has lost its place to another client's.
    case poolFull
    /// Too many database writes wait.
    case storeBusy
    /// The write broke a rule of its table, and the handler did not want to say so itself.
    case storeRefused
    /// The database or its disk failed.
    case storeFailed
    /// The site does not take so many files, or bytes of them, at once.
    case filesTooLarge
    /// There is no room for the files.
    case filesFull
    /// The pool was too busy to tell the handler how its write went.
    case poolBusy
    /// The host has stopped.
    case stopped

    /// True when trying again later may help: 503 rather than 500.
    package var isOverload: Bool {
        switch self {
        case .tooManyCalls, .poolFull, .storeBusy, .poolBusy, .stopped: true
        case .handlerFailed, .noResponse, .badResponse, .storeRefused, .storeFailed, .filesTooLarge, .filesFull: false
        }
    }
}
