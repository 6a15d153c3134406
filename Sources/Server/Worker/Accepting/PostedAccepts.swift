/// The accepts that a worker has posted. The worker that owns it.

internal import CompletionPort
internal import Glibc

/// A fixed number of accepts for each listening socket, each with a place for its peer's address.
///
/// AcceptEx was used so: accepts wait in the port before their clients come, and bring them with their addresses.
struct PostedAccepts: ~Copyable {
    /// Which way an accept's connection comes.
    enum Kind {
        /// As a descriptor of the process.
        case descriptor
        /// As a descriptor of the reserve, to see who comes.
        case spare
        /// Into the port's own table.
        case direct
    }

    /// Accepts of one listener at a time.
    let perListener: Int
    let addresses: PeerAddresses
    /// What is posted at each place; a listener's places lie side by side.
    private var kinds: [Kind?]
    private var counts: [Int]
    /// Listeners that were shut.
    private var isOver: [Bool]

    init(listeners: Int, perListener: Int) {
        self.perListener = perListener
        addresses = PeerAddresses(count: listeners * perListener)
        kinds = Array(repeating: nil, count: listeners * perListener)
        counts = Array(repeating: 0, count: listeners)
        isOver = Array(repeating: false, count: listeners)
    }

    /// How many are posted on a listener.
    func count(_ listener: Int) -> Int { counts[listener] }

    /// True when none is posted.
    var isEmpty: Bool { counts.allSatisfy { $0 == 0 } }

    /// True until an accept has found its listener shut.
    func isOpen(_ listener: Int) -> Bool { !isOver[listener] }

    /// Notes that a listener was shut: nobody comes from it any longer.
    mutating func end(listener: Int) { isOver[listener] = true }

    /// The listener whose accepts have this place.
    func listener(_ place: Int) -> Int { place / perListener }

    /// Notes that an accept is being posted; returns its place.
    ///
    /// - Precondition: the listener has fewer than `perListener`.
    mutating func begin(_ listener: Int, _ kind: Kind) -> Int {
        let first = listener * perListener
        guard let place = (first..<first + perListener).first(where: { kinds[$0] == nil }) else {
            preconditionFailure("nobody asked whether there is room")
        }
        kinds[place] = kind
        counts[listener] += 1
        return place
    }

    /// Notes that an accept's packet has come.
    mutating func end(_ place: Int) -> Kind {
        guard let kind = kinds[place] else { preconditionFailure("nobody posted that accept") }
        kinds[place] = nil
        counts[listener(place)] -= 1
        return kind
    }
}

/// How many accepts a worker has posted on each listener.
///
/// Pure.
enum AcceptSizing {
    /// So many that it has room for them, and that it gets no more connections than the others have: few clients are
    /// spread evenly, many are accepted in batches.
    ///
    /// - Parameters:
    ///   - own: connections that the worker serves.
    ///   - least: the fewest that another worker with room for more serves; `nil` when there is none.
    ///   - room: clients that the worker may accept.
    ///   - postsMax: for each listener.
    /// - Returns: 0 when it has to hold back.
    static func posts(own: Int, least: Int?, room: Int, postsMax: Int) -> Int {
        guard let least else { return min(postsMax, room) }
        let ahead = min(max(least / 8, 1), postsMax)
        return min(postsMax, room, max(0, least + ahead - own))
    }
}
