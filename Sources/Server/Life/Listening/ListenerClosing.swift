/// The moment to shut a listening socket without resetting a client. Pure; the main thread.

internal import Platform

/// Tells by what was seen of the listening sockets what to do with them next.
///
/// A client that has said nothing yet has a handshake that is incomplete to this side (TCP_DEFER_ACCEPT): the kernel asks it for a
/// sign of life a second after it came, and it is accepted then. Until this has happened to those that were there at the beginning,
/// others are accepted too. Then no handshake may begin, and those that have begun are waited for: as a rule some milliseconds.
struct ListenerClosing {
    enum Step: Equatable {
        case wait(until: Instant)
        /// Let no handshake begin.
        case takeNoMore
        case shut
    }

    private let deadline: Instant
    /// The end of the wait for handshakes: their clients have gone, or never were.
    private var handshakesEnd: Instant
    private var takesMore = true
    /// Incomplete from the beginning on; `nil` before the first look.
    private var silent: Set<SocketList.Handshake>?
    private var pause = Self.pauseMin
    private var quietLooks = 0

    init(now: Instant, deadline: Instant) {
        self.deadline = deadline
        handshakesEnd = now.advanced(by: Self.silenceMax)
    }

    /// Decides after a look.
    ///
    /// - Parameters:
    ///   - clientsWait: there is a client to accept. Workers do so when they have room.
    ///   - handshakes: the incomplete ones, `nil` when it can't be told; not always asked for.
    ///   - now: the time.
    /// - Returns: what to do.
    mutating func looked(
        clientsWait: Bool,
        handshakes: () -> Set<SocketList.Handshake>?,
        now: Instant
    ) -> Step {
        guard now < deadline else { return .shut }
        guard takesMore else { return lastLook(clientsWait: clientsWait, handshakes: handshakes, now: now) }
        if now < handshakesEnd {
            let found = handshakes()
            if let found { silent = silent?.intersection(found) ?? found }
            if found == nil || silent?.isEmpty == false { return wait(now) }
        }
        takesMore = false
        handshakesEnd = now.advanced(by: Self.handshakeMax)
        pause = Self.pauseMin
        return .takeNoMore
    }

    private mutating func lastLook(
        clientsWait: Bool,
        handshakes: () -> Set<SocketList.Handshake>?,
        now: Instant
    ) -> Step {
        // It was known before the handshakes were: one of them may have ended in between, and is seen by the next look.
        if clientsWait || (now < handshakesEnd && handshakes()?.isEmpty != true) {
            quietLooks = 0
            return wait(now)
        }
        quietLooks += 1
        return quietLooks > Self.quietLooksMin ? .shut : .wait(until: now.advanced(by: Self.pauseMin))
    }

    private mutating func wait(_ now: Instant) -> Step {
        defer { pause = min(pause * 2, Self.pauseMax) }
        return .wait(until: .earlier(deadline, now.advanced(by: pause)))
    }

    /// A second until the kernel asks, and time for an answer.
    private static let silenceMax = Duration.milliseconds(1250)
    /// For an answer from far away.
    private static let handshakeMax = Duration.seconds(1)
    private static let pauseMin = Duration.milliseconds(1)
    private static let pauseMax = Duration.milliseconds(16)
    /// A segment that came before may have been on its way through the kernel at the first.
    private static let quietLooksMin = 2
}
