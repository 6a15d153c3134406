/// Whoever made a call and waits for its end. Provided by Server; called on whichever thread ends the
/// call.

/// Receives the ends of calls: one object for many calls, told apart by their `key`, so that a call needs no closure.
package protocol HandlerClient: AnyObject, Sendable {
    /// Called once for each call, unless it was cancelled, on whatever thread ended it: a pool thread, the store writer or
    /// a thread of the handler. Must not block.
    func finish(_ call: HandlerCall, _ result: consuming HandlerResult)
}
