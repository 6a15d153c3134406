/// The progress of a client with what it is sent, as TCP knows it. Values; the worker that owns the connection.

internal import CPlatform
internal import Platform

/// A look at what a client's kernel has acknowledged.
///
/// The kernel tells when the last acknowledgement came, but any counts: also one that takes nothing, as the answer to a probe of
/// a closed window is, or comes with the client's own data. When nothing is on its way, the last that was new is the answer
/// to the last data, a round trip after it left.
struct ClientProgress {
    /// Bytes that have been acknowledged; FIN counts as one.
    let taken: UInt64
    /// Time since more of them were, as far as the kernel tells.
    let age: Nanoseconds

    /// - Parameters:
    ///   - taken: bytes acknowledged so far.
    ///   - isAwaited: something has been sent that is not acknowledged.
    ///   - sinceData: time since data was sent.
    ///   - sinceAcknowledgement: time since any acknowledgement came.
    ///   - roundTrip: from data to its acknowledgement.
    init(
        taken: UInt64,
        isAwaited: Bool,
        sinceData: Duration,
        sinceAcknowledgement: Duration,
        roundTrip: Duration
    ) {
        self.taken = taken
        age = Nanoseconds(isAwaited ? sinceAcknowledgement : max(sinceAcknowledgement, sinceData - roundTrip))
    }

    /// Asks the kernel (tcp_info, Linux 4.1); nothing was taken where it does not say.
    init(of descriptor: Int32) {
        var progress = ringport_socket_progress()
        unsafe ringport_socket_progress(descriptor, &progress)
        self.init(
            taken: progress.acknowledged,
            isAwaited: progress.unacknowledged_segments > 0,
            sinceData: .milliseconds(progress.since_data_milliseconds),
            sinceAcknowledgement: .milliseconds(progress.since_acknowledgement_milliseconds),
            roundTrip: .microseconds(progress.round_trip_microseconds)
        )
    }

    /// Compares with the last look.
    ///
    /// - Parameters:
    ///   - seen: bytes taken by then.
    ///   - now: the time of this look.
    /// - Returns: the time when the client took more; `nil` when it did not.
    func lastTaken(beyond seen: UInt64, now: Instant) -> Instant? {
        guard taken > seen else { return nil }
        return Instant(nanoseconds: now.nanoseconds - min(now.nanoseconds, age.count))
    }
}
