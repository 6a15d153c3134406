/// How long a request's content may take to arrive. A value; any thread.

internal import Platform

/// A grace for any content, and beyond it a minimum rate on average.
///
/// Each byte earns its time, so a content that is slow and steady ends well, and one that stalls is given up. A content of n
/// bytes takes at most the grace and n / `rateMin` seconds.
struct ContentPace: Sendable {
    /// From the end of the head.
    let grace: Nanoseconds
    /// Bytes a second, one or more.
    let rateMin: Int

    /// The time that bytes of content have earned beyond the grace.
    func earned(by count: Int) -> Nanoseconds {
        let (seconds, rest) = count.quotientAndRemainder(dividingBy: rateMin)
        // A rest is below the rate, which `Limits` holds to 32 bits: the product fits.
        return Nanoseconds(.seconds(seconds) + .nanoseconds(rest * 1_000_000_000 / rateMin))
    }
}
