/// Takes records from all rings in the order of their times. Log thread.
///
/// Each ring is in time order already. The ring whose first record is oldest is drained until its next record is younger
/// than the first of another ring; so with one busy worker, or with clocks read once per turn, the comparison with the
/// others is made once per run of records and not once per record.

/// The reading positions in all rings during a batch.
final class RingMerge {
    private struct Cursor {
        let ring: AccessRing
        var position = 0
        var end = 0
        var next: StoredRecord?

        /// Reads the next record's fixed part, if the batch has one.
        mutating func advance() {
            next = ring.record(at: &position, end: end)
        }
    }

    private var cursors: [Cursor]

    init(rings: [AccessRing]) {
        cursors = rings.map { Cursor(ring: $0) }
    }

    /// Starts a batch with what is in the rings now.
    ///
    /// Returns whether that is anything.
    func begin() -> Bool {
        var found = false
        for index in cursors.indices {
            cursors[index].end = cursors[index].ring.published
            cursors[index].advance()
            found = found || cursors[index].next != nil
        }
        return found
    }

    /// Shows the batch's records in turn, until there are no more or `body` returns false for one, which stays.
    ///
    /// - Returns: whether the batch was read to its end.
    func drain(_ body: (AccessRing, StoredRecord, Int) -> Bool) -> Bool {
        while let (oldest, limit) = oldestRing() {
            // Taken out for the run: in the class each look at it is checked, which took an eighth of the log thread's time.
            var cursor = cursors[oldest]
            defer { cursors[oldest] = cursor }
            while let record = cursor.next, record.wallClockNanoseconds <= limit {
                guard body(cursor.ring, record, cursor.position) else { return false }
                cursor.position &+= record.strideInRing
                cursor.ring.release(upTo: cursor.position)
                cursor.advance()
            }
        }
        return true
    }

    /// The ring whose first record is the oldest, and the time of the oldest in the others.
    private func oldestRing() -> (index: Int, limit: Int64)? {
        var oldest: (index: Int, time: Int64)?
        var limit = Int64.max
        for index in cursors.indices {
            guard let time = cursors[index].next?.wallClockNanoseconds else { continue }
            if let current = oldest, current.time <= time {
                limit = min(limit, time)
            } else {
                limit = min(limit, oldest?.time ?? .max)
                oldest = (index, time)
            }
        }
        return oldest.map { ($0.index, limit) }
    }
}
