/// Bytes that several workers send from. Any thread; freed by the last who holds them.

/// A block of bytes that nobody changes, in place as long as somebody holds this object.
@safe
final class SharedBytes: @unchecked Sendable {
    // Sendable: written before anybody else sees the object, only read afterwards.
    private let memory: UnsafeMutableRawPointer
    let count: Int
    /// Tells these bytes from others, for an entity tag: FNV-1a, 64 bits.
    let digest: UInt64

    init(_ bytes: [UInt8]) {
        let copy = UnsafeMutableRawPointer.allocate(byteCount: max(1, bytes.count), alignment: 16)
        unsafe bytes.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress { unsafe copy.copyMemory(from: start, byteCount: bytes.count) }
        }
        var digest: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { digest = (digest ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        unsafe memory = copy
        count = bytes.count
        self.digest = digest
    }

    deinit { unsafe memory.deallocate() }

    /// Valid as long as the object.
    var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: memory, count: count) }
}
