/// Every decision about which password is compared when, and which is not: events in, actions out. Pure; with the lock of
/// the password desk held.

internal import Platform

/// The passwords that wait to be compared, and those that are being compared.
///
/// Comparing takes a tenth of a second of a processor, on purpose. So few comparisons run at a time; of each address and realm
/// one runs, and addresses take turns: however many passwords one address sends, another's first one waits for those that run
/// and no longer. Equal credentials of an address share a comparison. An address whose passwords were wrong too often
/// (`WrongPasswords`) is refused without one. Each comparison under way counts as one that may turn out wrong.
///
/// Addresses that were wrong lately have their turns behind the others (`PasswordLine`), so that a first login waits for few of
/// their guesses, however many such addresses there are.
///
/// `Asker` is whoever waits for an answer, `Work` what is to be run for one.
struct PasswordTurns<Asker: Hashable, Work> {
    /// Credentials that an address has sent.
    struct Check: Hashable {
        /// `nil` for clients that are not told apart: there is no bound to what these may guess.
        let network: ClientNetwork?
        let credentials: CredentialDigest
    }

    enum Action {
        case compare(Check, Work)
        case refuse(Asker, seconds: UInt32)
    }

    enum Decision {
        /// To be refused at once, for so many seconds.
        case refused(seconds: UInt32)
        case waits([Action])
    }

    /// An address with its passwords.
    private struct Address {
        /// The passwords of a realm.
        struct Realm {
            var waiting = KeyQueue<Check>()
            var running: Check?
        }

        var realms: [Int: Realm] = [:]
        /// Realms with a password that waits and none that is being compared, in turn.
        var ready = KeyQueue<Int>()
        var running = 0
        /// True when its turn comes behind those of others; as it was when one of its passwords was last asked for, begun
        /// or ended.
        var isDoubtful = false

        mutating func append(_ check: Check) {
            let realm = check.credentials.realm
            realms[realm, default: Realm()].waiting.append(check)
            if realms[realm]?.running == nil { ready.append(realm) }
        }

        /// Begins with the password whose turn it is.
        mutating func begin() -> Check? {
            guard let realm = ready.removeFirst(), let check = realms[realm]?.waiting.removeFirst() else { return nil }
            realms[realm]?.running = check
            running += 1
            return check
        }

        mutating func end(_ check: Check) {
            running -= 1
            realms[check.credentials.realm]?.running = nil
            settle(check.credentials.realm)
        }

        mutating func remove(_ check: Check) {
            realms[check.credentials.realm]?.waiting.remove(check)
            settle(check.credentials.realm)
        }

        func isRunning(_ check: Check) -> Bool { realms[check.credentials.realm]?.running == check }

        /// Takes out all that waits.
        mutating func removeAll() -> [Check] {
            var removed: [Check] = []
            for realm in Array(realms.keys) {
                while let check = realms[realm]?.waiting.removeFirst() { removed.append(check) }
                settle(realm)
            }
            return removed
        }

        private mutating func settle(_ realm: Int) {
            guard let left = realms[realm] else { return }
            if left.waiting.isEmpty { ready.remove(realm) } else if left.running == nil { ready.append(realm) }
            if left.waiting.isEmpty, left.running == nil { realms[realm] = nil }
        }
    }

    private struct Asked {
        var askers: Set<Asker>
        let work: Work
    }

    private let runningMax: Int
    private var runningCount = 0
    private var wrong: WrongPasswords
    private var addresses: [ClientNetwork?: Address] = [:]
    /// Addresses with a password that may be compared, in turn.
    private var turns = PasswordLine()
    private var asked: [Check: Asked] = [:]
    private var checks: [Asker: Check] = [:]

    /// - Parameters:
    ///   - runningMax: comparisons at a time.
    ///   - limits: how often an address may be wrong.
    init(runningMax: Int, _ limits: Limits) {
        self.runningMax = runningMax
        wrong = WrongPasswords(limits)
    }

    /// True when nothing waits and nothing runs, and so nothing is kept but wrong passwords.
    var isIdle: Bool { addresses.isEmpty && asked.isEmpty && checks.isEmpty && turns.isEmpty && runningCount == 0 }

    mutating func follow(_ limits: Limits) {
        wrong.follow(limits)
    }

    // MARK: Events

