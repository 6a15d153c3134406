/// From the kernel's socket addresses to the log's. Any thread.

internal import FileLog
internal import Glibc

extension RemoteAddress {
    /// The address in a kernel structure; `nil` when it is of another family than IPv4 and IPv6.
    init?(_ storage: sockaddr_storage) {
        var copy = storage
        switch Int32(storage.ss_family) {
        case AF_INET6:
            self = unsafe withUnsafeBytes(of: &copy) { raw in
                let native = unsafe raw.load(as: sockaddr_in6.self)
                let address = unsafe withUnsafeBytes(of: native.sin6_addr) { bytes in
                    unsafe (
                        bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
                    )
                }
                return RemoteAddress(
                    high: UInt64(bigEndian: address.0),
                    low: UInt64(bigEndian: address.1),
                    port: UInt16(bigEndian: native.sin6_port)
                )
            }
        case AF_INET:
            self = unsafe withUnsafeBytes(of: &copy) { raw in
                let native = unsafe raw.load(as: sockaddr_in.self)
                return RemoteAddress(
                    ipv4: UInt32(bigEndian: native.sin_addr.s_addr),
                    port: UInt16(bigEndian: native.sin_port)
                )
            }
        default:
            return nil
        }
    }
}
