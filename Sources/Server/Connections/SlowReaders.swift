/// The choice of the clients that give their output blocks back. A pure value; the worker whose blocks they are.
///
/// DESIGN. Once a second, while most blocks are lent, the worker says who has one and how many bytes each client has taken in
/// its connection's life. So it is known of each how much it has taken over the last ten seconds. When only the reserve is
/// left, the address that has most blocks is asked for some back: those of the readers that were slowest. A reader that
/// began within these ten seconds is never ended. A client without an address, which is a proxy's connection or one of a
/// Unix socket, speaks for many and is left alone.

internal import CompletionPort
internal import Platform

struct SlowReaders {
    /// A connection with an output block.
    struct Reader {
        let connection: CompletionKey
        let network: ClientNetwork?
        /// Bytes that its client has taken so far.
        let taken: UInt64
    }

    /// Looks of which a reader's speed is measured, a second apart: ten seconds.
    static let looksMin = 11
    static let interval = Duration.seconds(1)

    /// Bytes that each reader had taken at the last looks, the oldest first.
    private var history: [CompletionKey: [UInt64]] = [:]
    /// The address that had most blocks at the last look.
    private(set) var greediest: ClientNetwork?
    private(set) var due = Instant(nanoseconds: 0)

    /// Notes who has a block.
    ///
    /// - Parameters:
    ///   - readers: all who have one.
    ///   - wanted: blocks that are to be given back.
    ///   - now: the time.
    /// - Returns: the connections to be ended, at most so many.
    mutating func look(_ readers: [Reader], wanted: Int, now: Instant) -> [CompletionKey] {
        due = now.advanced(by: Self.interval)
        var latest: [CompletionKey: [UInt64]] = [:]
        latest.reserveCapacity(readers.count)
        var counts: [ClientNetwork: Int] = [:]
        for reader in readers {
            var taken = history.removeValue(forKey: reader.connection) ?? []
            if taken.count == Self.looksMin { taken.removeFirst() }
            taken.append(reader.taken)
            latest[reader.connection] = taken
            if let network = reader.network { counts[network, default: 0] += 1 }
        }
        history = latest
        greediest = counts.max { $0.value < $1.value }?.key
        guard wanted > 0, let greediest else { return [] }
        let speeds = readers.compactMap { reader -> (connection: CompletionKey, taken: UInt64)? in
            guard reader.network == greediest, let taken = latest[reader.connection],
                taken.count == Self.looksMin, let first = taken.first
            else { return nil }
            // Of a connection that has broken the kernel says nothing any longer.
            return (reader.connection, reader.taken - min(first, reader.taken))
        }
        // No further than the address that has the second most.
        let others = counts.filter { $0.key != greediest }.values.max() ?? 0
        let count = min(wanted, max(1, (counts[greediest] ?? 0) - others))
        return speeds.sorted { $0.taken < $1.taken }.prefix(count).map(\.connection)
    }

    /// Nothing is known of anybody: there are blocks enough.
    mutating func forget() {
        guard !history.isEmpty || greediest != nil else { return }
        history = [:]
        greediest = nil
    }
}
