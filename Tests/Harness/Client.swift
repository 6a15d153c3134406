/// A client that says exactly the bytes it is told to say. One test thread each.

import Glibc
import Platform

/// A blocking TCP connection to the server, with a deadline on every wait.
package final class Client {
    private let socket: Int32
    private var isOpen = true
    private var received: [UInt8] = []
    private let patience: Duration

    /// Connects to the server.
    ///
    /// - Parameters:
    ///   - server: whom to connect to.
    ///   - address: the client's own, of those that the loopback interface has: `0x7F00_0002` is 127.0.0.2; `nil` for 127.0.0.1.
    ///   - receiveBuffer: the size of the kernel's receive buffer, for a client that reads little; `nil` for the usual.
    ///   - patience: the longest wait for anything.
    /// - Throws: when nobody listens there.
    package convenience init(
        _ server: ServerProcess,
        from address: UInt32? = nil,
        receiveBuffer: Int32? = nil,
        patience: Duration = .seconds(20)
    ) throws {
        try self.init(port: server.port, from: address, receiveBuffer: receiveBuffer, patience: patience)
    }

    /// Connects to a port of this machine.
    package init(
        port: UInt16,
        from address: UInt32? = nil,
        receiveBuffer: Int32? = nil,
        patience: Duration = .seconds(20)
    ) throws {
        self.patience = patience
        socket = try Self.connect(port: port, from: address, receiveBuffer: receiveBuffer)
    }

    /// Connects to a Unix socket.
    package init(path: String, patience: Duration = .seconds(20)) throws {
        self.patience = patience
        socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw HarnessError.system("make a socket") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8.prefix(107)) }
        let socket = socket
        let status = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else { throw HarnessError.system("connect to \(path)") }
    }

    /// A connected socket of its own, for who wants to do without a client.
    package static func connect(port: UInt16, from own: UInt32? = nil, receiveBuffer: Int32? = nil) throws -> Int32 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw HarnessError.system("make a socket") }
        try set(socket, Int32(IPPROTO_TCP), TCP_NODELAY, Int32(1))
        if let receiveBuffer { try set(socket, SOL_SOCKET, SO_RCVBUF, receiveBuffer) }
        if let own {
            let status = unsafe Self.withAddress(own, port: 0) { unsafe bind(socket, $0, $1) }
            guard status == 0 else { throw HarnessError.system("bind to an address") }
        }
        let status = unsafe Self.withAddress(0x7f00_0001, port: port) { unsafe Glibc.connect(socket, $0, $1) }
        guard status == 0 else {
            let error = HarnessError.system("connect to port \(port)")
            _ = Glibc.close(socket)
            throw error
        }
        return socket
    }

    /// Calls `body` with an address of IPv4 as the system wants it.
    private static func withAddress(
        _ number: UInt32,
        port: UInt16,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = number.bigEndian
        return unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    deinit {
        close()
    }

    /// Closes the connection in the usual way.
    package func close() {
        if isOpen { _ = Glibc.close(socket) }
        isOpen = false
    }

    /// Closes the connection with a RST, as a client that died does: SO_LINGER with a time of zero, socket(7).
    package func reset() throws {
        try Self.set(socket, SOL_SOCKET, SO_LINGER, linger(l_onoff: 1, l_linger: 0))
        close()
    }

    /// Says that no more will be sent; reading goes on.
    package func shutdownSending() throws {
        guard shutdown(socket, Int32(SHUT_WR)) == 0 else { throw HarnessError.system("shutdown") }
    }

    package func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    /// Sends all of the bytes.
    ///
    /// - Throws: when the server closed the connection meanwhile; see `sendWhatItTakes` where it may.
    package func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            try wait(for: POLLOUT, "room to send")
            let rest = bytes[sent...]
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw HarnessError.system("send") }
            sent += count
        }
    }

    /// Sends bytes to a server that may answer and close before it has read them all.
    package func sendWhatItTakes(_ bytes: [UInt8]) {
        // The answer is what the caller looks at; that the rest was not wanted is no failure.
        try? send(bytes)
    }

    /// Reads one response; what follows it stays for the next call.
    ///
    /// The request's method matters: a response to HEAD has no body, whatever its fields say.
    package func readResponse(to method: String = "GET") throws -> Response {
        while true {
            if let (response, consumed) = try Response.parse(received, method: method, isEnd: false) {
                received.removeFirst(consumed)
                return response
            }
            guard try readMore() else {
                guard let (response, consumed) = try Response.parse(received, method: method, isEnd: true) else {
                    throw HarnessError("the connection ended within a response: \(Response.quote(received))")
                }
                received.removeFirst(consumed)
                return response
            }
        }
    }

    /// Sends a request and reads its response.
    package func exchange(_ request: String) throws -> Response {
        try send(request)
        return try readResponse(to: String(request.prefix { $0 != " " }))
    }

    /// Reads until the server closes; a RST counts as a close.
    package func readUntilEnd() throws -> [UInt8] {
        while try readMore() {}
        defer { received = [] }
        return received
    }

    /// True when the server closes without another byte.
    package func endsWithoutMore() throws -> Bool {
        try readUntilEnd().isEmpty
    }

    /// Waits for at least this many unread bytes, and leaves them unread.
    package func waitForBytes(_ count: Int) throws {
        while received.count < count {
            guard try readMore() else { throw HarnessError("the connection ended after \(received.count) bytes") }
        }
    }

    /// True when the server has said something that nobody has read yet, or has closed.
    package func hasNews() throws -> Bool {
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        let count = unsafe poll(&entry, 1, 0)
        guard count >= 0 else { throw HarnessError.system("poll") }
        return count > 0 || !received.isEmpty
    }

    /// Waits until the server has said something to one of the clients, or has closed; returns the index of the first such.
    ///
    /// - Precondition: all has been read that came before.
    package static func waitForNews(_ clients: [Client]) throws -> Int {
        var entries = clients.map { pollfd(fd: $0.socket, events: Int16(POLLIN), revents: 0) }
        let patience = clients.map(\.patience).max() ?? .zero
        let count = unsafe poll(&entries, nfds_t(entries.count), Int32(patience.nanoseconds / 1_000_000))
        guard count > 0, let index = entries.firstIndex(where: { $0.revents != 0 }) else {
            throw HarnessError("none of \(clients.count) clients was told anything within \(patience)")
        }
        return index
    }

    /// Segments of the server's that have come, those without data too (`tcpi_segs_in` of linux/tcp.h, which glibc's structure
    /// is too old for).
    package func segmentsReceived() throws -> Int {
        var information = [UInt32](repeating: 0, count: 58)
        var size = socklen_t(information.count * 4)
        let status = unsafe getsockopt(socket, Int32(IPPROTO_TCP), TCP_INFO, &information, &size)
        guard status == 0 else { throw HarnessError.system("ask for TCP_INFO") }
        return Int(information[35])
    }

    private func readMore() throws -> Bool {
        try wait(for: POLLIN, "bytes")
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = unsafe recv(socket, &buffer, buffer.count, 0)
        if count < 0 && errno == ECONNRESET { return false }
        guard count >= 0 else { throw HarnessError.system("receive") }
        received += buffer[..<count]
        return count > 0
    }

    private func wait(for events: Int32, _ what: String) throws {
        var entry = pollfd(fd: socket, events: Int16(events), revents: 0)
        let milliseconds = Int32(patience.nanoseconds / 1_000_000)
        while true {
            let count = unsafe poll(&entry, 1, milliseconds)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                throw HarnessError("no \(what) within \(patience); unread: \(Response.quote(received))")
            }
            return
        }
    }

    private static func set<Value: BitwiseCopyable>(
        _ socket: Int32,
        _ level: Int32,
        _ option: Int32,
        _ value: Value
    ) throws {
        var value = value
        guard unsafe setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Value>.size)) == 0 else {
            throw HarnessError.system("set a socket option")
        }
    }
}
