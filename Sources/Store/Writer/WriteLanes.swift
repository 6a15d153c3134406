/// The order in which writes are stored, and who makes room. A value; Pure; the lock of `WriteQueue` is held.

internal import Platform

/// Writes in lanes, one lane for each owner; the lanes have turns, and within a lane the order is that of arrival.
///
/// So a client with many or large writes holds up itself. What waits and what is being stored is bounded in number and in
/// bytes. When it is too much, the client that holds most gives up what it brought last, unless that has been taken.
///
/// Writes are in a table that grows to its largest size, so that one more costs no memory.
struct WriteLanes {
    private struct Entry {
        var write: StoreWrite?
        var lane: Int
    }

    private struct Lane {
        let owner: WriteOwner
        var writes = IndexList()
        /// The bytes and places of its writes that wait, in one measure.
        var weight = 0
        var isOpen = true

        var givesPlaces: Bool {
            if case .client = owner { isOpen } else { false }
        }
    }

    /// Bytes after which a lane's turn is over.
    static let turnSize = 256 << 10
    /// The bytes that a write is charged for beside its own: a small one takes time too.
    static let turnCharge = 1024

    private let limits: StoreLimits
    /// The weight of a place, for one measure of those who hold many writes and those who hold large ones.
    private let placeWeight: Int

    /// Writes that wait or have been taken and not finished.
    private(set) var count = 0
    /// Their bytes.
    private(set) var size = 0

    private var entries: [Entry] = []
    private var freeEntries: [Int] = []
    /// The neighbours of each entry in its lane.
    private var links: [IndexList.Links] = []

    private var lanes: [Lane] = []
    private var freeLanes: [Int] = []
    private var lanesByOwner: [WriteOwner: Int] = [:]
    /// The lane of the last write that came, which is the next one's, mostly.
    private var lastLane: Int?
    /// The lanes, all of which have writes, with that whose turn it is in front.
    private var turns = IndexList()
    private var turnLinks: [IndexList.Links] = []
    /// Bytes that the lane in front has been charged for in its turn.
    private var turnSpent = 0

    init(_ limits: StoreLimits) {
        self.limits = limits
        placeWeight = max(1, limits.writesQueuedSizeMax / limits.writesQueuedMax)
    }

    /// True when nothing waits.
    var isEmpty: Bool { turns.isEmpty }

    /// Lanes in the table, used or not.
    var laneTableSize: Int { lanes.count }

    // MARK: Submitting

    /// Adds a write at the end of its owner's lane.
    ///
    /// - Returns: the writes that lose their places for it; `nil` when it finds none, and then nobody loses one.
    /// - Complexity: Constant, but linear in the number of lanes for each write that loses its place.
    mutating func submit(_ write: StoreWrite) -> [StoreWrite]? {
        var displaced: [StoreWrite] = []
        if !hasRoom(for: write.size) {
            guard let others = makeRoom(for: write) else { return nil }
            displaced = others
        }
        append(write, lane(of: write.owner))
        return displaced
    }

    /// A write that is larger than all there may be finds room when nothing else is there.
    private func hasRoom(for size: Int) -> Bool {
        count == 0 || count < limits.writesQueuedMax && self.size + size <= limits.writesQueuedSizeMax
    }

    /// Takes out what those brought last who hold more than the write's owner would.
    private mutating func makeRoom(for write: StoreWrite) -> [StoreWrite]? {
        let share = share(of: write)
        var displaced: [StoreWrite] = []
        var givers: [Int] = []
        while !hasRoom(for: write.size) {
            guard let giver = heaviest, lanes[giver].weight > share else {
                for (write, lane) in zip(displaced, givers).reversed() { append(write, lane) }
                return nil
            }
            displaced.append(remove(lanes[giver].writes.last))
            givers.append(giver)
        }
        for lane in givers where lanes[lane].isOpen && lanes[lane].writes.isEmpty { close(lane) }
        return displaced
    }

    /// The lane that gives the next place.
    private var heaviest: Int? {
        var heaviest: Int?
        for lane in lanes.indices where lanes[lane].givesPlaces {
            if lanes[lane].weight > heaviest.map({ lanes[$0].weight }) ?? 0 { heaviest = lane }
        }
        return heaviest
    }

    /// The weight that an owner would have with one more write; it has places of those who have more than that.
    private func share(of write: StoreWrite) -> Int {
        switch write.owner {
        case .client: (lanesByOwner[write.owner].map { lanes[$0].weight } ?? 0) + weight(of: write)
        case .clients: weight(of: write)
        case .program: 0
        }
    }

    private func weight(of write: StoreWrite) -> Int { write.size + placeWeight }

    // MARK: Taking

    /// Takes out what is next, in turns: at most so much as one batch may hold, and at least one write if one waits.
    ///
    /// It counts until it is finished.
    mutating func take(into writes: inout [StoreWrite]) {
        var size = 0
        while !turns.isEmpty, writes.count < limits.batchWritesMax {
            let lane = turns.first
            let index = lanes[lane].writes.first
            let next = entries[index].write?.size ?? 0
            guard writes.isEmpty || size + next <= limits.batchSizeMax else { return }
            size += next
            turnSpent += next + Self.turnCharge
            writes.append(remove(index))
            count += 1
            self.size += next
            if lanes[lane].writes.isEmpty {
                close(lane)
            } else if turnSpent >= Self.turnSize {
                turnSpent = 0
                turns.remove(lane, &turnLinks)
                turns.append(lane, &turnLinks)
            }
        }
    }

    /// Makes room for as many writes as have been completed.
    mutating func finish(_ count: Int, size: Int) {
        self.count -= count
        self.size -= size
        precondition(self.count >= 0 && self.size >= 0, "no write is completed twice")
    }

    // MARK: The table

    private mutating func append(_ write: StoreWrite, _ lane: Int) {
        let index: Int
        if let free = freeEntries.popLast() {
            index = free
            entries[index] = Entry(write: write, lane: lane)
        } else {
            index = entries.count
            entries.append(Entry(write: write, lane: lane))
            links.append(IndexList.Links())
        }
        lanes[lane].writes.append(index, &links)
        lanes[lane].weight += weight(of: write)
        count += 1
        size += write.size
    }

    private mutating func remove(_ index: Int) -> StoreWrite {
        guard let write = entries[index].write.take() else { preconditionFailure("a write leaves once") }
        let lane = entries[index].lane
        lanes[lane].writes.remove(index, &links)
        lanes[lane].weight -= weight(of: write)
        freeEntries.append(index)
        count -= 1
        size -= write.size
        return write
    }

    // MARK: Lanes

    private mutating func lane(of owner: WriteOwner) -> Int {
        if let lastLane, lanes[lastLane].owner == owner { return lastLane }
        let lane = lanesByOwner[owner] ?? open(owner)
        lastLane = lane
        return lane
    }

    /// Makes a lane for an owner; its turn comes after all others'.
    private mutating func open(_ owner: WriteOwner) -> Int {
        let lane: Int
        if let free = freeLanes.popLast() {
            lane = free
            lanes[lane] = Lane(owner: owner)
        } else {
            lane = lanes.count
            lanes.append(Lane(owner: owner))
            turnLinks.append(IndexList.Links())
        }
        lanesByOwner[owner] = lane
        turns.append(lane, &turnLinks)
        return lane
    }

    private mutating func close(_ lane: Int) {
        if turns.first == lane { turnSpent = 0 }
        turns.remove(lane, &turnLinks)
        lanesByOwner[lanes[lane].owner] = nil
        lanes[lane].isOpen = false
        freeLanes.append(lane)
        lastLane = nil
    }
}
