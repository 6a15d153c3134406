/// Whoever made a call and waits for its end. Provided by Server; called on whichever thread ends the
/// call.

/// Memory of a call that is free again, for the client that counts it.
package struct ReleasedCall: Sendable, Equatable {
    /// The client's own name for the account that the call is charged to.
    package let owner: UInt32
    /// Bytes of the request's content.
    package let contentSize: Int
    /// Bytes of the request's head, and of what was made of it.
    package let headSize: Int
    /// True when the call itself has gone, from the pool's queue too.
    package let isGone: Bool
}

/// Receives the ends of calls: one object for many calls, told apart by their `key`, so that a call needs no closure.
package protocol HandlerClient: AnyObject, Sendable {
    /// Called once for each call, unless it was cancelled, on whatever thread ended it: a pool thread, the store writer or
    /// a thread of the handler. Must not block.
    func finish(_ call: HandlerCall, _ result: consuming HandlerResult)

    /// Called on any thread when memory of a call is free, whether somebody still waited for the call or not. Must not block.
    func released(_ call: ReleasedCall)
}
