/// One connection of many, which never waits. One test thread.

import Glibc
import Harness
import Platform

/// A connection with what is still to be sent on it and what was received.
final class Line {
    let socket: Descriptor
    private(set) var transcript = Transcript()
    private var pending: ArraySlice<UInt8>
    private var rest: [UInt8]
    private var held: [UInt8]

    init(port: UInt16, _ script: Script) throws {
        socket = Descriptor(owning: try Client.connect(port: port))
        pending = script.first[...]
        rest = script.rest
        held = script.held
        let flags = fcntl(socket.rawValue, F_GETFL)
        guard fcntl(socket.rawValue, F_SETFL, flags | O_NONBLOCK) == 0 else { throw HarnessError.system("fcntl") }
    }

    var events: Int16 { Int16(pending.isEmpty ? POLLIN : POLLIN | POLLOUT) }

    func sendRest() {
        pending += rest
        rest = []
        send()
    }

    /// Sends what the connection takes now.
    ///
    /// That a server takes no more is no failure: what it answered tells.
    func send() {
        while !pending.isEmpty {
            let count = unsafe pending.withUnsafeBytes {
                unsafe Glibc.send(socket.rawValue, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0 {
                if errno != EAGAIN && errno != EINTR { pending = [] }
                return
            }
            pending = pending.dropFirst(count)
        }
    }

    /// Receives what is there.
    func receive(_ buffer: inout [UInt8]) {
        while true {
            let count = unsafe recv(socket.rawValue, &buffer, buffer.count, 0)
            if count < 0 && (errno == EAGAIN || errno == EINTR) { return }
            // A RST is a close as well: what was said before it has been read.
            guard count > 0 else { return transcript.ending = .closed }
            transcript.bytes += buffer[..<count]
            if !held.isEmpty {
                pending += held
                held = []
                send()
            }
        }
    }
}
