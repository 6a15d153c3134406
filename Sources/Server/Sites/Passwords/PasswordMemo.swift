/// The credentials that were right lately. Pure; each worker has one of its own, and the password desk one under its lock.

internal import Platform

/// One password for each user, for as long as it is used, and for a day at most.
///
/// Only what was right comes in, and of each user one: so guesses push nothing out, nor does a user with many passwords, as
/// bcrypt takes all that begin with the same 72 bytes.
struct PasswordMemo {
    /// Credentials, and how long they need not be compared again.
    struct Entry: Sendable, Equatable {
        let credentials: CredentialDigest
        /// The time at which they were compared.
        let checkedAt: Instant
        fileprivate(set) var until: Instant
    }

    /// The answer of the memo about credentials.
    enum Finding: Equatable {
        case unknown
        case right(Entry)
        /// They are right, and known for longer from here on: the other memos are to hear of it.
        case renewed(Entry)
    }

    private var entries: [CredentialDigest.Part: Entry] = [:]
    private let countMax: Int
    private let idle: Nanoseconds
    private let durationMax: Nanoseconds

    init(_ limits: Limits) {
        countMax = limits.passwordsKeptMax
        idle = Nanoseconds(limits.passwordKeptIdle)
        durationMax = Nanoseconds(limits.passwordKeptDuration)
    }

    var count: Int { entries.count }

    /// An entry for credentials that have just been compared.
    func entry(_ credentials: CredentialDigest, now: Instant) -> Entry {
        Entry(credentials: credentials, checkedAt: now, until: now.advanced(by: idle))
    }

    /// Looks for credentials, and keeps those that are found for longer.
    ///
    /// Half of the time must be over before that, so that the other memos seldom hear of it.
    mutating func find(_ credentials: CredentialDigest, now: Instant) -> Finding {
        guard var entry = entries[credentials.user], entry.credentials == credentials, now < entry.until else {
            return .unknown
        }
        guard entry.until.remaining(from: now).count < idle.count / 2 else { return .right(entry) }
        let until = Instant.earlier(now.advanced(by: idle), entry.checkedAt.advanced(by: durationMax))
        guard until > entry.until else { return .right(entry) }
        entry.until = until
        entries[credentials.user] = entry
        return .renewed(entry)
    }

    /// Keeps credentials that are right.
    mutating func insert(_ entry: Entry, now: Instant) {
        let user = entry.credentials.user
        if let old = entries[user], old.credentials == entry.credentials, old.until >= entry.until { return }
        if entries[user] == nil, entries.count >= countMax { forget(now) }
        entries[user] = entry
    }

    /// Makes room for other users: those go who were not there for the longest.
    private mutating func forget(_ now: Instant) {
        entries = entries.filter { $0.value.until > now }
        guard entries.count > countMax / 2 else { return }
        let latest = entries.sorted { $0.value.until > $1.value.until }.prefix(countMax / 2)
        entries = Dictionary(uniqueKeysWithValues: latest.map { ($0.key, $0.value) })
    }
}
