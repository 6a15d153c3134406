/// Bytes that arrive in lent buffers. Test threads, each with a port of its own.

@testable import CompletionPort
import Glibc
import Platform
import Testing

@Suite(.needsPort) struct ReceivingTests {
    @Test func oneReceiveBringsBytesAgainAndAgain() throws {
        let pair = try SocketPair.tcp()
        var port = try CompletionPort(limits: .forTests())
        port.receive(pair.ours.asSocket, key(7))
        for round in 0..<100 {
            let bytes = pattern(50, from: round)
            try pair.peer.say(bytes)
            let packet = try port.next()
            #expect(packet.operation == .receive)
            #expect(packet.key == key(7))
            #expect(packet.hasMore)
            #expect(port.takeBytes(packet) == bytes)
        }
    }

    @Test(arguments: [true, false]) func aReceiveForOnceEndsWithTheFirstBytes(areThere: Bool) throws {
        let pair = try SocketPair.tcp()
        var port = try CompletionPort(limits: .forTests())
        if areThere { try pair.peer.say([1, 2]) }
        port.receive(pair.ours.asSocket, once: true, key(7))
        port.submitAndWait(atMost: .zero)
        if !areThere { try pair.peer.say([1, 2]) }
        let packet = try port.next()
        #expect(packet.operation == .receive && packet.key == key(7))
        #expect(!packet.hasMore)
        #expect(port.takeBytes(packet) == [1, 2])
        try pair.peer.say([3])
        let hasPacket = port.hasPacket()
        #expect(!hasPacket)
        port.receive(pair.ours.asSocket, key(7))
        let rest = try port.next()
        #expect(port.takeBytes(rest) == [3])
    }

    @Test func theEndIsAPacketOfItsOwnWithoutABuffer() throws {
        let pair = try SocketPair.tcp()
        var port = try CompletionPort(limits: .forTests())
        port.receive(pair.ours.asSocket, key(7))
        try pair.peer.say([1, 2, 3])
        pair.peer.finish()
        let bytes = try port.next()
        #expect(port.takeBytes(bytes) == [1, 2, 3])
        let end = try bytes.hasMore ? port.next() : rearmed(&port, pair.ours)
        #expect(end.result == 0)
        #expect(end.bufferID == nil)
        #expect(!end.hasMore)
    }

    private func rearmed(_ port: inout CompletionPort, _ socket: borrowing Descriptor) throws -> CompletionPacket {
        port.receive(socket.asSocket, key(7))
        return try port.next()
    }

    @Test func packetsOfAConnectionComeInOrderWhateverOthersDo() throws {
        let count = 16
        var port = try CompletionPort(limits: .forTests(buffers: 64))
        let pairs = try Pairs(count)
        for index in 0..<count { port.receive(Socket(descriptor: pairs.ours(index)), key(UInt32(index))) }
        var received = [[UInt8]](repeating: [], count: count)
        for round in 0..<40 {
            for index in 0..<count { try pairs.say(index, pattern(100, from: index + round * 100)) }
            var missing = count * 100
            while missing > 0 {
                let packet = try port.next()
                try #require(packet.result > 0)
                let index = Int(packet.key.slot)
                received[index] += port.takeBytes(packet)
                missing -= Int(packet.result)
                if !packet.hasMore { port.receive(Socket(descriptor: pairs.ours(index)), packet.key) }
            }
        }
        for index in 0..<count { #expect(received[index] == pattern(4000, from: index)) }
    }

    /// With every buffer lent out the receive ends; what the client sent meanwhile waits in the socket.
    @Test func runningOutOfBuffersEndsTheReceiveAndLosesNothing() throws {
        let pair = try SocketPair.tcp()
        var port = try CompletionPort(limits: .forTests(buffers: 4))
        let bytes = pattern(100_000)
        let sender = try NamedThread(name: "sender") { [peer = pair.peer.rawValue, bytes] in
            sendAll(peer, bytes)
        }
        var received: [UInt8] = []
        var lent: [CompletionPacket] = []
        var shortages = 0
        port.receive(pair.ours.asSocket, key(0))
        while received.count < bytes.count {
            let packet = try port.next()
            if packet.result > 0 {
                lent.append(packet)
                received += try bytesOf(packet, port)
            } else {
                #expect(packet.result == -ENOBUFS)
                shortages += 1
            }
            guard !packet.hasMore else { continue }
            #expect(lent.count <= 4)
            for packet in lent { _ = port.takeBytes(packet) }
            lent.removeAll()
            port.receive(pair.ours.asSocket, key(0))
        }
        sender.join()
        #expect(received == bytes)
        #expect(shortages > 0)
    }

    /// The bytes, without returning their buffer.
    private func bytesOf(_ packet: CompletionPacket, _ port: borrowing CompletionPort) throws -> [UInt8] {
        let buffer = try #require(packet.bufferID)
        // The buffer stays lent.
        return unsafe Array(port.received(buffer, count: Int(packet.result)))
    }

    /// The reason why a worker waits for a buffer to come back before it arms a receive again.
    @Test func aReceiveWithoutAnyBufferFailsAtOnce() throws {
        let pair = try SocketPair.local()
        let idle = try SocketPair.local()
        var port = try CompletionPort(limits: .forTests(buffers: 1))
        port.receive(pair.ours.asSocket, key(0))
        try pair.peer.say([1])
        let lent = try port.next()
        #expect(lent.result == 1)
        port.receive(idle.ours.asSocket, key(1))
        let refused = try port.next()
        #expect(refused.key == key(1))
        #expect(refused.result == -ENOBUFS)
        #expect(!refused.hasMore)
        #expect(port.takeBytes(lent) == [1])
        port.receive(idle.ours.asSocket, key(1))
        try idle.peer.say([2])
        let packet = try port.next()
        #expect(packet.key == key(1))
        #expect(port.takeBytes(packet) == [2])
    }

    @Test func anIdleConnectionOwnsNoBuffer() throws {
        var port = try CompletionPort(limits: .forTests(buffers: 1))
        let pairs = try Pairs(32)
        for index in 0..<32 { port.receive(Socket(descriptor: pairs.ours(index)), key(UInt32(index))) }
        #expect(port.hasPacket() == false)
        try pairs.say(31, [9])
        let packet = try port.next()
        #expect(packet.key == key(31))
        #expect(port.takeBytes(packet) == [9])
    }
}

/// Many pairs at a time: an array holds no values that can't be copied.
private final class Pairs {
    private var all: [Int32] = []

    init(_ count: Int) throws {
        for _ in 0..<count {
            let pair = try SocketPair.local()
            all += [pair.ours.release(), pair.peer.release()]
        }
    }

    deinit {
        for descriptor in all { close(descriptor) }
    }

    func ours(_ index: Int) -> Int32 { all[2 * index] }

    func say(_ index: Int, _ bytes: [UInt8]) throws {
        let count = unsafe bytes.withUnsafeBytes { unsafe send(all[2 * index + 1], $0.baseAddress, $0.count, 0) }
        try #require(count == bytes.count)
    }
}

/// Sends all bytes from another thread; the receiving end notices what is missing.
private func sendAll(_ socket: Int32, _ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
        let count = unsafe bytes.withUnsafeBytes { all in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: all[sent...])
            return unsafe send(socket, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { return }
        sent += count
    }
}
