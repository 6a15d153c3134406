/// A connection to a served site that is used as a client pleases: pipelined, half read, reset. Test threads.

import CPlatform
import Glibc
import Platform

@testable import Server

/// Bytes out, answers in, in the order of the requests.
final class RawConnection {
    private let socket: Descriptor
    private var received: [UInt8] = []

    /// Connects.
    ///
    /// - Parameters:
    ///   - port: on which a site is served.
    ///   - receiveBuffer: bytes that the kernel takes for a client that does not read; as it likes when `nil`.
    ///   - source: the last number of the client's address in 127.0.0.0/8.
    /// - Throws: when the system can't.
    init(port: UInt16, receiveBuffer: Int32? = nil, source: UInt32 = 1) throws {
        let number = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw SystemError("make a socket") }
        socket = Descriptor(owning: number)
        // A server that never answers fails a test instead of holding it up. A folder that is read by a thread of low priority
        // takes its time on a busy machine.
        var patience = timeval(tv_sec: 120, tv_usec: 0)
        unsafe setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        if var size = receiveBuffer {
            unsafe setsockopt(number, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = (UInt32(0x7f00_0000) + source).bigEndian
        let bound = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0 else { throw SystemError("bind") }
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let status = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw SystemError("connect") }
    }

    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard unsafe Glibc.send(socket.rawValue, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw SystemError("send")
        }
    }

    /// Reads one answer.
    ///
    /// - Parameter hasBody: false for one to HEAD.
    /// - Returns: the next one in line.
    /// - Throws: when none comes.
    func answer(hasBody: Bool = true) throws -> ServedAnswer {
        var searched = 0
        while true {
            if let end = endOfHead(from: searched) {
                let head = try ServedAnswer(Array(received[..<end]))
                let isEmpty = !hasBody || head.status == 304 || head.status == 204
                let count = isEmpty ? 0 : head["Content-Length"].flatMap { Int($0) } ?? 0
                while received.count < end + count { try receive() }
                let answer = try ServedAnswer(Array(received[..<(end + count)]))
                received.removeFirst(end + count)
                return answer
            }
            searched = max(0, received.count - 3)
            try receive()
        }
    }

    /// The status of an answer, of which no more is read than what has come with that.
    func status() throws -> Int {
        while received.count < 12 { try receive() }
        return Int(String(decoding: received[9..<12], as: UTF8.self)) ?? 0
    }

    private func endOfHead(from start: Int) -> Int? {
        guard received.count >= 4 else { return nil }
        for index in start...(received.count - 4) where received[index] == 13 && received[index + 1] == 10 {
            if received[index + 2] == 13, received[index + 3] == 10 { return index + 4 }
        }
        return nil
    }

    private func receive() throws {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = unsafe recv(socket.rawValue, &buffer, buffer.count, 0)
            // A program that another test has started may end meanwhile (SIGCHLD).
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { throw Silent() }
            guard count > 0 else { throw Ended() }
            received += buffer[..<count]
            return
        }
    }

    /// The server has ended the connection.
    struct Ended: Error {}
    /// It never answers.
    struct Silent: Error {}

    /// Ends the connection by RST, whatever is under way.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        unsafe _ = setsockopt(
            socket.rawValue,
            SOL_SOCKET,
            SO_LINGER,
            &option,
            socklen_t(MemoryLayout<linger>.size)
        )
    }
}
