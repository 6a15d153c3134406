/// Where the kernel writes who has connected. The worker that owns the port.

package import Glibc

/// A place for each accept that is posted, at one address for life, as accept(2) writes it.
@safe
package struct PeerAddresses: ~Copyable {
    package let count: Int
    private let storages: UnsafeMutablePointer<sockaddr_storage>
    private let lengths: UnsafeMutablePointer<socklen_t>

    package init(count: Int) {
        self.count = count
        unsafe storages = .allocate(capacity: count)
        unsafe lengths = .allocate(capacity: count)
        unsafe storages.initialize(repeating: sockaddr_storage(), count: count)
        unsafe lengths.initialize(repeating: 0, count: count)
    }

    deinit {
        unsafe storages.deallocate()
        unsafe lengths.deallocate()
    }

    /// The address that the accept which was given this place has written.
    package subscript(index: Int) -> sockaddr_storage {
        precondition(index < count, "there is no such place")
        return unsafe storages[index]
    }

    /// Makes a place ready for the next accept.
    ///
    /// - Returns: what that is given; the kernel owns both until its packet is dequeued.
    @unsafe
    func prepare(_ index: Int) -> (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) {
        precondition(index < count, "there is no such place")
        unsafe lengths[index] = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let storage = unsafe UnsafeMutableRawPointer(storages + index)
        return unsafe (storage.assumingMemoryBound(to: sockaddr.self), lengths + index)
    }
}
