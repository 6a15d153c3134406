/// The choice of the readers who give back what they are sent: entries of the file cache, bytes of files that are not kept,
/// bytes of lists. Pure; the worker that owns it.
///
/// DESIGN. One copy is sent to several readers, and is free when the last of them has gone. So it counts whole for each address
/// that has a reader of it. Readers of a copy that no other address is sent end first, as that frees it.

internal import CompletionPort
internal import Platform

/// A budget that readers hold together, by the copies that they are sent.
enum ReaderBudget: Int, CaseIterable {
    /// Entries of the file cache: each copy counts as one.
    case entries
    /// Bytes of files that are not kept.
    case unkept
    /// Bytes of lists of folders.
    case lists
}

/// The last look at what readers hold of a budget.
struct ReaderLook {
    /// The time from one look to the next at least.
    static let interval = Duration.milliseconds(50)
    /// From one look to the next it takes so many times as long as that look at least.
    static let share = 10

    private let sizes: [ClientNetwork: Int]
    private let most: Int
    /// The time of the next look.
    let next: Instant

    init() {
        sizes = [:]
        most = 0
        next = Instant(nanoseconds: 0)
    }

    /// - Parameters:
    ///   - sizes: what each address was sent.
    ///   - duration: the time that the look took.
    ///   - now: the time.
    init(_ sizes: [ClientNetwork: Int], took duration: Duration, now: Instant) {
        self.sizes = sizes
        most = sizes.values.max() ?? 0
        next = now.advanced(by: max(Self.interval, duration * Self.share))
    }

    /// True when no other address was sent more than the client.
    func isMost(_ client: ClientNetwork?) -> Bool { most > 0 && held(by: client) == most }

    /// The size of what a client was sent; 0 for one that has no share.
    func held(by client: ClientNetwork?) -> Int { client.flatMap { sizes[$0] } ?? 0 }
}

/// Those who wait for room: those who hold least first, and of those who hold as much the first to come.
struct RoomWaiters<Key> {
    private var waiting: [(key: Key, rank: Int)] = []
    /// True while those who wait are asked in turn: whoever waits again stays before those who hold as much.
    var isResuming = false

    var isEmpty: Bool { waiting.isEmpty }
    var count: Int { waiting.count }

    /// - Parameters:
    ///   - key: one that waits.
    ///   - rank: what it holds.
    mutating func insert(_ key: Key, rank: Int) {
        let isAgain = isResuming
        let index = waiting.firstIndex { isAgain ? $0.rank >= rank : $0.rank > rank } ?? waiting.endIndex
        waiting.insert((key, rank), at: index)
    }

    mutating func takeFirst() -> Key? { waiting.isEmpty ? nil : waiting.removeFirst().key }
}

/// The readers of a worker, by what they hold of one budget.
struct ReaderHoldings {
    /// A connection that is sent a copy, or is about to be.
    struct Reader {
        let connection: CompletionKey
        /// `nil` for a connection that has no share.
        let network: ClientNetwork?
        /// Tells the copy from others of the budget.
        let copy: UInt
        let size: Int
        /// The time by which its client must have taken something: the earlier, the longer it has taken nothing.
        let due: Instant
        /// The connection is being closed: its part of the copy is free soon.
        var isEnding = false
    }

    private struct Copy {
        let id: UInt
        let size: Int
        /// The deadline of the reader that took something last.
        var due: Instant
        var connections: [CompletionKey]
    }

    private let readers: [Reader]
    /// The size of what each address is sent, each copy once; but for readers that are ending.
    let sizes: [ClientNetwork: Int]

    init(_ readers: [Reader]) {
        self.readers = readers
        var sizes: [ClientNetwork: Int] = [:]
        var seen: [ClientNetwork: Set<UInt>] = [:]
        for reader in readers where !reader.isEnding {
            guard let network = reader.network, seen[network, default: []].insert(reader.copy).inserted else {
                continue
            }
            sizes[network, default: 0] += reader.size
        }
        self.sizes = sizes
    }

    /// Chooses connections to be ended.
    ///
    /// - Parameters:
    ///   - client: it wants some; `nil` for one that has no share.
    ///   - count: so much it wants, and there is not.
    /// - Returns: readers of the address that is sent most: those of copies of which all of its readers have taken nothing for
    ///   longest, until as much is free. None when as much will be free anyway. `nil` when no address is sent more than the
    ///   client would be, or the one that is is sent a single copy.
    func givers(for client: ClientNetwork?, wants count: Int) -> [CompletionKey]? {
        let staying = readers.filter { !$0.isEnding }
        var free = sizeOfCopies(of: readers) - sizeOfCopies(of: staying)
        guard free < count else { return [] }
        guard let most = sizes.max(by: { $0.value < $1.value }), most.key != client else { return nil }
        let holders = staying.filter { $0.network == most.key }
        let others = Set(staying.lazy.filter { $0.network != most.key }.map(\.copy))
        let copies = copies(of: holders).sorted { first, second in
            let (isShared, isOtherShared) = (others.contains(first.id), others.contains(second.id))
            return isShared == isOtherShared ? first.due < second.due : isOtherShared
        }
        let kept = (client.flatMap { sizes[$0] } ?? 0) + count
        var left = most.value
        var chosen: [CompletionKey] = []
        for copy in copies.dropLast() where free < count && left > kept {
            chosen += copy.connections
            left -= copy.size
            free += copy.size
        }
        return chosen.isEmpty ? nil : chosen
    }

    private func copies(of readers: [Reader]) -> [Copy] {
        var copies: [UInt: Copy] = [:]
        for reader in readers {
            copies[
                reader.copy,
                default: Copy(id: reader.copy, size: reader.size, due: reader.due, connections: [])
            ].connections.append(reader.connection)
            if let due = copies[reader.copy]?.due, due < reader.due { copies[reader.copy]?.due = reader.due }
        }
        return Array(copies.values)
    }

    /// The size of what readers are sent, each copy once.
    private func sizeOfCopies(of readers: [Reader]) -> Int {
        var seen: Set<UInt> = []
        return readers.reduce(0) { seen.insert($1.copy).inserted ? $0 + $1.size : $0 }
    }
}
