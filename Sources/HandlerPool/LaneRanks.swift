/// The lane with most jobs. A value; Pure; used with the pool's lock held.

internal import Platform

/// Lanes by the number of their jobs that wait: those with equally many are in one list.
///
/// Numbers change by one at a time, so that one with most is found at once.
struct LaneRanks {
    private var lists = [IndexList()]
    private var links: [IndexList.Links] = []
    /// The largest number.
    private(set) var most = 0

    /// A lane with most jobs.
    ///
    /// - Precondition: one has some.
    var first: Int { lists[most].first }

    /// Takes a lane into account that was not until now.
    mutating func insert(_ lane: Int, _ count: Int) {
        while links.count <= lane { links.append(IndexList.Links()) }
        while lists.count <= count { lists.append(IndexList()) }
        if count > 0 { lists[count].append(lane, &links) }
        most = max(most, count)
    }

    /// The number of a lane's jobs has changed by one.
    mutating func move(_ lane: Int, from old: Int, to new: Int) {
        if old > 0 { lists[old].remove(lane, &links) }
        insert(lane, new)
        // The lane that has left the highest list is in the one below it.
        if most > 0, lists[most].isEmpty { most -= 1 }
    }
}
