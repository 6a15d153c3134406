/// A table whose places have generations. The worker that owns it.

internal import CompletionPort
internal import Platform

/// A fixed number of slots in one mapping, reused last in, first out, so that what is used is what is in the cache.
///
/// A slot's generation grows when its element is removed: a `CompletionKey` made before no longer fits, and a packet
/// that comes late is told from its successor's.
@safe
struct Slab<Element: ~Copyable>: ~Copyable {
    let capacity: Int
    private(set) var count = 0
    private let memory: MappedMemory
    private let indexMemory: MappedMemory
    /// Slots that were used before and are free now; the last one is used next.
    private var freeCount = 0
    /// Slots that were used at some time: the rest was never touched and costs no memory.
    private var touched = 0

    init(capacity: Int) throws(SystemError) {
        precondition(capacity > 0 && capacity < Int(UInt32.max), "slots are numbered in 32 bits, less the none")
        let memory = try MappedMemory(count: capacity * MemoryLayout<Element>.stride)
        let indexMemory = try MappedMemory(count: capacity * 2 * MemoryLayout<UInt32>.stride)
        self.capacity = capacity
        self.memory = memory
        self.indexMemory = indexMemory
    }

    private var elements: UnsafeMutablePointer<Element> {
        unsafe memory.base.assumingMemoryBound(to: Element.self)
    }

    /// The generation of each slot's element; bit 31 says that there is one.
    private var generations: UnsafeMutablePointer<UInt32> {
        unsafe indexMemory.base.assumingMemoryBound(to: UInt32.self)
    }

    private var freeSlots: UnsafeMutablePointer<UInt32> {
        unsafe generations + capacity
    }

    private static var occupied: UInt32 { 1 << 31 }

    /// Puts an element into a free slot; `nil` when all are taken.
    mutating func insert(_ element: consuming Element) -> Slot<Element>? {
        let index: Int
        if freeCount > 0 {
            freeCount -= 1
            index = unsafe Int(freeSlots[freeCount])
        } else if touched < capacity {
            index = touched
            touched += 1
        } else {
            return nil
        }
        // The slot is free, so its memory holds no element.
        unsafe (elements + index).initialize(to: element)
        // Not `|=`, and below not `&elements[…]`: for ThreadSanitizer, Swift 6.3.1 makes broken code of both.
        unsafe generations[index] = generations[index] | Self.occupied
        count += 1
        return Slot(index: UInt32(index))
    }

    /// Ends the element's life; keys made for it no longer fit.
    mutating func remove(_ slot: Slot<Element>) {
        precondition(contains(slot), "nothing lives in slot \(slot.index)")
        let index = Int(slot.index)
        unsafe (elements + index).deinitialize(count: 1)
        unsafe generations[index] = (generations[index] &+ 1) & CompletionKey.generationMask
        unsafe freeSlots[freeCount] = slot.index
        freeCount += 1
        count -= 1
    }

    func contains(_ slot: Slot<Element>) -> Bool { contains(Int(slot.index)) }

    private func contains(_ index: Int) -> Bool {
        unsafe index < touched && generations[index] & Self.occupied != 0
    }

    /// The key of the element that lives in a slot now.
    func key(_ slot: Slot<Element>) -> CompletionKey {
        precondition(contains(slot), "nothing lives in slot \(slot.index)")
        return unsafe CompletionKey(slot: slot.index, generation: generations[Int(slot.index)])
    }

    /// True when the element that the key was made for still lives.
    func isCurrent(_ key: CompletionKey) -> Bool {
        unsafe Int(key.slot) < touched && generations[Int(key.slot)] == key.generation | Self.occupied
    }

    /// The slot of the element that the key was made for; `nil` when that no longer lives.
    func slot(of key: CompletionKey) -> Slot<Element>? { isCurrent(key) ? Slot(key) : nil }

    /// The element in a slot, where it is.
    ///
    /// Addressors and not `_read` and `_modify`: without optimisation each access through those allocates a frame, and
    /// `SystemCostTests` count the allocations of a request in whatever build the tests run.
    subscript(slot: Slot<Element>) -> Element {
        @inline(__always) unsafeAddress { unsafe UnsafePointer(place(slot)) }
        @inline(__always) unsafeMutableAddress { unsafe place(slot) }
    }

    /// The address of a slot's element; it stays there as long as it lives.
    @inline(__always)
    func place(_ slot: Slot<Element>) -> UnsafeMutablePointer<Element> {
        precondition(contains(slot), "nothing lives in slot")
        return unsafe elements + Int(slot.index)
    }

    /// The slots in which something lives now.
    ///
    /// A list, and not a loop over the table, so that whoever goes through it may change the table; for what happens
    /// once in a while.
    var occupiedSlots: [Slot<Element>] {
        (0..<touched).filter { contains($0) }.map { Slot(index: UInt32($0)) }
    }

    /// Gives the memory of the pages in which nothing lives back to the system.
    ///
    /// - Complexity: O(slots that were used at some time).
    func releaseIdle() {
        let stride = MemoryLayout<Element>.stride
        var start = 0
        for slot in 0...touched where slot == touched || contains(slot) {
            memory.release(start..<slot * stride)
            start = (slot + 1) * stride
        }
    }

    deinit {
        for index in 0..<touched where contains(index) { unsafe (elements + index).deinitialize(count: 1) }
    }
}
