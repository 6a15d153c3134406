/// Writes that were answered a moment ago. A value; the store writer.

internal import Platform

/// The writes of the last moment, kept in case the file they went into has been replaced meanwhile.
///
/// A file can be replaced between the look that follows a commit and the arrival of the answer at the client. Where many
/// clients wait at the same time some answers are always under way. So the writes of such a moment are stored again in the
/// file that took the name. A lone client's are not: its answer arrives at once, and a restored file gets nothing that was
/// answered before it was put in place.
struct UnsettledWrites {
    private struct Batch {
        var writes: [StoreWrite]
        /// The time of day of the answers, in nanoseconds, as files' times are.
        let time: Int64
        let size: Int
    }

    private let duration: Int64
    private let sizeMax: Int
    private var batches: [Batch] = []
    /// Arrays whose memory is used again.
    private var spares: [[StoreWrite]] = []
    private static let sparesMax = 8
    private var size = 0
    /// The time of the last batch that more than one client waited for.
    private var lastCrowd: Int64 = .min

    init(_ limits: StoreLimits) {
        duration = limits.unsettledDuration.nanoseconds
        sizeMax = limits.unsettledSizeMax
    }

    /// Keeps the writes of a batch that were stored and are about to be answered.
    ///
    /// - Parameters:
    ///   - writes: the batch.
    ///   - results: how each of them ended.
    ///   - isCrowd: true when several writes were under way.
    ///   - time: the time of day in nanoseconds.
    mutating func add(
        _ writes: ArraySlice<StoreWrite>,
        _ results: [Result<StoreOutcome, StoreError>],
        isCrowd: Bool,
        time: Int64
    ) {
        settle(time: time)
        if isCrowd { lastCrowd = time }
        guard lastCrowd > time - duration else { return }
        var stored: [StoreWrite] = []
        stored.reserveCapacity(writes.count)
        var added = 0
        for (write, result) in zip(writes, results) {
            guard case .success = result else { continue }
            stored.append(write)
            added += write.size
        }
        batches.append(Batch(writes: stored, time: time, size: added))
        size += added
        while size > sizeMax { removeFirst(1) }
    }

    /// Keeps all writes of a batch, none of which failed, by exchanging their array for an empty one.
    mutating func add(all writes: inout [StoreWrite], isCrowd: Bool, time: Int64) {
        settle(time: time)
        if isCrowd { lastCrowd = time }
        guard lastCrowd > time - duration else { return }
        var added = 0
        for index in writes.indices { added += writes[index].size }
        var spare = spares.popLast() ?? []
        swap(&spare, &writes)
        batches.append(Batch(writes: spare, time: time, size: added))
        size += added
        while size > sizeMax { removeFirst(1) }
    }

    /// Drops what was answered long enough ago.
    ///
    /// - Parameter time: the time of day of a look that found the file in its place.
    mutating func settle(time: Int64) {
        // A clock that was set back makes everything old.
        let fresh = batches.firstIndex { $0.time > time - duration && $0.time <= time } ?? batches.endIndex
        if fresh > 0 { removeFirst(fresh) }
    }

    /// Takes out the writes whose answers may have arrived after a moment, in order.
    ///
    /// - Parameter moment: the time of day at which another file took the name, in nanoseconds.
    /// - Returns: the writes.
    mutating func takeAll(answeredAfter moment: Int64) -> [StoreWrite] {
        defer { removeFirst(batches.count) }
        return batches.filter { $0.time > moment - duration }.flatMap(\.writes)
    }

    /// True when a write is kept.
    var hasAny: Bool { !batches.isEmpty }

    /// Drops all of them.
    mutating func removeAll() {
        removeFirst(batches.count)
    }

    private mutating func removeFirst(_ count: Int) {
        for index in batches.indices.prefix(count) {
            size -= batches[index].size
            guard spares.count < Self.sparesMax else { continue }
            var spare: [StoreWrite] = []
            swap(&spare, &batches[index].writes)
            spare.removeAll(keepingCapacity: true)
            spares.append(spare)
        }
        batches.removeFirst(count)
    }
}
