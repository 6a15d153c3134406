/// Connections in a port's own table. Test threads, each with a port of its own.

@testable import CompletionPort
import Glibc
import Platform
import Testing

@Suite(.needsPort, .needsDirectSockets) struct DirectSocketTests: ~Copyable {
    private let addresses = PeerAddresses(count: 4)

    private func makePort(places: Int = 4) throws -> CompletionPort {
        var limits = CompletionPortLimits.forTests()
        limits.directSocketsMax = places
        return try CompletionPort(limits: limits)
    }

    /// A connection whose near end is in the port's table.
    private struct Connection: ~Copyable {
        let socket: Socket
        let client: Descriptor
    }

    private func connect(_ port: inout CompletionPort, _ listening: borrowing Listening) throws -> Connection {
        port.accept(listening.socket.rawValue, direct: true, addresses, at: 0, key(0))
        let client = try listening.connect()
        let packet = try port.next()
        #expect(packet.operation == .accept)
        try #require(packet.result >= 0, "\(SystemError.reason(-packet.result))")
        let named = addresses.port(0)
        #expect(named == client.localPort)
        return Connection(socket: Socket(place: packet.result), client: client)
    }

    @Test func bytesGoBothWaysWithoutADescriptor() throws {
        let listening = try Listening()
        var port = try makePort()
        let near = try connect(&port, listening)
        let hasDescriptor = hasDescriptor(between: listening.socket.localPort, and: near.client.localPort)
        #expect(!hasDescriptor)
        // Which an ordinary accept's connection has.
        port.accept(listening.socket.rawValue, direct: false, addresses, at: 0, key(0))
        let other = try listening.connect()
        let accepted = Descriptor(owning: try port.next().result)
        let otherHas = self.hasDescriptor(between: listening.socket.localPort, and: other.localPort)
        #expect(otherHas && accepted.rawValue >= 0)
        port.receive(near.socket, key(1))
        try near.client.say(Array("question".utf8))
        let question = try port.nextBytes()
        #expect(question == Array("question".utf8))
        let sent = try port.sendNow(near.socket, Array("answer".utf8), key(1))
        #expect(sent == 6)
        let end = try near.client.hear(6)
        #expect(end == Array("answer".utf8))
    }

    @Test func finishingSaysFinAndGoesOnReceiving() throws {
        let listening = try Listening()
        var port = try makePort()
        let near = try connect(&port, listening)
        port.receive(near.socket, key(1))
        let willTell = port.finishSending(near.socket, key(1))
        #expect(willTell)
        let operation = try port.next().operation
        #expect(operation == .finishSending)
        let end = try near.client.hear(1)
        #expect(end == [])
        try near.client.say([7])
        let heard = try port.nextBytes()
        #expect(heard == [7])
    }

    @Test func cancelAndCloseInOneTurnSayFin() throws {
        let listening = try Listening()
        var port = try makePort()
        let near = try connect(&port, listening)
        port.receive(near.socket, key(1))
        let hasPacket = port.hasPacket()
        #expect(!hasPacket)
        port.cancel(.receive, of: key(1), on: near.socket, key(1))
        port.close(near.socket, key(1))
        let operations = try port.next(3).map(\.operation)
        #expect(Set(operations) == [.cancel, .close, .receive])
        let end = try near.client.hear(1)
        #expect(end == [])
    }

    /// What kernels before 6.13 could not, and why the port asks for a later one.
    @Test func anIdleReceiveHoldsUpNobodysClosing() throws {
        let listening = try Listening()
        var port = try makePort()
        let idle = try connect(&port, listening)
        port.receive(idle.socket, key(1))
        let near = try connect(&port, listening)
        port.close(near.socket, key(2))
        let operation = try port.next().operation
        #expect(operation == .close)
        let end = try near.client.hear(1)
        #expect(end == [])
        idle.client.finish()
    }

    @Test func aResetEndsWhatIsInFlight() throws {
        let listening = try Listening()
        var port = try makePort()
        let near = try connect(&port, listening)
        port.receive(near.socket, key(1))
        port.reset(near.socket, key(1))
        let packets = try port.next(2)
        #expect(Set(packets.map(\.operation)) == [.reset, .receive])
        var reason: SystemError?
        do { _ = try near.client.hear(1) } catch let error as SystemError { reason = error }
        #expect(reason?.code == ECONNRESET)
    }

    /// Which is why nobody posts more accepts than there are places.
    @Test func anAcceptIntoAFullTableLosesItsClient() throws {
        let listening = try Listening()
        var port = try makePort(places: 1)
        let near = try connect(&port, listening)
        let lost = try listening.connect()
        port.accept(listening.socket.rawValue, direct: true, addresses, at: 1, key(1))
        let result = try port.next().result
        #expect(result == -ENFILE)
        let lostEnd = try lost.hear(1)
        #expect(lostEnd == [])
        port.close(near.socket, key(0))
        let operation = try port.next().operation
        #expect(operation == .close)
        let next = try connect(&port, listening)
        #expect(next.socket == near.socket, "its place is used again")
    }

    /// A send that brings a packet for what has found room tells that a slow client takes something.
    @Test func aSendIsOverWhenTheKernelHasTakenSome() throws {
        let listening = try Listening()
        var port = try makePort()
        let near = try connect(&port, listening)
        let bytes = pattern(16 << 20)
        let count = try port.sendNow(near.socket, bytes, key(1))
        #expect(count > 0 && Int(count) < bytes.count)
        let end = try near.client.hear(Int(count))
        #expect(end == Array(bytes[..<Int(count)]))
    }

    /// Whether a descriptor of the process is the end of a connection between two ports of this machine.
    private func hasDescriptor(between local: UInt16, and peer: UInt16) -> Bool {
        (0..<getdtablesize()).contains { number in
            var address = sockaddr_in()
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe getpeername(number, $0, &size)
                }
            }
            guard status == 0, address.sin_family == AF_INET, UInt16(bigEndian: address.sin_port) == peer else {
                return false
            }
            return localPort(of: number) == local
        }
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips where the kernel is too old for a table of sockets (before Linux 6.14).
    static var needsDirectSockets: Self {
        .enabled("the kernel can't hold sockets in a port's table") {
            var limits = CompletionPortLimits.forTests()
            limits.directSocketsMax = 1
            return try CompletionPort(limits: limits).directSocketsMax == 1
        }
    }
}
