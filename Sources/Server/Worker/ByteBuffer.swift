/// Bytes that grow, with one owner. Whichever thread owns it.

internal import Glibc

/// A growing block of bytes from malloc(3), doubled when full, up to a bound that the caller sets.
///
/// Freed with whoever holds it.
@safe
struct ByteBuffer: ~Copyable {
    private(set) var start: UnsafeMutablePointer<UInt8>?
    private(set) var count = 0
    private(set) var capacity = 0

    var isEmpty: Bool { count == 0 }

    /// The bytes, valid until the next change.
    var bytes: UnsafeBufferPointer<UInt8> { unsafe UnsafeBufferPointer(start: start, count: count) }

    /// Computes the capacity with room for `size` bytes in all.
    ///
    /// - Parameters:
    ///   - size: bytes.
    ///   - largest: it is doubled as long as it is at most so large.
    /// - Returns: bytes.
    func capacity(for size: Int, largest: Int = .max) -> Int {
        guard size > capacity else { return capacity }
        var next = max(capacity, 1024)
        while next < size { next *= 2 }
        return min(next, max(size, largest))
    }

    /// Makes room for `size` bytes in all; traps when memory is exhausted, as every allocation in Swift does.
    mutating func reserve(_ size: Int, largest: Int = .max) {
        guard size > capacity else { return }
        let next = capacity(for: size, largest: largest)
        guard let memory = unsafe realloc(start, next) else { preconditionFailure("no memory for \(next) bytes") }
        unsafe start = memory.assumingMemoryBound(to: UInt8.self)
        capacity = next
    }

    mutating func append(_ more: UnsafeBufferPointer<UInt8>) {
        guard let source = more.baseAddress, more.count > 0 else { return }
        reserve(count + more.count)
        guard let start = unsafe start else { return }
        unsafe (start + count).update(from: source, count: more.count)
        count += more.count
    }

    /// Drops bytes at the end.
    mutating func removeLast(_ size: Int) {
        precondition(size <= count, "more than there is")
        count -= size
    }

    /// Drops bytes at the beginning and moves the rest down.
    mutating func removeFirst(_ size: Int) {
        precondition(size <= count, "more than there is")
        count -= size
        guard count > 0, size > 0, let start = unsafe start else { return }
        unsafe memmove(start, start + size, count)
    }

    /// Gives the memory back; what is appended later has new memory.
    mutating func free() {
        self = ByteBuffer()
    }

    /// Takes the bytes out; what is left is empty.
    mutating func take() -> ByteBuffer {
        var other = ByteBuffer()
        swap(&self, &other)
        return other
    }

    deinit { unsafe Glibc.free(start) }
}
