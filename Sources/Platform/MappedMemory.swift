/// Memory straight from the kernel, in whole pages. Any thread, one at a time.

internal import Glibc

/// Owns an anonymous mapping: page-aligned, zero, and without a cost in memory until a page is first touched.
///
/// Tables sized for the worst case live here: what is never used is never resident.
@safe
package struct MappedMemory: ~Copyable {
    @unsafe package let base: UnsafeMutableRawPointer
    package let count: Int

    /// Maps bytes.
    ///
    /// - Parameters:
    ///   - count: how many; rounded up to whole pages by the kernel.
    ///   - isSparse: a page here and there is used for long: with huge pages each would have a megabyte or two resident.
    /// - Throws: when there is no room.
    package init(count: Int, isSparse: Bool = false) throws(SystemError) {
        precondition(count > 0, "a mapping has at least one byte")
        let memory = unsafe mmap(
            nil,
            count,
            PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
            -1,
            0
        )
        guard let memory = unsafe memory, unsafe memory != MAP_FAILED else {
            throw SystemError("map \(count) bytes of memory")
        }
        // It fails where the kernel has no huge pages, which is as well.
        if isSparse { unsafe _ = madvise(memory, count, MADV_NOHUGEPAGE) }
        unsafe base = memory
        self.count = count
    }

    /// Gives the memory of whole pages back to the system; they are zero when they are touched again.
    ///
    /// - Parameter range: bytes in which nothing lives. Only the pages that it covers whole are given back.
    package func release(_ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "memory of this mapping")
        let start = (range.lowerBound + Self.pageSize - 1) & ~(Self.pageSize - 1)
        let end = range.upperBound & ~(Self.pageSize - 1)
        guard start < end else { return }
        // Nothing can fail in a mapping of our own (madvise(2)).
        unsafe _ = madvise(base + start, end - start, MADV_DONTNEED)
    }

    private static let pageSize = 4096

    deinit {
        unsafe _ = munmap(base, count)
    }
}
