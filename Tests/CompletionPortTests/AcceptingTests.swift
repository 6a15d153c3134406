/// Connections that arrive. Test threads, each with a port of its own.

@testable import CompletionPort
import Glibc
import Platform
import Testing

@Suite(.needsPort) struct AcceptingTests {
    @Test func oneAcceptBringsConnectionAfterConnection() throws {
        let listening = try Listening()
        var port = try CompletionPort(limits: .forTests())
        port.accept(listening.socket.rawValue, key(2))
        for _ in 0..<20 {
            let client = try listening.connect()
            let packet = try port.next()
            #expect(packet.operation == .accept)
            #expect(packet.key == key(2))
            #expect(packet.hasMore)
            try #require(packet.result >= 0)
            let accepted = Descriptor(owning: packet.result)
            try client.say(Array("hello".utf8))
            let heard = try accepted.hear(5)
            #expect(heard == Array("hello".utf8))
        }
    }

    /// With O_NONBLOCK an operation that can't finish at once would fail instead of wait.
    @Test func acceptedSocketsBlockAndAreNotInherited() throws {
        let listening = try Listening()
        var port = try CompletionPort(limits: .forTests())
        port.accept(listening.socket.rawValue, key(0))
        let client = try listening.connect()
        let accepted = Descriptor(owning: try port.next().result)
        #expect(fcntl(accepted.rawValue, F_GETFL) & O_NONBLOCK == 0)
        #expect(fcntl(accepted.rawValue, F_GETFD) & FD_CLOEXEC != 0)
        client.finish()
    }

    @Test func aCancelledAcceptTakesNobodyMore() throws {
        let listening = try Listening()
        var port = try CompletionPort(limits: .forTests())
        port.accept(listening.socket.rawValue, key(4))
        port.cancel(.accept, of: key(4), key(5))
        let packets = try port.next(2)
        let last = try #require(packets.first { $0.operation == .accept })
        #expect(last.result == -ECANCELED)
        #expect(!last.hasMore)
        let client = try listening.connect()
        #expect(port.hasPacket() == false)
        // The client is in the backlog: the next accept takes it.
        port.accept(listening.socket.rawValue, key(4, 2))
        let packet = try port.next()
        #expect(packet.key == key(4, 2))
        _ = Descriptor(owning: packet.result)
        client.finish()
    }
}
