/// A port for a server that takes no port 0. Test threads.

import Glibc
import Platform

package enum FreePort {
    /// A port of 127.0.0.1 that was free a moment ago.
    package static func find() throws -> UInt16 {
        let socket = Descriptor(owning: Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = unsafe withUnsafeMutablePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(socket.rawValue, $0, length) == 0 ? getsockname(socket.rawValue, $0, &length) : -1
            }
        }
        guard status == 0 else { throw HarnessError.system("find a free port") }
        return UInt16(bigEndian: address.sin_port)
    }
}
