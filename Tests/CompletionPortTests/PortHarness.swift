/// What the tests of the port share: whether there can be one, its sizes, the next packet. Test threads.

@testable import CompletionPort
import Glibc
import Platform
import Testing

extension PortEngine {
    /// The engine of this run: `RINGPORT_ENGINE=epoll swift test` tries the other one.
    static let tested: PortEngine = {
        guard let name = unsafe getenv("RINGPORT_ENGINE") else { return .ring }
        return EngineWish(rawValue: unsafe String(cString: name)) == .readiness ? .readiness : .ring
    }()
}

extension CompletionPort {
    /// A port with the engine of this run.
    init(limits: CompletionPortLimits) throws(PortUnavailable) {
        try self.init(limits: limits, engine: .tested)
    }
}

/// Whether this machine lets the tests have a completion port, asked the way the server asks.
enum PortProbe {
    static let refusal: PortUnavailable? = {
        do throws(PortUnavailable) {
            _ = try EngineChoice.find(PortEngine.tested == .ring ? .ring : .readiness, .forTests())
            return nil
        } catch {
            return error
        }
    }()
}

extension Trait where Self == ConditionTrait {
    /// Skips where the engine can't be had, with the server's own words for why.
    static var needsPort: Self {
        .enabled(if: PortProbe.refusal == nil, "\(PortProbe.refusal?.description ?? "")")
    }
}

extension Trait where Self == ConditionTrait {
    /// For figures that are an engine's own; the other one has a test of its own beside it.
    static func needsEngine(_ engine: PortEngine) -> Self {
        .enabled(if: PortEngine.tested == engine, "of the other engine")
    }
}

extension CompletionPortLimits {
    /// A small port: tests make many of them at a time.
    static func forTests(submissions: Int = 64, packets: Int = 256, buffers: Int = 8) -> CompletionPortLimits {
        CompletionPortLimits(
            submissionsMax: submissions,
            packetsMax: packets,
            receiveBufferCount: buffers,
            receiveBufferSize: 4096,
            fileThreadsMax: 4
        )
    }
}

/// What was waited for did not come.
struct NoPacket: Error {}

extension CompletionPort {
    /// Takes turns until there is a packet.
    ///
    /// - Throws: `NoPacket` after ten seconds: a test fails rather than hangs.
    mutating func next() throws -> CompletionPacket {
        let deadline = Instant.now.advanced(by: .seconds(10))
        while true {
            if let packet = dequeue() { return packet }
            let now = Instant.now
            guard now < deadline else { throw NoPacket() }
            submitAndWait(atMost: deadline.remaining(from: now))
        }
    }

    /// The next `count` packets.
    mutating func next(_ count: Int) throws -> [CompletionPacket] {
        var packets: [CompletionPacket] = []
        while packets.count < count { packets.append(try next()) }
        return packets
    }

    /// Whether a packet comes within a moment: for showing that there is none.
    mutating func hasPacket(within duration: Duration = .milliseconds(20)) -> Bool {
        submitAndWait(atMost: Nanoseconds(duration))
        return dequeue() != nil
    }

    /// The bytes of a receive packet, whose buffer goes back.
    mutating func takeBytes(_ packet: CompletionPacket) -> [UInt8] {
        guard let buffer = packet.bufferID, packet.result > 0 else { return [] }
        // Copied before the buffer is returned.
        let bytes = unsafe Array(received(buffer, count: Int(packet.result)))
        returnBuffer(buffer)
        return bytes
    }

    /// The bytes of the next packet, which has some.
    mutating func nextBytes() throws -> [UInt8] {
        let packet = try next()
        return takeBytes(packet)
    }

    /// Sends bytes and waits for the packet.
    mutating func sendNow(_ socket: Socket, _ bytes: [UInt8], _ key: CompletionKey) throws -> Int32 {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        // Freed after the packet has come; when none does the test fails, and its memory may leak.
        unsafe memory.copyBytes(from: bytes)
        unsafe send(socket, UnsafeRawBufferPointer(memory), more: false, key)
        let packet = try next()
        unsafe memory.deallocate()
        #expect(packet.operation == .send)
        #expect(packet.key == key)
        return packet.result
    }
}

/// A socket that there is not.
let nowhere = Socket(descriptor: .max)

/// A key without a life of its own, for tests of one operation.
func key(_ slot: UInt32, _ generation: UInt32 = 1) -> CompletionKey {
    CompletionKey(slot: slot, generation: generation)
}

/// Bytes in which a lost, doubled or misplaced part shows.
func pattern(_ count: Int, from start: Int = 0) -> [UInt8] {
    (start..<start + count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
}
