/// Connections that arrive. Test threads, each with a port of its own.

@testable import CompletionPort
import Glibc
import Platform
import Testing

@Suite(.needsPort) struct AcceptingTests: ~Copyable {
    private let addresses = PeerAddresses(count: 4)

    @Test func eachAcceptBringsAConnectionAndWhoseItIs() throws {
        let listening = try Listening()
        var port = try CompletionPort(limits: .forTests())
        for place in 0..<4 {
            port.accept(listening.socket.rawValue, direct: false, addresses, at: place, key(UInt32(place)))
        }
        for place in 0..<4 {
            let client = try listening.connect()
            let packet = try port.next()
            #expect(packet.operation == .accept)
            #expect(packet.key == key(UInt32(place)), "those that were posted first are taken first")
            #expect(!packet.hasMore)
            try #require(packet.result >= 0)
            let accepted = Descriptor(owning: packet.result)
            let named = addresses.port(place)
            #expect(named == client.localPort)
            try client.say(Array("hello".utf8))
            let heard = try accepted.hear(5)
            #expect(heard == Array("hello".utf8))
        }
    }

    @Test func portsThatShareAListenerTakeTurns() throws {
        let listening = try Listening()
        var first = try CompletionPort(limits: .forTests())
        var second = try CompletionPort(limits: .forTests())
        first.accept(listening.socket.rawValue, direct: false, addresses, at: 0, key(0))
        first.submitAndWait(atMost: .zero)
        second.accept(listening.socket.rawValue, direct: false, addresses, at: 1, key(1))
        second.submitAndWait(atMost: .zero)
        let one = try listening.connect()
        let other = try listening.connect()
        for packet in [try first.next(), try second.next()] {
            try #require(packet.result >= 0)
            _ = Descriptor(owning: packet.result)
        }
        one.finish()
        other.finish()
    }

    /// With O_NONBLOCK an operation that can't finish at once would fail instead of wait.
    @Test func acceptedSocketsBlockAndAreNotInherited() throws {
        let listening = try Listening()
        var port = try CompletionPort(limits: .forTests())
        port.accept(listening.socket.rawValue, direct: false, addresses, at: 0, key(0))
        let client = try listening.connect()
        let accepted = Descriptor(owning: try port.next().result)
        #expect(fcntl(accepted.rawValue, F_GETFL) & O_NONBLOCK == 0)
        #expect(fcntl(accepted.rawValue, F_GETFD) & FD_CLOEXEC != 0)
        client.finish()
    }

    @Test func aCancelledAcceptTakesNobodyMore() throws {
        let listening = try Listening()
        var port = try CompletionPort(limits: .forTests())
        port.accept(listening.socket.rawValue, direct: false, addresses, at: 0, key(4))
        port.cancel(.accept, of: key(4), on: Socket(descriptor: listening.socket.rawValue), key(5))
        let packets = try port.next(2)
        let last = try #require(packets.first { $0.operation == .accept })
        #expect(last.result == -ECANCELED)
        let client = try listening.connect()
        #expect(port.hasPacket() == false)
        // The client is in the backlog: the next accept takes it.
        port.accept(listening.socket.rawValue, direct: false, addresses, at: 0, key(4, 2))
        let packet = try port.next()
        #expect(packet.key == key(4, 2))
        _ = Descriptor(owning: packet.result)
        client.finish()
    }
}