    /// Somebody wants to know whether credentials are right.
    mutating func ask(_ asker: Asker, _ check: Check, _ work: @autoclosure () -> Work, now: Instant) -> Decision {
        if let network = check.network, wrong.left(to: network, now: now) == 0 {
            return .refused(seconds: wrong.wait(of: network, now: now))
        }
        checks[asker] = check
        guard asked[check] == nil else {
            asked[check]?.askers.insert(asker)
            return .waits([])
        }
        asked[check] = Asked(askers: [asker], work: work())
        addresses[check.network, default: Address()].append(check)
        judge(check.network, now)
        takeTurns(check.network)
        return .waits(begin(now))
    }

    /// Somebody does not wait any longer; a comparison that has not begun and that nobody else waits for is dropped.
    mutating func leave(_ asker: Asker) {
        guard let check = checks.removeValue(forKey: asker) else { return }
        asked[check]?.askers.remove(asker)
        guard asked[check]?.askers.isEmpty == true, addresses[check.network]?.isRunning(check) == false else { return }
        asked[check] = nil
        addresses[check.network]?.remove(check)
        takeTurns(check.network)
    }

    /// True when the credentials that an asker waits for are being compared.
    func isCompared(_ asker: Asker) -> Bool {
        guard let check = checks[asker] else { return false }
        return addresses[check.network]?.isRunning(check) == true
    }

    /// A comparison is over.
    ///
    /// - Parameters:
    ///   - check: whose.
    ///   - isRight: its result; `nil` when it could not be made. A wrong one counts, whether or not somebody still waits for it.
    ///   - now: the time.
    /// - Returns: those who still wait for it, and what is to be done next.
    mutating func ended(_ check: Check, isRight: Bool?, now: Instant) -> (askers: Set<Asker>, actions: [Action]) {
        precondition(addresses[check.network]?.isRunning(check) == true, "what ends was begun")
        runningCount -= 1
        let askers = asked.removeValue(forKey: check)?.askers ?? []
        for asker in askers { checks[asker] = nil }
        addresses[check.network]?.end(check)
        if isRight == false, let network = check.network { wrong.add(network, now: now) }
        judge(check.network, now)
        takeTurns(check.network)
        var actions: [Action] = []
        if isRight == false, let network = check.network, wrong.left(to: network, now: now) == 0 {
            actions = refuseAll(network, now)
        }
        return (askers, actions + begin(now))
    }

    // MARK: Turns

    /// Looks whether an address may have its turn before others.
    ///
    /// A comparison that is under way may turn out wrong, so an address with several realms has one guess before them, too. Clients that
    /// can't be told apart have one turn for all, and are never doubtful: nobody knows which of them was wrong.
    private mutating func judge(_ network: ClientNetwork?, _ now: Instant) {
        guard let network, let running = addresses[network]?.running else { return }
        addresses[network]?.isDoubtful = running > 0 || wrong.isDoubtful(network, now: now)
    }

    /// Gives an address its place among the others, or takes it away.
    private mutating func takeTurns(_ network: ClientNetwork?) {
        guard let address = addresses[network] else { return }
        if address.ready.isEmpty {
            turns.remove(network)
        } else {
            turns.append(network, isDoubtful: address.isDoubtful)
        }
        if address.realms.isEmpty { addresses[network] = nil }
    }

    /// Begins as many comparisons as may run.
    private mutating func begin(_ now: Instant) -> [Action] {
        var actions: [Action] = []
        while runningCount < runningMax, let network = turns.removeFirst() {
            let left = network.map { wrong.left(to: $0, now: now) } ?? .max
            guard left > addresses[network]?.running ?? 0 else {
                // It has its turn again when one of its comparisons has ended.
                if let network, left == 0 { actions += refuseAll(network, now) }
                continue
            }
            guard let check = addresses[network]?.begin(), let work = asked[check]?.work else {
                preconditionFailure("an address has its turn while something of it waits")
            }
            runningCount += 1
            actions.append(.compare(check, work))
            judge(network, now)
            takeTurns(network)
        }
        return actions
    }

    /// Refuses all that waits of an address.
    private mutating func refuseAll(_ network: ClientNetwork, _ now: Instant) -> [Action] {
        let seconds = wrong.wait(of: network, now: now)
        let removed = addresses[network]?.removeAll() ?? []
        takeTurns(network)
        var actions: [Action] = []
        for check in removed {
            for asker in asked.removeValue(forKey: check)?.askers ?? [] {
                checks[asker] = nil
                actions.append(.refuse(asker, seconds: seconds))
            }
        }
        return actions
    }
}

extension PasswordTurns.Check: Sendable {}
extension PasswordTurns.Action: Sendable where Asker: Sendable, Work: Sendable {}
extension PasswordTurns.Decision: Sendable where Asker: Sendable, Work: Sendable {}
