/// A connection's bytes, sent in whatever portions the kernel takes. Test threads, each with a port of its own.

import CompletionPort
import Glibc
import HTTP
import Platform
import Testing

@testable import Server

/// The refusal, where this machine lets the tests have no completion port.
private let portRefusal: PortUnavailable? = {
    do throws(PortUnavailable) {
        _ = try EngineChoice.find(Bench.engine, Bench.limits.port(usesDirectSockets: false))
        return nil
    } catch {
        return error
    }
}()

@Suite(.enabled(if: portRefusal == nil, "\(portRefusal?.description ?? "")")) struct OutputTests {
    @Test func smallResponsesLeaveTogetherAsOneSegment() throws {
        var bench = try Bench()
        let output = try bench.lend()
        for text in ["one ", "two ", "three"] { bench.write(text, output) }
        #expect(try bench.send(output) == "one two three")
        #expect(bench.finish(output, 13) == ["block 13"])
        #expect(output.isEmpty)
        bench.pool.return(output)
    }

    @Test func bodiesElsewhereKeepTheirPlaceInTheOrder() throws {
        var bench = try Bench()
        let output = try bench.lend()
        try bench.fill(output)
        #expect(try bench.send(output) == Bench.text)
        #expect(
            bench.finish(output, Bench.text.utf8.count) == ["block 5", "file 3 6", "block 5", "exchange 4", "block 3"]
        )
        #expect(output.isEmpty)
        bench.pool.return(output)
    }

    /// A send that ends after `count` bytes, at each of the places where it can: the rest follows, and each owner is told
    /// when its last byte has left, once.
    @Test(arguments: 0...23)
    func aPartialSendGoesOnWhereItEnded(count: Int) throws {
        var bench = try Bench()
        let output = try bench.lend()
        try bench.fill(output)
        _ = try bench.send(output)
        var owners = bench.finish(output, count)
        let ends = [5, 11, 16, 20, 23]
        #expect(owners.count == ends.filter { $0 <= count }.count)
        if count < 23 {
            #expect(!output.isEmpty)
            #expect(!output.isSending)
            #expect(try bench.send(output) == String(decoding: Bench.text.utf8.dropFirst(count), as: UTF8.self))
            owners += bench.finish(output, 23 - count)
        }
        #expect(owners == ["block 5", "file 3 6", "block 5", "exchange 4", "block 3"])
        #expect(output.isEmpty)
        bench.pool.return(output)
    }

    /// A part of a file leaves by itself, from where the kernel has it; what is before it and behind it as ever.
    @Test func whatIsBeforeAPartLeavesByItself() throws {
        var bench = try Bench()
        let output = try bench.lend()
        try bench.fill(output)
        #expect(output.countBeforePart == 3)
        #expect(try bench.send(output, output.countBeforePart) == "head1|file|head2")
        #expect(bench.finish(output, 16) == ["block 5", "file 3 6", "block 5"])
        #expect(output.countBeforePart == 0)
        #expect(output.firstSize == 4)
        let file = try bench.file("0123body")
        #expect(try bench.sendPages(output, of: file, at: 4) == "body")
        #expect(output.isSending)
        #expect(bench.finish(output, 3) == [])
        #expect(output.firstSize == 1)
        #expect(bench.finish(output, 0) == [], "nothing is in flight")
        #expect(try bench.sendPages(output, of: file, at: 7) == "y")
        #expect(bench.finish(output, 1) == ["exchange 4"])
        #expect(output.countBeforePart == 1)
        #expect(try bench.send(output) == "end")
        #expect(bench.finish(output, 3) == ["block 3"])
        bench.pool.return(output)
    }

    @Test func bytesLeaveOneAtATime() throws {
        var bench = try Bench()
        let output = try bench.lend()
        try bench.fill(output)
        var sent = ""
        var owners: [String] = []
        while !output.isEmpty {
            sent += String(try bench.send(output).prefix(1))
            owners += bench.finish(output, 1)
        }
        #expect(sent == Bench.text)
        #expect(owners == ["block 5", "file 3 6", "block 5", "exchange 4", "block 3"])
        bench.pool.return(output)
    }

    /// Bytes in flight are not touched: new bytes go behind it, and leave with the next send.
    @Test func whatIsWrittenWhileSendingLeavesWithTheNextSend() throws {
        var bench = try Bench()
        let output = try bench.lend()
        bench.write("first", output)
        #expect(try bench.send(output) == "first")
        #expect(output.isSending)
        bench.write("second", output)
        #expect(bench.finish(output, 3) == [])
        #expect(try bench.send(output) == "stsecond")
        #expect(bench.finish(output, 8) == ["block 5", "block 6"])
        bench.pool.return(output)
    }

    @Test func aSendThatFailsLeavesEverythingToBeReleased() throws {
        var bench = try Bench()
        let output = try bench.lend()
        try bench.fill(output)
        _ = try bench.send(output)
        #expect(bench.finish(output, 7) == ["block 5"])
        var owners: [Output.Owner] = []
        output.removeAll { owners.append($0) }
        #expect(owners == [.file(3), .block, .exchange, .block])
        #expect(output.isEmpty)
        bench.pool.return(output)
    }

    @Test func emptyPartsAreNoSegments() throws {
        var bench = try Bench()
        let output = try bench.lend()
        unsafe output.append(UnsafeRawBufferPointer(start: nil, count: 0), owner: .file(1))
        bench.write("", output)
        #expect(output.isEmpty)
        bench.pool.return(output)
    }

    @Test func aBlockHasRoomForSoMuchAndNoMore() throws {
        var bench = try Bench()
        let output = try bench.lend()
        let size = output.blockSize
        #expect(output.hasRoom(size))
        #expect(!output.hasRoom(size + 1))
        bench.write("12345", output)
        #expect(output.hasRoom(size - 5))
        #expect(!output.hasRoom(size - 4))
        // Sent bytes give their room back when all are sent.
        _ = try bench.send(output)
        _ = bench.finish(output, 5)
        #expect(output.hasRoom(size))
        bench.pool.return(output)
    }

    /// A response takes two segments: one in the block, one elsewhere.
    @Test func aBlockTakesSegmentsUpToItsLimit() throws {
        var bench = try Bench()
        let output = try bench.lend()
        var responses = 0
        while output.hasRoom(1) {
            bench.write("a", output)
            unsafe output.append(bench.bytes(0..<1), owner: .exchange)
            responses += 1
        }
        #expect(responses == Bench.limits.outputSegmentsMax / 2)
        #expect(try bench.send(output).count == 2 * responses)
        #expect(bench.finish(output, 2 * responses).count == 2 * responses)
        bench.pool.return(output)
    }

    @Test func blocksAreLentUntilThereAreNoneAndTheWarmestFirst() throws {
        var bench = try Bench()
        let first = try bench.lend()
        let second = try bench.lend()
        #expect(bench.pool.hasFree == false)
        #expect(bench.pool.lend() == nil && bench.pool.lendFurther() == nil)
        bench.pool.return(first)
        bench.pool.return(second)
        #expect(bench.pool.lend() == second)
        #expect(bench.pool.lend() == first)
    }
}

