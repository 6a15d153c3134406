/// The buffers that are filled with what arrives. The worker that owns the port.
///
/// DESIGN. One block, from which a buffer is taken only when bytes are there: an idle connection owns none. The one that came
/// back last is taken first, since it is in the processor's cache, so a port that has little to do touches little memory.

internal import Platform

@safe
struct PortBuffers: ~Copyable {
    let size: Int
    private let block: MappedMemory
    /// The numbers of those that are free, the next one last.
    private let free: UnsafeMutablePointer<UInt16>
    private let freeCount: UnsafeMutablePointer<Int>
    private let count: Int

    /// Maps the block.
    ///
    /// - Parameters:
    ///   - count: how many buffers, at most 32,768.
    ///   - size: bytes in each.
    /// - Throws: when there is no memory.
    init(count: Int, size: Int) throws(SystemError) {
        precondition(count > 0 && count <= 32_768 && size > 0, "there are buffers")
        block = try MappedMemory(count: count * size)
        self.count = count
        self.size = size
        unsafe free = .allocate(capacity: count)
        for index in 0..<count { unsafe (free + index).initialize(to: UInt16(count - 1 - index)) }
        unsafe freeCount = .allocate(capacity: 1)
        unsafe freeCount.initialize(to: count)
    }

    deinit {
        unsafe free.deallocate()
        unsafe freeCount.deallocate()
    }

    var areAllLent: Bool { unsafe freeCount.pointee == 0 }

    /// Takes a free buffer; `nil` when all are lent.
    func take() -> UInt16? {
        guard !areAllLent else { return nil }
        unsafe freeCount.pointee -= 1
        return unsafe free[freeCount.pointee]
    }

    /// Gives a lent buffer back.
    func `return`(_ id: UInt16) {
        precondition(unsafe freeCount.pointee < count, "no buffer is lent")
        unsafe free[freeCount.pointee] = id
        unsafe freeCount.pointee += 1
    }

    /// The start of a lent buffer in which so many bytes have arrived.
    @unsafe
    func start(_ id: UInt16, count: Int) -> UnsafeMutableRawPointer {
        precondition(Int(id) < self.count && count <= size, "there is no such buffer, or it is smaller")
        return unsafe block.base + Int(id) * size
    }

    /// The memory of a buffer.
    @unsafe
    func bytes(_ id: UInt16) -> UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: start(id, count: size), count: size)
    }
}
