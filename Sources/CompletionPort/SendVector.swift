/// Bytes in several places that leave in one send. The worker whose connection sends them.

internal import CLiburing
internal import Glibc

/// A message header and its vector, at one address for life, as sendmsg(2) reads them.
@safe
package struct SendVector: ~Copyable {
    package let capacity: Int
    let message: UnsafeMutablePointer<msghdr>
    private let parts: UnsafeMutablePointer<iovec>

    /// An empty vector with room for `capacity` parts.
    package init(capacity: Int) {
        precondition(capacity > 0 && capacity <= 1024, "sendmsg(2) takes at most IOV_MAX parts")
        self.capacity = capacity
        unsafe message = .allocate(capacity: 1)
        unsafe parts = .allocate(capacity: capacity)
        unsafe message.initialize(to: msghdr())
        unsafe message.pointee.msg_iov = parts
    }

    deinit {
        unsafe message.deallocate()
        unsafe parts.deallocate()
    }

    package var count: Int { unsafe message.pointee.msg_iovlen }

    /// Empties the vector.
    ///
    /// None of its sends may be in flight.
    package mutating func removeAll() {
        // A send may have gone on behind what had left.
        unsafe message.pointee.msg_iov = parts
        unsafe message.pointee.msg_iovlen = 0
    }

    /// Adds a part behind the others.
    ///
    /// - Precondition: `count` is below `capacity`.
    @unsafe
    package mutating func append(_ part: UnsafeRawBufferPointer) {
        let index = count
        precondition(index < capacity, "the vector is full")
        unsafe parts[index] = iovec(iov_base: UnsafeMutableRawPointer(mutating: part.baseAddress), iov_len: part.count)
        unsafe message.pointee.msg_iovlen = index + 1
    }
}
