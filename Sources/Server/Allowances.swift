/// How long each step may take, as a worker reckons. Pure values; any thread.

internal import Platform

/// The configured `Deadlines` in nanoseconds, like the clock: a `Duration` is 128 bits wide, and each request has several
/// deadlines.
struct Allowances: Sendable {
    let head: Nanoseconds
    let body: Nanoseconds
    let idle: Nanoseconds
    let send: Nanoseconds
    let handler: Nanoseconds
    let linger: Nanoseconds

    init(_ deadlines: Deadlines) {
        head = Nanoseconds(deadlines.head)
        body = Nanoseconds(deadlines.body)
        idle = Nanoseconds(deadlines.idle)
        send = Nanoseconds(deadlines.send)
        handler = Nanoseconds(deadlines.handler)
        linger = Nanoseconds(deadlines.linger)
    }
}
