/// The way of log records from one completion worker to the log thread: a ring of bytes with one producer and one
/// consumer, no lock, no allocation.
///
/// `append` runs on the worker the ring was made for; what stands under "The consumer's half" runs on the log thread.
///
/// Positions only grow; a position's place in memory is its low bits. A record never wraps: what does not fit before
/// the end of the memory begins at its start, and a skip mark says so.
///
/// Next: LogThread.swift

internal import Glibc
internal import Synchronization

/// A bounded queue of log records between two threads.
@safe
package final class AccessRing: @unchecked Sendable {
    // Sendable: `tailPosition` and `headSeen` are touched by the producer only, the memory between head and tail by the
    // consumer only and the rest by the producer only; a position is handed over by a release store and acquired by a
    // load. The padding keeps the two sides on different cache lines (and out of each other's prefetched pair).

    // The producer's side.
    private let tail = Atomic<Int>(0)
    private let droppedCount = Atomic<Int>(0)
    private var tailPosition = 0
    private var headSeen = 0
    private let paddingAfterProducer = InlineArray<16, UInt64>(repeating: 0)
    // The consumer's side.
    private let head = Atomic<Int>(0)
    private let paddingAfterConsumer = InlineArray<16, UInt64>(repeating: 0)
    // Both read these, neither writes them.
    private let memory: UnsafeMutableRawPointer
    private let mask: Int
    private let requestLineSizeMax: Int
    private let fieldSizeMax: Int
    private let userSizeMax: Int
    private let gate: LogGate

    init(limits: FileLogLimits, gate: LogGate) {
        unsafe memory = .allocate(byteCount: limits.ringSize, alignment: 4096)
        // Touched now, so that the first requests do not pay for page faults.
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: limits.ringSize)
        mask = limits.ringSize - 1
        requestLineSizeMax = limits.requestLineSizeMax
        fieldSizeMax = limits.fieldSizeMax
        userSizeMax = limits.userSizeMax
        self.gate = gate
    }

    deinit {
        unsafe memory.deallocate()
    }

    /// Hands a record to the log thread.
    ///
    /// The texts are copied; what exceeds their limits is cut off.
    ///
    /// - Parameters:
    ///   - record: the facts of fixed size.
    ///   - requestLine: as received, without its line ending; empty when none came.
    ///   - referer: the field's value, empty when there is none.
    ///   - userAgent: the field's value, empty when there is none.
    ///   - user: the name, empty when none was given or asked for.
    /// - Returns: false when the ring is full: the record is dropped, and counted.
    /// - Complexity: one copy of the bytes; no allocation, no lock, a system call only when the log thread sleeps.
    /// - Important: on the ring's own worker only.
    @discardableResult
    package func append(
        _ record: LogRecord,
        requestLine: Span<UInt8>,
        referer: Span<UInt8>,
        userAgent: Span<UInt8>,
        user: Span<UInt8> = Span()
    ) -> Bool {
        var stored = StoredRecord(
            wallClockNanoseconds: record.wallClockNanoseconds,
            bytesSent: record.bytesSent,
            addressHigh: record.remote.high,
            addressLow: record.remote.low,
            durationMicroseconds: record.durationMicroseconds,
            status: record.status,
            port: record.remote.port,
            requestLineCount: UInt16(truncatingIfNeeded: min(requestLine.count, requestLineSizeMax)),
            refererCount: UInt16(truncatingIfNeeded: min(referer.count, fieldSizeMax)),
            userAgentCount: UInt16(truncatingIfNeeded: min(userAgent.count, fieldSizeMax)),
            reason: record.reason
        )
        // Few requests have a user.
        if !user.isEmpty { stored.user = UInt8(truncatingIfNeeded: min(user.count, userSizeMax)) }
        if record.isUserRefused { stored.user |= StoredRecord.userRefused }
        let size = stored.strideInRing
        guard let position = reserve(size) else {
            droppedCount.store(droppedCount.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
            return false
        }
        // `reserve` has proved that the `size` bytes at this position are inside the memory and belong to the producer.
        let place = unsafe memory + (position & mask)
        unsafe place.storeBytes(of: stored, as: StoredRecord.self)
        var text = unsafe place + StoredRecord.size
        unsafe copy(requestLine, Int(stored.requestLineCount), to: &text)
        unsafe copy(referer, Int(stored.refererCount), to: &text)
        unsafe copy(userAgent, Int(stored.userAgentCount), to: &text)
        if stored.user != 0 { unsafe copy(user, stored.userCount, to: &text) }
        publish(position &+ size)
        return true
    }

    /// Records refused because the ring was full.
    ///
    /// Any thread.
    package var dropped: Int { droppedCount.load(ordering: .relaxed) }

    /// Finds room for a record, skipping the end of the memory when it is too short.
    ///
    private func reserve(_ size: Int) -> Int? {
        let untilEnd = mask &+ 1 &- (tailPosition & mask)
        let skip = size <= untilEnd ? 0 : untilEnd
        let end = tailPosition &+ skip &+ size
        if end &- headSeen > mask &+ 1 {
            headSeen = head.load(ordering: .acquiring)
            if end &- headSeen > mask &+ 1 { return nil }
        }
        if skip > 0 {
            unsafe (memory + (tailPosition & mask)).storeBytes(of: StoredRecord.skipMark, as: Int64.self)
        }
        return tailPosition &+ skip
    }

    /// Shows everything before `position` to the log thread, and wakes it when it has to be.
    private func publish(_ position: Int) {
        tailPosition = position
        // Sequentially consistent, and so is the load in the gate: either the log thread sees this record before it
        // sleeps, or this thread sees that it sleeps.
        tail.store(position, ordering: .sequentiallyConsistent)
        let half = mask &>> 1
        if position &- headSeen > half { headSeen = head.load(ordering: .acquiring) }
        gate.recordAppended(pastHalf: position &- headSeen > half)
    }

    @unsafe
    private func copy(_ span: Span<UInt8>, _ count: Int, to place: inout UnsafeMutableRawPointer) {
        unsafe span.withUnsafeBufferPointer { source in
            // `count` is at most the span's; an empty span may have no address.
            if count > 0, let base = source.baseAddress { unsafe memcpy(place, base, count) }
        }
        unsafe place += count
    }

    // MARK: The consumer's half

    /// The position of the producer.
    var published: Int { tail.load(ordering: .sequentiallyConsistent) }

    /// Gives the memory before `position` back to the producer.
    func release(upTo position: Int) {
        head.store(position, ordering: .releasing)
    }

    /// True when more than half of the ring is waiting.
    var isPastHalf: Bool { published &- head.load(ordering: .relaxed) > mask &>> 1 }

    /// True when nothing is waiting.
    var isEmpty: Bool { published == head.load(ordering: .relaxed) }

    /// The record at `position`, which is moved past a skip mark; `nil` at `end`.
    func record(at position: inout Int, end: Int) -> StoredRecord? {
        while position != end {
            // Between head and tail the memory is the consumer's, and a record or a skip mark begins at `position`.
            let place = unsafe memory + (position & mask)
            if unsafe place.load(as: Int64.self) != StoredRecord.skipMark {
                return unsafe place.load(as: StoredRecord.self)
            }
            position = (position | mask) &+ 1
        }
        return nil
    }

    /// Shows the four texts of the record at `position`.
    func withTexts(
        of record: StoredRecord,
        at position: Int,
        _ body: (
            _ requestLine: Span<UInt8>, _ referer: Span<UInt8>, _ userAgent: Span<UInt8>, _ user: Span<UInt8>
        ) -> Void
    ) {
        // The four lengths were stored with the record, which `reserve` kept inside the memory; it is not released
        // before `body` returns.
        let texts = unsafe UnsafeBufferPointer(
            start: (memory + (position & mask) + StoredRecord.size).assumingMemoryBound(to: UInt8.self),
            count: record.strideInRing - StoredRecord.size
        )
        let span = unsafe texts.span
        let refererStart = Int(record.requestLineCount)
        let userAgentStart = refererStart + Int(record.refererCount)
        let userStart = userAgentStart + Int(record.userAgentCount)
        body(
            span.extracting(0..<refererStart),
            span.extracting(refererStart..<userAgentStart),
            span.extracting(userAgentStart..<userStart),
            span.extracting(userStart..<userStart + record.userCount)
        )
    }
}
