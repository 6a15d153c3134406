/// A worker's turn: submitting, waiting, and queues that overflow. Test threads, each with a port of its own.

@testable import CompletionPort
import Glibc
import Platform
import Testing

@Suite(.needsPort) struct WaitingTests {
    @Test func aWaitWithoutPacketsEndsAtItsDeadlineAndNotBefore() throws {
        var port = try CompletionPort(limits: .forTests())
        for milliseconds in [1, 10, 50] {
            let duration = Duration.milliseconds(milliseconds)
            let start = Instant.now
            port.submitAndWait(atMost: Nanoseconds(duration))
            let waited = Instant.now.since(start)
            #expect(waited >= duration)
            #expect(waited < .seconds(5))
            #expect(port.dequeue()?.result == nil)
        }
    }

    @Test func aWaitOfNothingReturnsAtOnceAndStillSubmits() throws {
        let pair = try SocketPair.local()
        var port = try CompletionPort(limits: .forTests())
        try pair.peer.say([1])
        port.receive(pair.ours.asSocket, key(1))
        let start = Instant.now
        port.submitAndWait(atMost: .zero)
        #expect(Instant.now.since(start) < .seconds(5))
        let dequeued = port.dequeue()
        let packet = try #require(dequeued)
        #expect(port.takeBytes(packet) == [1])
    }

    @Test func aWaitWithoutALimitEndsWithAPacket() throws {
        let queue = try PostQueue<Int>()
        var port = try CompletionPort(limits: .forTests())
        port.notice(queue.bellDescriptor, key(0))
        let isAsleep = queue.prepareToSleep()
        #expect(isAsleep)
        let thread = try NamedThread(name: "poster") { queue.post(4) }
        port.submitAndWait(atMost: nil)
        thread.join()
        let dequeued = port.dequeue()
        let packet = try #require(dequeued)
        #expect(packet.operation == .notice)
        #expect(packet.hasMore)
    }

    @Test func aWaitEndsEarlyForAPacketThatIsThere() throws {
        let pair = try SocketPair.local()
        var port = try CompletionPort(limits: .forTests())
        port.receive(pair.ours.asSocket, key(1))
        port.submitAndWait(atMost: .zero)
        try pair.peer.say([1])
        let start = Instant.now
        port.submitAndWait(atMost: .seconds(60))
        #expect(Instant.now.since(start) < .seconds(10))
        #expect(port.dequeue()?.result == 1)
    }

    /// The figure behind "system calls per request".
    @Test(.needsEngine(.ring)) func everyEntryIntoTheKernelIsCounted() throws {
        var port = try CompletionPort(limits: .forTests(submissions: 4))
        let before = port.entries
        port.submitAndWait(atMost: .zero)
        #expect(port.entries == before + 1)
        // The fifth submission finds the queue full and hands it over.
        for slot: UInt32 in 0..<5 { port.close(-1, key(slot)) }
        #expect(port.entries == before + 2)
    }

    @Test(.needsEngine(.readiness)) func everyWaitIsCounted() throws {
        var port = try CompletionPort(limits: .forTests(submissions: 4))
        for slot: UInt32 in 0..<5 { port.close(-1, key(slot)) }
        #expect(port.entries == 0)
        port.submitAndWait(atMost: .zero)
        port.submitAndWait(atMost: .zero)
        #expect(port.entries == 2)
    }

    @Test func moreSubmissionsThanFitInATurnAllComplete() throws {
        let file = try TemporaryFile(pattern(2000))
        var port = try CompletionPort(limits: .forTests(submissions: 8, packets: 4096))
        try readByteByByte(&port, file.descriptor.rawValue, count: 2000)
    }

    /// NODROP: the kernel keeps aside what does not fit.
    @Test func packetsBeyondTheCompletionQueueAreNotLost() throws {
        let file = try TemporaryFile(pattern(2000))
        var port = try CompletionPort(limits: .forTests(submissions: 8, packets: 8))
        try readByteByByte(&port, file.descriptor.rawValue, count: 2000)
    }

    /// Reads each byte of a file by an operation of its own, all submitted in one turn.
    private func readByteByByte(_ port: inout CompletionPort, _ file: Int32, count: Int) throws {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
        // Freed at the end, after the last packet.
        defer { unsafe memory.deallocate() }
        for index in 0..<count {
            let place = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[index..<index + 1])
            unsafe port.read(file, into: place, at: UInt64(index), key(UInt32(index)))
        }
        var seen = Set<UInt32>()
        for _ in 0..<count {
            let packet = try port.next()
            #expect(packet.operation == .read)
            #expect(packet.result == 1)
            seen.insert(packet.key.slot)
        }
        #expect(seen.count == count)
        #expect(unsafe Array(memory) == pattern(count))
    }

    /// An overflow ends multishot operations; their last packet says so, and arming them again loses nothing.
    @Test func receivesThatOverflowTheCompletionQueueLoseNoByte() throws {
        let count = 64
        var port = try CompletionPort(limits: .forTests(submissions: 8, packets: 8, buffers: 128))
        var numbers: [Int32] = []
        defer { for number in numbers { close(number) } }
        for index in 0..<count {
            let pair = try SocketPair.local()
            try pair.peer.say(pattern(9000, from: index))
            pair.peer.finish()
            numbers.append(pair.ours.release())
            port.receive(Socket(descriptor: numbers[index]), key(UInt32(index)))
        }
        var received = [[UInt8]](repeating: [], count: count)
        var ended = 0
        while ended < count {
            let packet = try port.next()
            let index = Int(packet.key.slot)
            received[index] += port.takeBytes(packet)
            if packet.hasMore { continue }
            if packet.result == 0 {
                ended += 1
            } else {
                #expect(packet.result > 0 || packet.result == -ENOBUFS)
                port.receive(Socket(descriptor: numbers[index]), packet.key)
            }
        }
        for index in 0..<count { #expect(received[index] == pattern(9000, from: index)) }
    }

    // MARK: Waiting for many

    @Test(.needsEngine(.ring)) func aWaitForManyEndsWithThem() throws {
        var port = try CompletionPort(limits: .forTests())
        let many = Gathering.Wait.many.packets
        for slot in 0..<UInt32(many) { port.close(-1, key(slot)) }
        port.submitAndWait(atMost: .seconds(60), for: .many)
        var count = 0
        while port.dequeue() != nil { count += 1 }
        #expect(count == many)
    }

    /// The worker does not wait for requests that do not come.
    @Test func aWaitForManyEndsWithOneAfterAMoment() throws {
        let pair = try SocketPair.local()
        var port = try CompletionPort(limits: .forTests())
        port.receive(pair.ours.asSocket, key(1))
        port.submitAndWait(atMost: .zero)
        try pair.peer.say([1])
        port.submitAndWait(atMost: .seconds(60), for: .many)
        let packet = port.dequeue()
        #expect(packet?.operation == .receive)
    }
}
