/// Users and passwords (RFC 7617). On the completion worker; passwords are checked on the pool.

internal import HTTP

extension CompletionWorker {
    /// Lets the exchange go on when its user may enter its realm, else asks for one.
    func authorise(_ exchange: UInt32) {
        reply(exchange, .refusal(.unauthorized))
    }
}
