/// The entries of the file cache by their watches of inotify. A pure value; the worker that owns it.

/// Entries by the watch of their file.
///
/// The kernel has one watch for a file, whatever it is called, so a watch has as many entries as the file has names and
/// addresses: they are a list that is linked both ways.
///
/// - Complexity: O(1) to add and to remove.
struct WatchTable {
    private struct Link {
        /// -1 for none.
        var watch: Int32 = -1
        var next = noSlot
        var previous = noSlot
    }

    private var links: [Link]
    /// The entry that was added last.
    private var first: [Int32: UInt32] = [:]

    /// - Parameter capacity: slots of the cache.
    init(capacity: Int) {
        links = Array(repeating: Link(), count: capacity)
    }

    /// Watches that have an entry.
    var count: Int { first.count }

    func contains(_ watch: Int32) -> Bool { first[watch] != nil }

    func isWatched(_ slot: UInt32) -> Bool { links[Int(slot)].watch >= 0 }

    /// Notes the watch of an entry that has none.
    mutating func add(_ slot: UInt32, _ watch: Int32) {
        precondition(!isWatched(slot) && watch >= 0, "an entry has one watch")
        let next = first[watch] ?? noSlot
        links[Int(slot)] = Link(watch: watch, next: next)
        if next != noSlot { links[Int(next)].previous = slot }
        first[watch] = slot
    }

    /// Forgets an entry.
    ///
    /// - Returns: its watch, when no other entry has it.
    mutating func remove(_ slot: UInt32) -> Int32? {
        let link = links[Int(slot)]
        guard link.watch >= 0 else { return nil }
        links[Int(slot)] = Link()
        if link.next != noSlot { links[Int(link.next)].previous = link.previous }
        if link.previous != noSlot {
            links[Int(link.previous)].next = link.next
        } else if link.next != noSlot {
            first[link.watch] = link.next
        } else {
            first[link.watch] = nil
            return link.watch
        }
        return nil
    }

    /// The entries of a watch.
    func slots(of watch: Int32) -> [UInt32] {
        var slots: [UInt32] = []
        var slot = first[watch] ?? noSlot
        while slot != noSlot {
            slots.append(slot)
            slot = links[Int(slot)].next
        }
        return slots
    }
}
