/// The order in which addresses have their passwords compared. Pure; with the lock of the password desk held.

/// Addresses in turn: those that nothing speaks against, and behind them the doubtful ones, which were wrong lately.
///
/// With eighty addresses that guess, one that was never wrong would else wait for eighty comparisons before its first. A
/// doubtful address may be that of a user who has mistyped a password, or of an office where somebody else guesses. So each
/// `interval`th turn is a doubtful one's, however many others come: new addresses without end can delay it and not starve it,
/// and a turn in four costs the others little.
///
/// Nothing speaks against an address before its first guess is compared. Whoever has many has them in one wider network as a
/// rule, so these take turns first, and the addresses of one among themselves.
///
/// Clients that can't be told apart (`nil`) have one turn for all.
struct PasswordLine {
    /// Addresses of one kind.
    private struct Kind {
        /// Wider networks with an address that waits, in turn.
        private var turns = KeyQueue<ClientNetwork?>()
        private var members: [ClientNetwork?: KeyQueue<ClientNetwork?>] = [:]

        var isEmpty: Bool { turns.isEmpty }

        mutating func append(_ network: ClientNetwork?) {
            members[network?.wider, default: KeyQueue()].append(network)
            turns.append(network?.wider)
        }

        mutating func removeFirst() -> ClientNetwork?? {
            guard let wider = turns.removeFirst(), let network = members[wider]?.removeFirst() else { return nil }
            if members[wider]?.isEmpty == true { members[wider] = nil } else { turns.append(wider) }
            return .some(network)
        }

        mutating func remove(_ network: ClientNetwork?) {
            let wider = network?.wider
            members[wider]?.remove(network)
            guard members[wider]?.isEmpty == true else { return }
            members[wider] = nil
            turns.remove(wider)
        }
    }

    private var trusted = Kind()
    private var doubtful = Kind()
    /// Turns in a row that doubtful addresses have waited for.
    private var passedOver = 0
    /// Of so many turns one is a doubtful address's.
    private static let interval = 4

    var isEmpty: Bool { trusted.isEmpty && doubtful.isEmpty }

    /// Puts an address at the end of its kind; one that is there already stays where it is.
    mutating func append(_ network: ClientNetwork?, isDoubtful: Bool) {
        if isDoubtful {
            trusted.remove(network)
            doubtful.append(network)
        } else {
            doubtful.remove(network)
            trusted.append(network)
        }
    }

    /// Takes the address whose turn it is; `nil` when there is none.
    mutating func removeFirst() -> ClientNetwork?? {
        if doubtful.isEmpty { passedOver = 0 }
        if passedOver < Self.interval - 1, let network = trusted.removeFirst() {
            if !doubtful.isEmpty { passedOver += 1 }
            return .some(network)
        }
        passedOver = 0
        return doubtful.removeFirst() ?? trusted.removeFirst()
    }

    /// Takes an address out.
    mutating func remove(_ network: ClientNetwork?) {
        trusted.remove(network)
        doubtful.remove(network)
    }
}
