/// Deadlines of many connections at the cost of a store each. Pure; the worker that owns it.
///
/// DESIGN. A ring of buckets, each 1/8 second wide; a slot with a deadline is in the list of one bucket. Deadlines move
/// back all the time (every request moves its connection's) and pass almost never: so moving one back does nothing here.
/// A slot that comes up is asked for its deadline again, and goes into a later bucket when that has not passed. Only a
/// deadline that comes *before* the bucket of its slot moves the slot. (Hashed timing wheels: Varghese and Lauck, 1987;
/// the laziness is ours.)

internal import Platform

struct DeadlineWheel: ~Copyable {
    static let bucketWidth: UInt64 = 125_000_000
    static let bucketCount = 512

    private struct Link {
        var next = ConnectionSlot.null
        var previous = ConnectionSlot.null
        /// The bucket's absolute number (time divided by its width), 0 when the slot is in none.
        var bucket: UInt64 = 0
    }

    private var heads = [ConnectionSlot](repeating: .null, count: bucketCount)
    private var links: [Link]
    /// One bit for each bucket that holds a slot.
    private var occupied = [UInt64](repeating: 0, count: bucketCount / 64)
    /// Buckets before this one are past.
    private var current: UInt64
    /// No slot is in a bucket before this one.
    private var earliest = UInt64.max

    init(capacity: Int, now: Instant) {
        links = []
        links.reserveCapacity(min(capacity, 1024))
        current = now.nanoseconds / Self.bucketWidth
    }

    /// Sees to it that the slot comes up at its deadline or before.
    ///
    /// Costs a comparison when it does already.
    mutating func arm(_ slot: ConnectionSlot, at deadline: Instant) {
        while Int(slot.index) >= links.count { links.append(Link()) }
        let armed = links[Int(slot.index)].bucket
        // Nearly always, and without a division.
        if armed != 0, deadline.nanoseconds >= armed &* Self.bucketWidth { return }
        // A slot comes up when its bucket has passed completely: never early. The horizon bounds how far ahead it can
        // lie; a later deadline comes up at the horizon and is armed again. Bucket 0 says "none", so that the clock's
        // first moment is in the next one.
        let horizon = current + UInt64(Self.bucketCount) - 1
        let bucket = min(max(deadline.nanoseconds / Self.bucketWidth, current, 1), horizon)
        if armed != 0 {
            guard bucket < armed else { return }
            unlink(slot)
        }
        link(slot, bucket)
    }

    /// Forgets the slot.
    mutating func disarm(_ slot: ConnectionSlot) {
        guard Int(slot.index) < links.count, links[Int(slot.index)].bucket != 0 else { return }
        unlink(slot)
    }

    /// Whether `collect` may find anything: one comparison, so that a turn of the worker can ask.
    func isDue(_ now: Instant) -> Bool {
        now.nanoseconds / Self.bucketWidth > current
    }

    /// Takes out the slots whose buckets have passed.
    mutating func collect(until now: Instant, into due: inout [ConnectionSlot]) {
        let end = now.nanoseconds / Self.bucketWidth
        guard end > current else { return }
        // Counted in Int, here and below: without optimisation other loops allocate, which tests count.
        for step in 0..<Int(min(end - current, UInt64(Self.bucketCount))) {
            let index = Int((current + UInt64(step)) % UInt64(Self.bucketCount))
            while heads[index] != .null {
                let slot = heads[index]
                unlink(slot)
                due.append(slot)
            }
        }
        current = end
        earliest = firstOccupied()
    }

    /// When to look again: no slot comes up before; `nil` when none is armed.
    ///
    /// The slot it was may be gone by then.
    var next: Instant? {
        earliest == .max ? nil : Instant(nanoseconds: (earliest + 1) * Self.bucketWidth)
    }

    /// The first bucket from `current` on that holds a slot.
    private func firstOccupied() -> UInt64 {
        for distance in 0..<Self.bucketCount {
            let index = Int((current + UInt64(distance)) % UInt64(Self.bucketCount))
            if occupied[index / 64] & (1 << UInt64(index % 64)) != 0 { return current + UInt64(distance) }
        }
        return .max
    }

    private mutating func link(_ slot: ConnectionSlot, _ bucket: UInt64) {
        let index = Int(bucket % UInt64(Self.bucketCount))
        let first = heads[index]
        links[Int(slot.index)] = Link(next: first, previous: .null, bucket: bucket)
        if first != .null { links[Int(first.index)].previous = slot }
        heads[index] = slot
        occupied[index / 64] |= 1 << UInt64(index % 64)
        earliest = min(earliest, bucket)
    }

    private mutating func unlink(_ slot: ConnectionSlot) {
        let link = links[Int(slot.index)]
        let index = Int(link.bucket % UInt64(Self.bucketCount))
        if link.previous != .null {
            links[Int(link.previous.index)].next = link.next
        } else {
            heads[index] = link.next
        }
        if link.next != .null { links[Int(link.next.index)].previous = link.previous }
        links[Int(slot.index)] = Link()
        if heads[index] == .null { occupied[index / 64] &= ~(1 << UInt64(index % 64)) }
    }
}
