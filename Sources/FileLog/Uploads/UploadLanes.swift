/// The order in which files of many clients are written, and who makes room. A value; Pure; the lock of
/// `UploadQueue` is held.

/// Entries in lanes, one lane for each client; the lanes have turns, and within a lane the order is that of arrival.
///
/// So a client with many files holds up itself. What waits and what is being written is bounded together. When it is too
/// much, the client that holds most gives way: what it brought last goes, unless it has been begun. An entry without a
/// share has a lane of its own.
struct UploadLanes<Element> {
    /// The identity of a lane's owner: a client, or one entry without a share.
    enum Share: Hashable, Sendable {
        case client(UInt64)
        case nobody(Int)
    }

    /// One entry; whoever takes it puts it back or ends it, before the next is taken.
    struct Entry {
        var element: Element
        let size: Int
        fileprivate let share: Share
        /// True when it may no longer give way.
        var isBegun = false
    }

    fileprivate struct Lane {
        var waiting = Fifo<Entry>()
        /// Bytes of what waits, and of what is taken.
        var size = 0
        var isTaken = false
    }

    private let sizeMax: Int
    private var lanes: [Share: Lane] = [:]
    /// The lanes in which something waits, but the one from which an entry is taken.
    private var order = Fifo<Share>()
    private var nobodies = 0
    private(set) var size = 0

    init(sizeMax: Int) {
        self.sizeMax = sizeMax
    }

    /// True when nothing waits.
    var isEmpty: Bool { order.isEmpty }

    /// True when an entry finds room without another's giving way; one that is larger than all there may be does when
    /// nothing else is there.
    func hasRoom(for size: Int) -> Bool { self.size == 0 || self.size + size <= sizeMax }

    /// Adds an entry at the end of its client's lane.
    ///
    /// - Parameters:
    ///   - element: what to add.
    ///   - size: the bytes that it holds.
    ///   - client: whose it is; `nil` for one that has no share.
    /// - Returns: true when it was added, and what had to go for that; nothing goes in vain.
    /// - Complexity: Linear in the number of clients where something has to go.
    mutating func add(_ element: Element, size: Int, client: UInt64?) -> (isAdded: Bool, evicted: [Element]) {
        let share: Share
        if let client {
            share = .client(client)
        } else {
            nobodies += 1
            share = .nobody(nobodies)
        }
        var evicted: [Element] = []
        if !hasRoom(for: size) {
            guard let others = room(for: size, share) else { return (false, []) }
            evicted = others
        }
        var lane = lanes[share] ?? Lane()
        if lane.waiting.isEmpty, !lane.isTaken { order.append(share) }
        lane.waiting.append(Entry(element: element, size: size, share: share))
        lane.size += size
        lanes[share] = lane
        self.size += size
        return (true, evicted)
    }

    /// Takes the next entry out, which stays counted.
    mutating func next() -> Entry? {
        guard let share = order.popFirst() else { return nil }
        guard var lane = lanes[share], let entry = lane.waiting.popFirst() else {
            preconditionFailure("a lane in the order has something waiting")
        }
        lane.isTaken = true
        lanes[share] = lane
        return entry
    }

    /// Puts a taken entry back: it is the first of its lane, whose turn comes after all others'.
    mutating func putBack(_ entry: Entry) {
        guard var lane = lanes[entry.share], lane.isTaken else { preconditionFailure("only what was taken comes back") }
        lane.isTaken = false
        lane.waiting.prepend(entry)
        lanes[entry.share] = lane
        order.append(entry.share)
    }

    /// Ends a taken entry: its room is free.
    mutating func end(_ entry: Entry) {
        guard var lane = lanes[entry.share], lane.isTaken else { preconditionFailure("only what was taken can end") }
        lane.isTaken = false
        lane.size -= entry.size
        size -= entry.size
        if !lane.waiting.isEmpty { order.append(entry.share) }
        lanes[entry.share] = lane.size == 0 ? nil : lane
    }

    /// Makes room by what the clients who hold most have brought last.
    ///
    /// - Returns: what goes; `nil` when there is no room even so, and nothing goes.
    private mutating func room(for size: Int, _ share: Share) -> [Element]? {
        var trial = self
        var evicted: [Element] = []
        while !trial.hasRoom(for: size) {
            let largest = trial.lanes.max { $0.value.size < $1.value.size }
            guard let largest, largest.key != share, largest.value.size > (trial.lanes[share]?.size ?? 0) + size,
                let element = trial.removeLast(of: largest.key)
            else { return nil }
            evicted.append(element)
        }
        self = trial
        return evicted
    }

    /// Removes what a client has brought last, if it has not been begun.
    private mutating func removeLast(of share: Share) -> Element? {
        guard var lane = lanes[share], let last = lane.waiting.last, !last.isBegun else { return nil }
        lane.waiting.removeLast()
        lane.size -= last.size
        size -= last.size
        if lane.waiting.isEmpty, !lane.isTaken { order.removeAll { $0 == share } }
        lanes[share] = lane.size == 0 ? nil : lane
        return last.element
    }
}

extension UploadLanes: Sendable where Element: Sendable {}
extension UploadLanes.Entry: Sendable where Element: Sendable {}
extension UploadLanes.Lane: Sendable where Element: Sendable {}
extension Fifo: Sendable where Element: Sendable {}

/// A queue in an array whose first places may be free.
private struct Fifo<Element> {
    private var elements: [Element?] = []
    private var head = 0

    var isEmpty: Bool { head == elements.count }
    var last: Element? { isEmpty ? nil : elements[elements.count - 1] }

    mutating func append(_ element: Element) {
        elements.append(element)
    }

    mutating func prepend(_ element: Element) {
        guard head > 0 else { return elements.insert(element, at: 0) }
        head -= 1
        elements[head] = element
    }

    mutating func popFirst() -> Element? {
        guard !isEmpty else { return nil }
        let first = elements[head]
        elements[head] = nil
        head += 1
        // Moving what is left costs no more than what was taken out since the last time.
        if head > elements.count / 2 {
            elements.removeFirst(head)
            head = 0
        }
        return first
    }

    mutating func removeLast() {
        elements.removeLast()
    }

    mutating func removeAll(where isUnwanted: (Element) -> Bool) {
        elements = elements[head...].filter { $0.map { !isUnwanted($0) } ?? false }
        head = 0
    }
}
