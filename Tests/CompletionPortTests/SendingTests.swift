/// Bytes that leave. Test threads, each with a port of its own.

@testable import CompletionPort
import Glibc
import Platform
import Testing

@Suite(.needsPort) struct SendingTests {
    @Test func bytesArriveAsTheyWereSent() throws {
        let pair = try SocketPair.tcp()
        var port = try CompletionPort(limits: .forTests())
        let bytes = pattern(10_000)
        #expect(try port.sendNow(pair.ours.asSocket, bytes, key(1)) == 10_000)
        #expect(try pair.peer.hear(10_000) == bytes)
    }

    /// MSG_WAITALL: more than the socket's buffers take leaves as the client reads, in one operation.
    @Test func aSendLargerThanTheSocketGoesOnAsTheClientReads() throws {
        let pair = try SocketPair.tcp()
        var port = try CompletionPort(limits: .forTests())
        let bytes = pattern(8_000_000)
        let heard = Monitor<[UInt8]>([])
        let reader = try NamedThread(name: "reader") { [peer = pair.peer.rawValue] in
            let all = receiveAll(peer, bytes.count)
            heard.withLock { $0 = all }
        }
        #expect(try port.sendNow(pair.ours.asSocket, bytes, key(1)) == 8_000_000)
        reader.join()
        #expect(heard.withLock { $0 } == bytes)
    }

