/// The output blocks of a worker. That worker.
///
/// DESIGN. A block is lent with a list of segments, as the two are nearly always needed together. A large body's list goes on
/// without its block, which is `spare` then until another list gets it. Some blocks are a reserve: they are lent only when
/// there are no others, and not to the address that has most (`SlowReaders`).

internal import Platform

/// Blocks that are lent to connections that have something to send.
@safe
struct OutputPool: ~Copyable {
    private let memory: MappedMemory
    private let limits: Limits
    private var free: [Output] = []
    private var reserve: [Output] = []
    /// Lists without a block, and blocks of the general kind without a list.
    private var bare: [Output] = []
    private var spare: [UnsafeMutableRawPointer] = unsafe []
    /// All lists that were made.
    private var made: [Output] = []
    /// Blocks that were lent at some time: the rest has no list yet and no memory.
    private var generalMade = 0
    private var reservedMade = 0

    /// Prepares `outputsMax` blocks in one mapping; a block that is never lent costs no memory.
    init(limits: Limits) throws(SystemError) {
        memory = try MappedMemory(count: limits.outputsMax * limits.outputBlockSize, isSparse: true)
        self.limits = limits
    }

    private var generalMax: Int { limits.outputsMax - limits.outputsReserve }

    /// True when there is a block that any client may have.
    var hasFree: Bool { unsafe !free.isEmpty || !spare.isEmpty || generalMade < generalMax }
    /// True when there is a block in the reserve.
    var hasReserve: Bool { !reserve.isEmpty || reservedMade < limits.outputsReserve }
    /// Blocks that connections have, but for those of the reserve.
    var lentCount: Int { unsafe generalMade - free.count - spare.count }
    /// True when so many blocks are lent that slow readers are worth a look.
    var isBusy: Bool { lentCount > generalMax / 2 }
    /// True when there were so many at some time.
    var hasBeenBusy: Bool { generalMade > generalMax / 2 }

    // MARK: Lending

    /// The block that was returned last: its memory is the warmest.
    ///
    /// `nil` when all that were made are lent.
    mutating func lend() -> Output? { free.popLast() }

    /// A block that was not lent so far, or that a large body has left; `nil` when all are lent.
    mutating func lendFurther() -> Output? {
        guard let block = unsafe takeSpare() else { return nil }
        return unsafe list(for: block, .general)
    }

    /// A block of the reserve; `nil` when all are lent.
    mutating func lendReserved() -> Output? {
        if let output = reserve.popLast() { return output }
        guard reservedMade < limits.outputsReserve else { return nil }
        reservedMade += 1
        return unsafe list(for: place(limits.outputsMax - reservedMade), .reserved)
    }

    /// A list of segments without a block, for bytes that are elsewhere.
    mutating func lendBare() -> Output {
        if let output = bare.popLast() { return output }
        let output = unsafe Output(block: memory.base, kind: .bare, limits: limits)
        made.append(output)
        return output
    }

    mutating func `return`(_ output: Output) {
        precondition(output.isEmpty && !output.isSending, "a block comes back empty")
        switch output.kind {
        case .general: free.append(output)
        case .reserved: reserve.append(output)
        case .bare: bare.append(output)
        }
    }

    // MARK: Lists without a block

    /// Takes the block of a list that goes on without it.
    mutating func takeBlock(of output: Output) {
        let kind = output.kind
        let block = unsafe output.takeBlock()
        guard kind == .reserved else { return unsafe spare.append(block) }
        unsafe reserve.append(list(for: block, .reserved))
    }

    /// Gives a list a block again; false when all are lent.
    mutating func giveBlock(to output: Output) -> Bool {
        if let block = unsafe takeSpare() {
            unsafe output.give(block, .general)
            return true
        }
        guard let other = free.popLast() else { return false }
        unsafe output.give(other.takeBlock(), .general)
        bare.append(other)
        return true
    }

    private mutating func takeSpare() -> UnsafeMutableRawPointer? {
        if let block = unsafe spare.popLast() { return unsafe block }
        guard generalMade < generalMax else { return nil }
        generalMade += 1
        return unsafe place(generalMade - 1)
    }

    private func place(_ index: Int) -> UnsafeMutableRawPointer {
        unsafe memory.base + index * limits.outputBlockSize
    }

    private mutating func list(for block: UnsafeMutableRawPointer, _ kind: Output.Kind) -> Output {
        if let output = bare.popLast() {
            unsafe output.give(block, kind)
            return output
        }
        let output = unsafe Output(block: block, kind: kind, limits: limits)
        made.append(output)
        return output
    }

    // MARK: Memory

    /// Gives the memory of blocks that nobody has back to the system, those that were used last aside.
    ///
    /// - Parameters:
    ///   - first: blocks before it were dealt with by earlier calls.
    ///   - count: blocks at most.
    /// - Returns: where to go on; `nil` when all are dealt with.
    func releaseIdle(from first: Int, atMost count: Int) -> Int? {
        let coldCount = max(0, free.count - Self.warmCount)
        let all = unsafe coldCount + reserve.count + spare.count
        let end = min(all, first + count)
        guard first < end else { return nil }
        for index in first..<end {
            let block: UnsafeMutableRawPointer
            switch index {
            case ..<coldCount: unsafe block = free[index].block
            case ..<(coldCount + reserve.count): unsafe block = reserve[index - coldCount].block
            default: unsafe block = spare[index - coldCount - reserve.count]
            }
            let start = unsafe block - memory.base
            memory.release(start..<start + limits.outputBlockSize)
        }
        return end < all ? end : nil
    }

    /// Blocks that keep their memory: as many as a quiet server uses at a time.
    private static let warmCount = 16

    deinit {
        for output in made { output.free() }
    }
}
