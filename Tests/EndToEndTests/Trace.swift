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
                of: /worker-[0-9]+ ([a-z]+) slot=([0-9]+) .*result=(-?[0-9]+) more=([a-z]+) .*entries=([0-9]+)/
            ),
            let slot = Int(match.2), let result = Int(match.3), let entries = Int(match.5)
        else { return nil }
        operation = String(match.1)
        self.slot = slot
        self.result = result
        hasMore = match.4 == "true"
        self.entries = entries
    }

    /// A receive that brought bytes and ended all the same, which happens when the completion queue was full.
    var isCutShort: Bool { operation == "receive" && result > 0 && !hasMore }
    /// A receive that found no buffer.
    var isStarved: Bool { operation == "receive" && result == -Int(ENOBUFS) }
    /// An accept that found no descriptor.
    var isWithoutDescriptor: Bool { operation == "accept" && result == -Int(EMFILE) }

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
