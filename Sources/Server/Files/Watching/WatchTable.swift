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
        var next = FileSlot.null
        var previous = FileSlot.null
    }

    private var links: [Link]
    /// The entry that was added last.
    private var first: [Int32: FileSlot] = [:]

    /// - Parameter capacity: slots of the cache.
    init(capacity: Int) {
        links = Array(repeating: Link(), count: capacity)
    }

    /// Watches that have an entry.
    var count: Int { first.count }

    func contains(_ watch: Int32) -> Bool { first[watch] != nil }

    func isWatched(_ slot: FileSlot) -> Bool { links[Int(slot.index)].watch >= 0 }

    /// Notes the watch of an entry that has none.
    mutating func add(_ slot: FileSlot, _ watch: Int32) {
        precondition(!isWatched(slot) && watch >= 0, "an entry has one watch")
        let next = first[watch] ?? .null
        links[Int(slot.index)] = Link(watch: watch, next: next)
        if next != .null { links[Int(next.index)].previous = slot }
        first[watch] = slot
    }

    /// Forgets an entry.
    ///
    /// - Returns: its watch, when no other entry has it.
    mutating func remove(_ slot: FileSlot) -> Int32? {
        let link = links[Int(slot.index)]
        guard link.watch >= 0 else { return nil }
        links[Int(slot.index)] = Link()
        if link.next != .null { links[Int(link.next.index)].previous = link.previous }
        if link.previous != .null {
            links[Int(link.previous.index)].next = link.next
        } else if link.next != .null {
            first[link.watch] = link.next
        } else {
            first[link.watch] = nil
            return link.watch
        }
        return nil
    }

    /// The entries of a watch.
    func slots(of watch: Int32) -> [FileSlot] {
        var slots: [FileSlot] = []
        var slot = first[watch] ?? .null
        while slot != .null {
            slots.append(slot)
            slot = links[Int(slot.index)].next
        }
        return slots
    }
}
