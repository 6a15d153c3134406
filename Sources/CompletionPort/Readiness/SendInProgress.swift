/// A send that goes on where it ended. A value; the worker that owns the port.

// msghdr and iovec are what this module's headers of the kernel name as well.
internal import CLiburing
internal import Glibc

/// A send, and how far it has come.
@unsafe
struct SendInProgress {
    @unsafe
    enum Source {
        case bytes(UnsafeRawBufferPointer)
        case vector(UnsafeMutablePointer<msghdr>)
    }

    private(set) var source: Source
    let more: Bool
    /// Bytes that the kernel takes at once are a result.
    let takesShort: Bool
    private(set) var sent = 0

    init(source: Source, more: Bool, takesShort: Bool) {
        unsafe self.source = unsafe source
        unsafe self.more = more
        unsafe self.takesShort = takesShort
    }

    /// The bytes that are left.
    var count: Int {
        switch unsafe source {
        case .bytes(let bytes): return bytes.count
        case .vector(let message):
            let parts = unsafe UnsafeBufferPointer(start: message.pointee.msg_iov, count: message.pointee.msg_iovlen)
            return unsafe parts.reduce(0) { unsafe $0 + $1.iov_len }
        }
    }

    /// Goes on behind bytes that have left.
    mutating func advance(_ left: Int) {
        unsafe sent += left
        switch unsafe source {
        case .bytes(let bytes): unsafe source = .bytes(UnsafeRawBufferPointer(rebasing: bytes[left...]))
        case .vector(let message):
            var left = left
            while unsafe message.pointee.msg_iovlen > 0, unsafe left >= message.pointee.msg_iov.pointee.iov_len {
                unsafe left -= message.pointee.msg_iov.pointee.iov_len
                unsafe message.pointee.msg_iov += 1
                unsafe message.pointee.msg_iovlen -= 1
            }
            guard left > 0 else { return }
            unsafe message.pointee.msg_iov.pointee.iov_base += left
            unsafe message.pointee.msg_iov.pointee.iov_len -= left
        }
    }
}
