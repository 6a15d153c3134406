/// A port with room for two packets: what does not fit waits in the kernel, in its order. Test threads.

@testable import CompletionPort
import Glibc
import Platform
import Testing

@Suite(.needsPort) struct OverflowTests {
    /// A list can't hold what can't be copied.
    private final class Pair {
        let ends: SocketPair
        init() throws { ends = try .local() }
    }

    /// Since Linux 6.1 a packet never passes those that wait aside (commit aa1df3a360a0): a connection's bytes stay in order.
    @Test(arguments: [(1, 2), (2, 4)])
    func bytesKeepTheirOrderThroughAFullQueue(submissions: Int, packets: Int) throws {
        var port = try CompletionPort(limits: .forTests(submissions: submissions, packets: packets, buffers: 64))
        let pairs = try (0..<40).map { _ in try Pair() }
        for (index, pair) in pairs.enumerated() { port.receive(pair.ends.ours.asSocket, key(UInt32(index))) }
        var received = [[UInt8]](repeating: [], count: pairs.count)
        var cutShort = 0
        let rounds = 50
        for round in 0..<rounds {
            for pair in pairs { try pair.ends.peer.say(pattern(100, from: round * 100)) }
            while received.contains(where: { $0.count < (round + 1) * 100 }) {
                let packet = try port.next()
                let index = Int(packet.key.slot)
                received[index] += port.takeBytes(packet)
                guard !packet.hasMore else { continue }
                if packet.result > 0 { cutShort += 1 }
                port.receive(pairs[index].ends.ours.asSocket, packet.key)
            }
        }
        for bytes in received { #expect(bytes == pattern(rounds * 100)) }
        // A ring ends receives when its queue is full; readiness has a queue without an end.
        #expect((cutShort > 0) == (PortEngine.tested == .ring))
    }

    @Test func moreSubmissionsThanFitAreHandedOverOneByOne() throws {
        var port = try CompletionPort(limits: .forTests(submissions: 1, packets: 2))
        let count = 500
        for slot in 0..<count { port.cancel(.receive, of: key(9999), on: nowhere, key(UInt32(slot))) }
        let packets = try port.next(count)
        #expect(packets.map(\.key) == (0..<count).map { key(UInt32($0)) })
        #expect(packets.allSatisfy { $0.operation == .cancel && $0.result == -ENOENT })
        let hasAnother = port.hasPacket()
        #expect(!hasAnother)
    }

    @Test func theBellIsHeardThroughAFullQueue() throws {
        var port = try CompletionPort(limits: .forTests(submissions: 1, packets: 2))
        let posts = try PostQueue<Int>()
        port.notice(posts.bellDescriptor, key(1))
        for slot in 0..<100 { port.cancel(.receive, of: key(9999), on: nowhere, key(UInt32(1000 + slot))) }
        for number in 0..<10 {
            #expect(posts.prepareToSleep())
            posts.post(number)
            var packet = try port.next()
            while packet.operation != .notice { packet = try port.next() }
            posts.silence()
            if !packet.hasMore { port.notice(posts.bellDescriptor, key(1)) }
            var taken: [Int] = []
            posts.takeAll { taken.append($0) }
            #expect(taken == [number])
            for slot in 0..<100 { port.cancel(.receive, of: key(9999), on: nowhere, key(UInt32(1000 + slot))) }
        }
    }
}