    @Test(arguments: [1, 2, 3, 16, 1024])
    func aVectorLeavesAsOneInTheOrderOfItsParts(count: Int) throws {
        let pair = try SocketPair.tcp()
        var port = try CompletionPort(limits: .forTests())
        var vector = SendVector(capacity: count)
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count * 30, alignment: 1)
        // Kept until the end of the test, after the send's packet.
        defer { unsafe memory.deallocate() }
        unsafe memory.copyBytes(from: pattern(count * 30))
        // Twice: a vector is used again once it was emptied.
        for _ in 0..<2 {
            vector.removeAll()
            #expect(vector.count == 0)
            for part in 0..<count {
                unsafe vector.append(UnsafeRawBufferPointer(rebasing: memory[part * 30..<part * 30 + 30]))
            }
            #expect(vector.count == count)
            port.send(pair.ours.asSocket, vector, more: false, key(3))
            let packet = try port.next()
            #expect(packet.operation == .send)
            #expect(packet.result == Int32(count * 30))
            #expect(try pair.peer.hear(count * 30) == pattern(count * 30))
        }
    }

    /// MSG_NOSIGNAL: the process lives on.
    @Test func aClientThatIsGoneIsAnErrorAndNoSignal() throws {
        let pair = try SocketPair.local()
        var port = try CompletionPort(limits: .forTests())
        let ours = pair.ours.asSocket
        _ = shutdown(pair.peer.rawValue, Int32(SHUT_RD))
        #expect(try port.sendNow(ours, [1], key(1)) == -EPIPE)
    }

    @Test func aBadSubmissionFailsAlone() throws {
        let pair = try SocketPair.local()
        var port = try CompletionPort(limits: .forTests())
        port.close(-1, key(1))
        port.receive(pair.ours.asSocket, key(2))
        try pair.peer.say([5])
        let packets = try port.next(2)
        #expect(packets.first { $0.key == key(1) }?.result == -EBADF)
        let received = try #require(packets.first { $0.key == key(2) })
        #expect(port.takeBytes(received) == [5])
    }

    // MARK: Pages

    /// Nothing waits: what finds no room is tried again when there is some.
    @Test func pagesLeaveAsThereIsRoom() throws {
        let pair = try SocketPair.tcp()
        var port = try CompletionPort(limits: .forTests())
        let bytes = pattern(16_000_000)
        let file = try TemporaryFile(bytes)
        let ours = pair.ours.asSocket
        var sent = 0
        var heard: [UInt8] = []
        var waits = 0
        while sent < bytes.count {
            let result = port.sendPages(ours, of: file.descriptor.rawValue, at: UInt64(sent), count: bytes.count - sent)
            guard result != -Int(EAGAIN) else {
                waits += 1
                port.awaitRoom(ours, key(7))
                port.submitAndWait(atMost: .zero)
                let isEarly = port.hasPacket()
                #expect(!isEarly, "there is no room")
                heard += try pair.peer.hear(sent - heard.count)
                let packet = try port.next()
                #expect(packet.operation == .room && packet.key == key(7))
                #expect(packet.result > 0)
                continue
            }
            try #require(result > 0)
            sent += result
        }
        #expect(waits > 0, "the socket was full")
        heard += try pair.peer.hear(sent - heard.count)
        #expect(heard == bytes)
        let end = port.sendPages(ours, of: file.descriptor.rawValue, at: UInt64(sent), count: 1)
        #expect(end == 0)
    }

    /// What is armed waits on, and what is armed afterwards waits too: the socket blocks as ever.
    @Test func receivesGoOnBesidePages() throws {
        let pair = try SocketPair.tcp()
        var port = try CompletionPort(limits: .forTests())
        let file = try TemporaryFile(pattern(1000))
        let ours = pair.ours.asSocket
        port.receive(ours, key(1))
        port.submitAndWait(atMost: .zero)
        let sent = port.sendPages(ours, of: file.descriptor.rawValue, at: 400, count: 600)
        #expect(sent == 600)
        #expect(try pair.peer.hear(600) == Array(pattern(1000)[400...]))
        #expect(fcntl(pair.ours.rawValue, F_GETFL) & O_NONBLOCK == 0)
        try pair.peer.say([1])
        let first = try port.next()
        #expect(port.takeBytes(first) == [1])
        #expect(first.hasMore)
        port.cancel(.receive, of: key(1), on: pair.ours.asSocket, key(2))
        _ = try port.next(2)
        port.receive(ours, key(3))
        try pair.peer.say([2])
        let second = try port.next()
        #expect(port.takeBytes(second) == [2])
    }

    /// A client that takes nothing is not waited for when its connection is ended.
    @Test func aResetEndsTheWaitForRoom() throws {
        let pair = try SocketPair.tcp()
        var port = try CompletionPort(limits: .forTests())
        let file = try TemporaryFile(pattern(16_000_000))
        let ours = pair.ours.asSocket
        var offset = 0
        while case let sent = port.sendPages(ours, of: file.descriptor.rawValue, at: UInt64(offset), count: 16_000_000),
            sent > 0
        {
            offset += sent
        }
        port.awaitRoom(ours, key(1))
        port.reset(ours, key(2))
        let packets = try port.next(2)
        #expect(Set(packets.map(\.operation)) == [.room, .reset])
        let late = port.sendPages(ours, of: file.descriptor.rawValue, at: 0, count: 1)
        #expect(late == -Int(ECONNRESET))
    }

    // MARK: At once

    private func sendAtOnce(_ port: inout CompletionPort, _ pair: borrowing SocketPair, _ count: Int) throws -> Bool {
        let memory = try MappedMemory(count: count)
        // A send at once is over with its submission, and `memory` lives until then.
        unsafe port.sendAtOnce(
            pair.ours.asSocket,
            UnsafeRawBufferPointer(start: memory.base, count: count),
            key(1)
        )
        port.submitAndWait(atMost: .zero)
        let isCaughtUp = port.isCaughtUp
        #expect(isCaughtUp)
        var hasFailed = false
        var position: UInt32 = 0
        while let failed = port.nextWaiting(.sendAtOnce, from: &position) { hasFailed = hasFailed || failed == key(1) }
        return !hasFailed
    }

    @Test func aSendAtOnceThatLeavesWholeBringsNoPacket() throws {
        let pair = try SocketPair.tcp()
        var port = try CompletionPort(limits: .forTests())
        let hasLeft = try sendAtOnce(&port, pair, 10_000)
        #expect(hasLeft)
        let heard = try pair.peer.hear(10_000)
        #expect(heard.count == 10_000)
        let hasPacket = port.hasPacket()
        #expect(!hasPacket)
    }

    @Test func aSendAtOnceThatFindsTooLittleRoomTellsHowMuchHasLeft() throws {
        let pair = try SocketPair.tcp()
        var port = try CompletionPort(limits: .forTests())
        let hasLeft = try sendAtOnce(&port, pair, 64 << 20)
        #expect(!hasLeft)
        let packet = try port.next()
        #expect(packet.operation == .sendAtOnce && packet.key == key(1))
        #expect(packet.result > 0 && packet.result < 64 << 20)
        // And when there is none, that.
        let hasLeftAgain = try sendAtOnce(&port, pair, 64 << 20)
        #expect(!hasLeftAgain)
        let result = try port.next().result
        #expect(result == -EAGAIN)
    }

    @Test func aSendAtOnceToAClientThatIsGoneBringsAPacket() throws {
        let pair = try SocketPair.local()
        var port = try CompletionPort(limits: .forTests())
        _ = shutdown(pair.peer.rawValue, Int32(SHUT_RD))
        let hasLeft = try sendAtOnce(&port, pair, 1)
        #expect(!hasLeft)
        let result = try port.next().result
        #expect(result == -EPIPE)
    }
}

/// Receives so many bytes on another thread, fewer when the connection ends or ten seconds pass.
private func receiveAll(_ socket: Int32, _ count: Int) -> [UInt8] {
    var all = [UInt8](repeating: 0, count: count)
    var heard = 0
    while heard < count {
        let got = unsafe all.withUnsafeMutableBytes { bytes in
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[heard...])
            return unsafe recv(socket, rest.baseAddress, rest.count, 0)
        }
        guard got > 0 else { break }
        heard += got
    }
    return Array(all[..<heard])
}
