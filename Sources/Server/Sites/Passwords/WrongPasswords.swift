/// The wrong passwords of each address, by which guessing is bounded. Pure; with the lock of the password desk held.

internal import Platform

/// A token bucket for each network of clients: so many passwords may be wrong, and one more after each interval.
struct WrongPasswords {
    private var countMax: Int
    private var interval: Nanoseconds
    private let networksMax: Int
    private let doubt: Nanoseconds
    /// The instants at which buckets are full again; full ones are kept as long as there is room.
    private var fullAt: [ClientNetwork: Instant] = [:]

    init(_ limits: Limits) {
        countMax = limits.wrongPasswordsMax
        interval = Nanoseconds(limits.wrongPasswordInterval)
        networksMax = limits.wrongPasswordNetworksMax
        doubt = Nanoseconds(limits.wrongPasswordDoubt)
    }

    /// Goes by other limits from here on; what is owed is owed.
    mutating func follow(_ limits: Limits) {
        countMax = limits.wrongPasswordsMax
        interval = Nanoseconds(limits.wrongPasswordInterval)
    }

    /// Networks that are known to have been wrong.
    var count: Int { fullAt.count }

    /// The number of passwords that may still be wrong.
    func left(to network: ClientNetwork, now: Instant) -> Int {
        guard let owed = owed(by: network, now), owed > 0 else { return countMax }
        return max(0, countMax - Int(clamping: (owed - 1) / interval.count + 1))
    }

    /// True when a network was wrong lately, also where its bucket is full again: one that guesses as seldom as buckets fill
    /// would else be like one that never was.
    func isDoubtful(_ network: ClientNetwork, now: Instant) -> Bool {
        fullAt[network].map { $0.advanced(by: doubt) > now } ?? false
    }

    /// Whole seconds until one more may be wrong, at least 1.
    func wait(of network: ClientNetwork, now: Instant) -> UInt32 {
        let borne = UInt64(countMax - 1) * interval.count
        guard let owed = owed(by: network, now), owed > borne else { return 1 }
        return UInt32(clamping: (owed - borne - 1) / 1_000_000_000 + 1)
    }

    /// Nanoseconds until the bucket is full.
    private func owed(by network: ClientNetwork, _ now: Instant) -> UInt64? {
        fullAt[network].map { $0.remaining(from: now).count }
    }

    /// A password was wrong.
    mutating func add(_ network: ClientNetwork, now: Instant) {
        if fullAt[network] == nil, fullAt.count >= networksMax { forget(now) }
        let full = max(fullAt[network] ?? now, now).advanced(by: interval)
        // An empty bucket is no emptier for one more.
        let latest = now.advanced(by: Nanoseconds(.nanoseconds(Int64(clamping: UInt64(countMax) * interval.count))))
        fullAt[network] = .earlier(full, latest)
    }

    /// Makes room for other networks.
    ///
    /// The half that has the least to wait for goes, so that nobody empties the memory of its own guesses by those of others.
    private mutating func forget(_ now: Instant) {
        fullAt = fullAt.filter { $0.value > now }
        guard fullAt.count > networksMax / 2 else { return }
        let latest = fullAt.sorted { $0.value > $1.value }.prefix(networksMax / 2)
        fullAt = Dictionary(uniqueKeysWithValues: latest.map { ($0.key, $0.value) })
    }
}
