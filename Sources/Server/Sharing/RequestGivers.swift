/// The order in which requests give something back. Pure; the worker that owns it.
///
/// DESIGN. Of an address that holds most, what waits gives back before what is under way, and of what is under way the slowest:
///
///     arriving behind another answer ► arriving ► waiting in the pool's queue ► answered, waiting in line
///         ► an answer that its client takes slowly ► a handler that takes long
///
/// Of those of a kind the last to begin gives back, as it loses least; of the last two kinds the first, as it is the slowest.

internal import CompletionPort
internal import Platform

/// The requests to ask, one of each kind at most.
struct RequestGivers {
    /// The progress of a request, in the order in which requests give back.
    enum Standing: Int, CaseIterable {
        /// Its content arrives, and it is not the first in line.
        case arrivingBehind
        /// Its content arrives, or waits for a password to be compared.
        case arriving
        /// Its call was given to the pool last: it may not have begun.
        case waitingCall
        /// Its answer waits for its turn.
        case answerBehind
        /// Its answer is taken slowly.
        case leaving
        /// Its call has been under way for longest.
        case runningCall

        /// True when the one that began first gives back before the others.
        fileprivate var prefersOldest: Bool { self == .leaving || self == .runningCall }
    }

    struct Giver: Equatable {
        let standing: Standing
        let exchange: CompletionKey
        fileprivate let since: Instant
    }

    /// By standing.
    private var best = [Giver?](repeating: nil, count: Standing.allCases.count)

    /// Those to ask, in order.
    var inOrder: [Giver] { best.compactMap { $0 } }

    /// Takes a request into account; one with a call counts as either kind of those.
    ///
    /// - Parameters:
    ///   - exchange: its key.
    ///   - standing: how far it is.
    ///   - since: the time at which it began.
    mutating func consider(_ exchange: CompletionKey, _ standing: Standing, since: Instant) {
        if let other = best[standing.rawValue] {
            guard standing.prefersOldest ? since < other.since : since >= other.since else { return }
        }
        best[standing.rawValue] = Giver(standing: standing, exchange: exchange, since: since)
    }
}
