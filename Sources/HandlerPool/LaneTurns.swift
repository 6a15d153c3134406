/// The order in which lanes have their turn. Events in, a lane out; Pure; the pool's lock is held.
///
/// DESIGN. Turns are by the time that jobs hold threads, and not by their number: a lane of short jobs has many while a lane
/// of long ones has one. Each lane has a mark, which moves on by the time that its jobs have held threads. The lane with the
/// lowest mark is next, and of equal ones the lane that was next least lately. How long a job takes is known at its end. So a
/// job is charged an advance as it begins, for lanes to take turns at threads that are free together, and the rest at its end.
///
/// A lane that comes starts at the level: it has neither saved up turns nor is it behind. The level moves on with the marks of
/// the lanes that are next, and by each lane's part of all time that was held. So a lane whose mark is high has its turn
/// though newcomers keep coming, after the same time as if all had been there from the beginning.

/// Lanes, told apart by small numbers, with a heap of those in which something waits.
struct LaneTurns {
    private struct Lane {
        /// Nanoseconds.
        var mark: Int64
        var order: UInt64 = 0
        /// In the heap; -1 for a lane in which nothing waits.
        var position = -1
    }

    /// The time for which a job is charged as it begins.
    static let advance: Int64 = 1_000_000
    /// A lane goes before newcomers for no more than this, however long others held threads while it waited.
    static let creditMax: Int64 = 1_000_000_000

    private var lanes: [Lane] = []
    private var heap: [Int] = []
    private var level: Int64 = 0
    private var orders: UInt64 = 0

    /// The lane whose turn it is; `nil` when nothing waits.
    var first: Int? { heap.first }

    /// A lane comes, with a number that no other lane has at the time; nothing of it waits yet.
    ///
    /// - Parameter lane: at most the number of lanes that there have been.
    mutating func open(_ lane: Int) {
        if lane == lanes.count { lanes.append(Lane(mark: level)) } else { lanes[lane] = Lane(mark: level) }
    }

    /// Something waits in a lane in which nothing waited.
    mutating func enter(_ lane: Int) {
        precondition(lanes[lane].position < 0, "a lane has one place among the others")
        lanes[lane].mark = max(lanes[lane].mark, level)
        queueBehindEquals(lane)
        lanes[lane].position = heap.count
        heap.append(lane)
        moveUp(lane)
    }

    /// Nothing waits in a lane any more.
    mutating func leave(_ lane: Int) {
        let position = lanes[lane].position
        precondition(position >= 0, "a lane leaves once")
        lanes[lane].position = -1
        let last = heap.removeLast()
        guard last != lane else { return }
        place(last, position)
        settle(last)
    }

    /// A job of the lane whose turn it is begins.
    mutating func begin(_ lane: Int) {
        level = max(level, lanes[lane].mark)
        lanes[lane].mark = max(lanes[lane].mark, level - Self.creditMax) + Self.advance
        queueBehindEquals(lane)
        moveDown(lane)
    }

    /// A job has ended.
    ///
    /// - Parameters:
    ///   - lane: its lane.
    ///   - held: the time for which it held its thread, in nanoseconds.
    ///   - count: lanes in which a job waits or runs.
    mutating func end(_ lane: Int, held: Int64, among count: Int) {
        lanes[lane].mark += held - Self.advance
        level += held / Int64(max(1, count))
        if lanes[lane].position >= 0 { settle(lane) }
    }

    // MARK: The heap

    /// True when the lane whose turn it is stands before all others in which something waits.
    ///
    /// For tests.
    var isOrdered: Bool {
        heap.indices.allSatisfy { lanes[heap[$0]].position == $0 && !isBefore(heap[$0], heap[0]) }
    }

    private mutating func queueBehindEquals(_ lane: Int) {
        orders += 1
        lanes[lane].order = orders
    }

    private func isBefore(_ one: Int, _ other: Int) -> Bool {
        let (one, other) = (lanes[one], lanes[other])
        return one.mark == other.mark ? one.order < other.order : one.mark < other.mark
    }

    private mutating func place(_ lane: Int, _ position: Int) {
        heap[position] = lane
        lanes[lane].position = position
    }

    private mutating func settle(_ lane: Int) {
        moveUp(lane)
        moveDown(lane)
    }

    private mutating func moveUp(_ lane: Int) {
        var position = lanes[lane].position
        while position > 0 {
            let parent = heap[(position - 1) / 2]
            guard isBefore(lane, parent) else { break }
            place(parent, position)
            position = (position - 1) / 2
        }
        place(lane, position)
    }

    private mutating func moveDown(_ lane: Int) {
        var position = lanes[lane].position
        while true {
            var child = 2 * position + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, isBefore(heap[child + 1], heap[child]) { child += 1 }
            guard isBefore(heap[child], lane) else { break }
            place(heap[child], position)
            position = child
        }
        place(lane, position)
    }
}
