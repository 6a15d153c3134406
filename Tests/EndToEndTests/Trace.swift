/// What `--trace` has written: every packet that came out of the workers' ports. Test threads.

import Glibc
import Harness

/// A line of the trace.
struct TracedPacket {
    let operation: String
    let slot: Int
    /// Bytes moved, or a negative `errno`.
    let result: Int
    /// The operation goes on.
    let hasMore: Bool
    /// How often the worker had entered the kernel when it took the packet.
    let entries: Int

    private init?(_ line: Substring) {
        guard
            let match = line.firstMatch(
                of: /worker-[0-9]+ ([a-zA-Z]+) slot=([0-9]+) .*result=(-?[0-9]+) more=([a-z]+) .*entries=([0-9]+)/
            ),
            let slot = Int(match.2), let result = Int(match.3), let entries = Int(match.5)
        else { return nil }
        operation = String(match.1)
        self.slot = slot
        self.result = result
        hasMore = match.4 == "true"
        self.entries = entries
    }

    /// An accept that brought a connection.
    var isConnection: Bool { operation == "accept" && result >= 0 }
    /// A receive that found no buffer.
    var isStarved: Bool { operation == "receive" && result == -Int(ENOBUFS) }
    /// An accept that found no descriptor.
    var isWithoutDescriptor: Bool { operation == "accept" && result == -Int(EMFILE) }

    /// How many receives brought bytes and ended that would have gone on, which happens when the completion queue was full.
    ///
    /// A connection's first receive ends with its bytes.
    static func receivesCutShort(_ packets: [TracedPacket]) -> Int {
        var receivedOnce: Set<Int> = []
        var count = 0
        for packet in packets {
            if packet.operation == "close" { receivedOnce.remove(packet.slot) }
            guard packet.operation == "receive" else { continue }
            let isFirst = receivedOnce.insert(packet.slot).inserted
            if !isFirst, packet.result > 0, !packet.hasMore { count += 1 }
        }
        return count
    }

    /// The packets of a site whose server has stopped, in order.
    ///
    /// A worker that makes them faster than the log thread writes loses some lines of the trace, which `error.log` counts.
    static func all(_ site: TestSite) throws -> [TracedPacket] {
        try errorLog(site).compactMap { TracedPacket($0) }
    }

    static func errorLog(_ site: TestSite) throws -> [Substring] {
        String(decoding: try site.read("logs/error.log"), as: UTF8.self).split(separator: "\n")
    }
}
