/// How long each step may take, as a worker reckons. Pure values; any thread.

internal import Platform

/// The configured `Deadlines` in nanoseconds, like the clock: a `Duration` is 128 bits wide, and each request has several
/// deadlines.
struct Allowances: Sendable {
    let head: Nanoseconds
    let content: ContentPace
    let idle: Nanoseconds
    let send: Nanoseconds
    let handler: Nanoseconds
    let linger: Nanoseconds
    let firstHead: Nanoseconds

    /// - Parameters:
    ///   - deadlines: the configured ones.
    ///   - bodyRateMin: bytes a second that a content must come with beyond its deadline.
    init(_ deadlines: Deadlines, bodyRateMin: Int) {
        head = Nanoseconds(deadlines.head)
        content = ContentPace(grace: Nanoseconds(deadlines.body), rateMin: bodyRateMin)
        idle = Nanoseconds(deadlines.idle)
        send = Nanoseconds(deadlines.send)
        handler = Nanoseconds(deadlines.handler)
        firstHead = Nanoseconds(deadlines.firstHead)
        linger = Nanoseconds(deadlines.linger)
    }
}