/// A port, a connection and two output blocks.
private struct Bench: ~Copyable {
    static let text = "head1|file|head2bodyend"

    static var limits: Limits {
        var limits = Limits()
        limits.submissionsMax = 16
        limits.packetsMax = 32
        limits.receiveBufferCount = 1
        limits.outputSegmentsMax = 8
        limits.outputsMax = 2
        return limits
    }

    /// As `RINGPORT_ENGINE` says.
    static let engine: EngineWish = {
        guard let name = unsafe getenv("RINGPORT_ENGINE") else { return .ring }
        return unsafe EngineWish(rawValue: String(cString: name)) ?? .ring
    }()

    private var port: CompletionPort
    var pool: OutputPool
    private let ours: Descriptor
    private let peer: Descriptor
    private let memory: MappedMemory
    private let key = CompletionKey(slot: 1, generation: 1)

    init() throws {
        var numbers: [Int32] = [-1, -1]
        guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &numbers) == 0 else {
            throw SystemError("make a socket pair")
        }
        // All that can fail first: a value that is not copied is made whole or not at all.
        let ours = Descriptor(owning: numbers[0])
        let peer = Descriptor(owning: numbers[1])
        let limits = Self.limits.port(usesDirectSockets: false)
        let port = try CompletionPort(limits: limits, engine: EngineChoice.find(Self.engine, limits).engine)
        let pool = try OutputPool(limits: Self.limits)
        memory = try MappedMemory(count: 4096)
        self.port = port
        self.pool = pool
        self.ours = ours
        self.peer = peer
    }

    /// A block from the pool.
    mutating func lend() throws -> Output {
        guard let output = pool.lend() ?? pool.lendFurther() else { throw NoBlock() }
        return output
    }

    private struct NoBlock: Error {}

    /// Bytes outside of any block, which live as long as the bench.
    func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: memory.base + range.lowerBound, count: range.count)
    }

    func write(_ text: String, _ output: Output) {
        output.write(text.utf8.count) { span in
            for byte in text.utf8 { span.append(byte) }
        }
    }

    /// Two responses with bodies elsewhere, and the head of a third: `text` in five segments.
    func fill(_ output: Output) throws {
        unsafe memory.base.copyMemory(from: Array("|file|body".utf8), byteCount: 10)
        write("head1", output)
        unsafe output.append(bytes(0..<6), owner: .file(3))
        write("head2", output)
        unsafe output.append(bytes(6..<10), owner: .exchange)
        write("end", output)
    }

    /// Sends what there is, or so many segments; the text that the peer receives.
    mutating func send(_ output: Output, _ count: Int? = nil) throws -> String {
        output.send(on: &port, socket: Socket(descriptor: ours.rawValue), count ?? output.count, more: false, key)
        port.submitAndWait(atMost: .seconds(10))
        let dequeued = port.dequeue()
        let packet = try #require(dequeued)
        #expect(packet.operation == .send)
        try #require(packet.result > 0)
        var buffer = [UInt8](repeating: 0, count: Int(packet.result))
        let count = unsafe recv(peer.rawValue, &buffer, buffer.count, 0)
        try #require(count == buffer.count)
        return String(decoding: buffer, as: UTF8.self)
    }

    /// A file that holds so much.
    func file(_ text: String) throws -> Descriptor {
        var template = Array("/tmp/ringport-output-XXXXXX".utf8CString)
        let number = unsafe mkstemp(&template)
        guard number >= 0 else { throw SystemError("make a file") }
        let file = Descriptor(owning: number)
        unsafe _ = unlink(template)
        let count = unsafe Glibc.write(number, text, text.utf8.count)
        try #require(count == text.utf8.count)
        return file
    }

    /// Sends the first segment from a file; the text that the peer receives.
    func sendPages(_ output: Output, of file: borrowing Descriptor, at offset: UInt64) throws -> String {
        let socket = Socket(descriptor: ours.rawValue)
        let result = output.sendPages(on: port, socket: socket, of: file.rawValue, at: offset)
        try #require(result > 0)
        var buffer = [UInt8](repeating: 0, count: result)
        let count = unsafe recv(peer.rawValue, &buffer, buffer.count, 0)
        try #require(count == result)
        return String(decoding: buffer, as: UTF8.self)
    }

    /// Says that the send has ended after so many bytes; the owners that were told, with the size of their segment.
    func finish(_ output: Output, _ count: Int) -> [String] {
        var owners: [String] = []
        output.sent(count) { owner, count in
            switch owner {
            case .block: owners.append("block \(count)")
            case .file(let slot): owners.append("file \(slot) \(count)")
            case .exchange: owners.append("exchange \(count)")
            }
        }
        return owners
    }
}
