/// Giving operations up, and closing what they used. Test threads, each with a port of its own.

@testable import CompletionPort
import Glibc
import Platform
import Testing

@Suite(.needsPort) struct CancellingTests {
    @Test func aCancelledOperationAndItsCancelEachBringAPacket() throws {
        let pair = try SocketPair.tcp()
        var port = try CompletionPort(limits: .forTests())
        port.receive(pair.ours.asSocket, key(1))
        #expect(port.hasPacket() == false)
        port.cancel(.receive, of: key(1), on: pair.ours.asSocket, key(2))
        let packets = try port.next(2)
        let receive = try #require(packets.first { $0.operation == .receive })
        #expect(receive.key == key(1))
        #expect(receive.result == -ECANCELED)
        #expect(!receive.hasMore)
        #expect(receive.bufferID == nil)
        let cancel = try #require(packets.first { $0.operation == .cancel })
        #expect(cancel.key == key(2))
        #expect(cancel.result == 0)
        #expect(port.hasPacket() == false)
    }

    /// Bytes that the peer has sent stay unread; its end is reported all the same.
    @Test func aPeerThatEndsIsNoticedWithoutReceiving() throws {
        let pair = try SocketPair.tcp()
        var port = try CompletionPort(limits: .forTests())
        let ours = pair.ours.asSocket
        port.awaitHangUp(ours, key(1))
        try pair.peer.say([1, 2, 3])
        #expect(port.hasPacket() == false, "bytes are no end")
        pair.peer.resetWhenClosed()
        // Another descriptor takes its number, so that the socket is closed.
        #expect(dup2(pair.ours.rawValue, pair.peer.rawValue) >= 0)
        let packet = try port.next()
        #expect(packet.operation == .hangUp && packet.key == key(1))
        #expect(packet.result > 0 && packet.result & Int32(POLLERR | POLLHUP) != 0)
    }

    /// Asking once more would be answered at once, again and again: whoever knows of the FIN says so, and hears of the reset.
    @Test(arguments: [true, false]) func aPeerThatFinishesIsToldAndItsResetAfterwards(isThere: Bool) throws {
        let pair = try SocketPair.tcp()
        var port = try CompletionPort(limits: .forTests())
        if isThere { pair.peer.finish() }
        port.awaitHangUp(pair.ours.asSocket, key(1))
        if !isThere {
            port.submitAndWait(atMost: .zero)
            pair.peer.finish()
        }
        let finished = try port.next()
        #expect(finished.operation == .hangUp && finished.key == key(1) && !finished.hasMore)
        #expect(finished.result > 0 && finished.result & Int32(POLLERR | POLLHUP) == 0)
        port.awaitHangUp(pair.ours.asSocket, afterFinish: true, key(2))
        let again = try port.next()
        #expect(again.key == key(2) && again.hasMore && again.result & Int32(POLLERR | POLLHUP) == 0)
        try #expect(port.sendNow(pair.ours.asSocket, [1], key(3)) == 1)
        #expect(port.hasPacket() == false, "nothing has changed")
        // What it has not read makes its end a reset.
        #expect(dup2(pair.ours.rawValue, pair.peer.rawValue) >= 0)
        let gone = try port.next()
        #expect(gone.operation == .hangUp && gone.key == key(2))
        #expect(gone.result & Int32(POLLERR | POLLHUP) != 0)
        guard gone.hasMore else { return }
        port.cancel(.hangUp, of: key(2), on: pair.ours.asSocket, key(4))
        let last = try port.next(2)
        #expect(last.contains { $0.operation == .hangUp && $0.result == -ECANCELED && !$0.hasMore })
    }

    /// A receive that goes on may miss an end that comes with bytes (liburing issue 1549); the wait for it does not.
    @Test(arguments: [true, false])
    func anEndThatComesWithBytesIsToldBesideTheReceive(isReset: Bool) throws {
        let pair = isReset ? try SocketPair.tcp() : try SocketPair.local()
        var port = try CompletionPort(limits: .forTests())
        port.receive(pair.ours.asSocket, key(1))
        port.awaitHangUp(pair.ours.asSocket, key(2))
        #expect(port.hasPacket() == false)
        try pair.peer.say([1, 2, 3])
        if isReset {
            pair.peer.resetWhenClosed()
            // Another descriptor takes its number, so that the socket is closed.
            #expect(dup2(pair.ours.rawValue, pair.peer.rawValue) >= 0)
        } else {
            pair.peer.finish()
        }
        var packet = try port.next()
        while packet.operation == .receive, packet.hasMore {
            #expect(port.takeBytes(packet) == [1, 2, 3])
            packet = try port.next()
        }
        while packet.operation != .hangUp { packet = try port.next() }
        #expect(packet.key == key(2) && packet.result > 0)
        #expect((packet.result & Int32(POLLERR | POLLHUP) != 0) == isReset)
    }

