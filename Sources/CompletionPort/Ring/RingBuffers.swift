/// The buffers that the kernel fills with what arrives. The worker that owns the port.
///
/// DESIGN. One page-aligned block, registered once as a ring of provided buffers (io_uring_register_buf_ring(3), Linux
/// 5.19). The kernel takes a buffer only when bytes have arrived for it: an idle connection owns none, which is what the
/// article's zero-byte read was for. When all are lent out, receives end with ENOBUFS and are armed again once buffers
/// have come back: the clients wait, nobody is refused.

internal import CLiburing
internal import Glibc
internal import Platform

@safe
struct RingBuffers: ~Copyable {
    static let group: UInt16 = 0

    let count: Int
    let size: Int
    private let block: MappedMemory
    private let ringMemory: MappedMemory

    /// Maps the block and registers it.
    ///
    /// - Parameters:
    ///   - count: how many buffers, a power of two of at most 32,768.
    ///   - size: bytes in each, a multiple of 4,096.
    ///   - port: the ring that will lend them.
    /// - Throws: when there is no memory, or the kernel refuses the registration.
    init(count: Int, size: Int, port: UnsafeMutablePointer<io_uring>) throws(SystemError) {
        precondition(count.nonzeroBitCount == 1 && count <= 32_768, "a buffer ring has a power of two of entries")
        precondition(size > 0 && size % 4096 == 0, "buffers are whole pages")
        let block = try MappedMemory(count: count * size)
        let ringMemory = try MappedMemory(count: count * MemoryLayout<io_uring_buf>.stride)
        var registration = io_uring_buf_reg()
        registration.ring_addr = UInt64(UInt(bitPattern: unsafe ringMemory.base))
        registration.ring_entries = UInt32(count)
        registration.bgid = Self.group
        let status = unsafe io_uring_register_buf_ring(port, &registration, 0)
        guard status == 0 else { throw SystemError(-status, "register receive buffers") }

        self.count = count
        self.size = size
        self.block = block
        self.ringMemory = ringMemory
        unsafe io_uring_buf_ring_init(ring)
        for index in 0..<count {
            add(UInt16(index), position: Int32(index))
        }
        unsafe io_uring_buf_ring_advance(ring, Int32(count))
    }

    private var ring: UnsafeMutablePointer<io_uring_buf_ring> {
        unsafe ringMemory.base.assumingMemoryBound(to: io_uring_buf_ring.self)
    }

    /// The start of a lent buffer in which so many bytes have arrived.
    @unsafe
    func start(_ id: UInt16, count: Int) -> UnsafeMutableRawPointer {
        precondition(count <= size, "the kernel wrote past a receive buffer")
        return unsafe start(id)
    }

    private func start(_ id: UInt16) -> UnsafeMutableRawPointer {
        precondition(Int(id) < count, "the kernel named a buffer that does not exist")
        return unsafe block.base + Int(id) * size
    }

    /// Gives a buffer back to the kernel.
    func `return`(_ id: UInt16) {
        add(id, position: 0)
        unsafe io_uring_buf_ring_advance(ring, 1)
    }

    private func add(_ id: UInt16, position: Int32) {
        unsafe io_uring_buf_ring_add(
            ring,
            start(id),
            UInt32(size),
            id,
            io_uring_buf_ring_mask(UInt32(count)),
            position
        )
    }
}
