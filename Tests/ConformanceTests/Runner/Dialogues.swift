/// Many connections to one server at a time, so that tens of thousands are had within seconds. One test thread.
///
/// For a split request the server has to see two receives. So all first pieces of a round are sent, each on a connection
/// of its own, and before any second piece leaves, a request on a further connection is answered, twice: a server with
/// one worker takes events in their order, so it has by then accepted those connections and read those pieces.

import Glibc
import Harness
import Platform

struct Dialogues {
    /// How many connections are open at a time: well below the usual 1,024 descriptors of a process.
    static let roundSize = 200

    let port: UInt16
    /// How long a server may say nothing before it counts as silent.
    var patience = Duration.seconds(10)

    /// Holds these conversations and returns their transcripts in the same order.
    func run(_ scripts: [Script]) throws -> [Transcript] {
        var transcripts: [Transcript] = []
        transcripts.reserveCapacity(scripts.count)
        let barrier = scripts.contains { !$0.rest.isEmpty } ? try Barrier(port: port) : nil
        for start in stride(from: 0, to: scripts.count, by: Self.roundSize) {
            transcripts += try round(scripts[start..<min(start + Self.roundSize, scripts.count)], barrier)
        }
        return transcripts
    }

    private func round(_ scripts: ArraySlice<Script>, _ barrier: Barrier?) throws -> [Transcript] {
        let lines = try scripts.map { try Line(port: port, $0) }
        for line in lines { line.send() }
        if let barrier {
            try barrier.pass()
            try barrier.pass()
            for line in lines { line.sendRest() }
        }
        try listen(to: lines)
        return lines.map(\.transcript)
    }

    /// Reads and sends on all lines until each has ended, or all are silent.
    private func listen(to lines: [Line]) throws {
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var deadline = Instant.now.advanced(by: patience)
        while true {
            let open = lines.filter { $0.transcript.ending == .silent }
            let left = deadline.since(.now).nanoseconds / 1_000_000
            guard !open.isEmpty, left > 0 else { return }
            var entries = open.map { pollfd(fd: $0.socket.rawValue, events: $0.events, revents: 0) }
            let count = unsafe poll(&entries, nfds_t(entries.count), Int32(left) + 1)
            if count < 0 && errno != EINTR { throw HarnessError.system("poll") }
            guard count > 0 else { continue }
            deadline = Instant.now.advanced(by: patience)
            for (line, entry) in zip(open, entries) where entry.revents != 0 {
                if entry.revents & Int16(POLLOUT) != 0 { line.send() }
                if entry.revents & ~Int16(POLLOUT) != 0 { line.receive(&buffer) }
            }
        }
    }
}