    @Test func aWaitForAHangUpIsCancelled() throws {
        let pair = try SocketPair.tcp()
        var port = try CompletionPort(limits: .forTests())
        port.awaitHangUp(pair.ours.asSocket, key(1))
        port.cancel(.hangUp, of: key(1), on: pair.ours.asSocket, key(2))
        let packets = try port.next(2)
        #expect(packets.contains { $0.operation == .hangUp && $0.key == key(1) && $0.result == -ECANCELED })
    }

    @Test func aResetEndsTheWaitForAHangUp() throws {
        let pair = try SocketPair.tcp()
        var port = try CompletionPort(limits: .forTests())
        port.awaitHangUp(pair.ours.asSocket, key(1))
        port.reset(pair.ours.asSocket, key(2))
        #expect(Set(try port.next(2).map(\.operation)) == [.hangUp, .reset])
    }

    @Test func onlyTheNamedLifeAndKindIsCancelled() throws {
        let pair = try SocketPair.tcp()
        var port = try CompletionPort(limits: .forTests())
        port.receive(pair.ours.asSocket, key(1, 8))
        for (operation, target) in [(Operation.receive, key(1, 7)), (.send, key(1, 8)), (.receive, key(2, 8))] {
            port.cancel(operation, of: target, on: pair.ours.asSocket, key(9))
            let packet = try port.next()
            #expect(packet.operation == .cancel)
            #expect(packet.result == -ENOENT)
        }
        try pair.peer.say([3])
        let packet = try port.next()
        #expect(packet.key == key(1, 8))
        #expect(port.takeBytes(packet) == [3])
    }

    @Test func bytesThatCameBeforeTheCancelAreNotLost() throws {
        let pair = try SocketPair.local()
        var port = try CompletionPort(limits: .forTests())
        try pair.peer.say(pattern(500))
        port.receive(pair.ours.asSocket, key(1))
        port.cancel(.receive, of: key(1), on: pair.ours.asSocket, key(2))
        var bytes: [UInt8] = []
        var isArmed = true
        while isArmed {
            let packet = try port.next()
            guard packet.operation == .receive else { continue }
            bytes += port.takeBytes(packet)
            isArmed = packet.hasMore
        }
        if bytes.isEmpty { bytes = try pair.ours.hear(500) }
        #expect(bytes == pattern(500))
    }

    @Test func aSendThatWaitsForTheClientIsCancelled() throws {
        let pair = try SocketPair.local()
        var port = try CompletionPort(limits: .forTests())
        let memory = try MappedMemory(count: 8_000_000)
        // `memory` lives until the end of the test, after the send's packet.
        unsafe port.send(
            pair.ours.asSocket,
            UnsafeRawBufferPointer(start: memory.base, count: memory.count),
            more: false,
            key(1)
        )
        #expect(port.hasPacket() == false)
        port.cancel(.send, of: key(1), on: pair.ours.asSocket, key(2))
        let packets = try port.next(2)
        let send = try #require(packets.first { $0.operation == .send })
        // A part may have left: then the packet counts it instead.
        #expect(send.result == -ECANCELED || (send.result > 0 && send.result < 8_000_000))
    }

    /// The receive holds the socket open: without the cancel the client would see no FIN.
    @Test func closingAfterTheCancelTellsTheClient() throws {
        let pair = try SocketPair.tcp()
        var port = try CompletionPort(limits: .forTests())
        port.receive(pair.ours.asSocket, key(1))
        #expect(port.hasPacket() == false)
        port.cancel(.receive, of: key(1), on: pair.ours.asSocket, key(1))
        _ = try port.next(2)
        let number = pair.ours.release()
        port.close(number, key(1))
        let packet = try port.next()
        #expect(packet.operation == .close)
        #expect(packet.result == 0)
        #expect(try pair.peer.hear(1) == [])
    }

    /// The worker's way with a broken connection: shutdown(2) ends what is in flight.
    @Test func shuttingASocketDownEndsItsReceive() throws {
        let pair = try SocketPair.tcp()
        var port = try CompletionPort(limits: .forTests())
        port.receive(pair.ours.asSocket, key(1))
        #expect(port.hasPacket() == false)
        _ = shutdown(pair.ours.rawValue, Int32(SHUT_RDWR))
        let packet = try port.next()
        #expect(packet.result == 0)
        #expect(!packet.hasMore)
    }

    /// The port's end cancels: nothing keeps the socket open afterwards.
    @Test func aPortThatEndsLetsGoOfItsSockets() throws {
        let pair = try SocketPair.tcp()
        do {
            var port = try CompletionPort(limits: .forTests())
            port.receive(pair.ours.asSocket, key(1))
            #expect(port.hasPacket() == false)
        }
        _ = Descriptor(owning: pair.ours.release())
        #expect(try pair.peer.hear(1) == [])
    }
}
