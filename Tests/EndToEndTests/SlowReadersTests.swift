/// Many clients that read a large file very slowly: they delay nobody, and cost a bounded amount of memory. Test threads.

import Glibc
import Harness
import Platform
import Testing

@Suite struct SlowReadersTests {
    /// Large bodies behind each other, of clients that read late and of some that never do: each goes on without a block.
    @Test func largeBodiesInLineLeaveInOrder() throws {
        var generator = SystemRandomNumberGenerator()
        let text = (0..<40_000).map { _ in String(generator.next() % 1_000_000_000_000, radix: 10) }.joined(
            separator: "\n"
        )
        let site = try TestSite(["a.txt": text], configuration: "[server]\nworkers = 1\n")
        try site.age("www/a.txt")
        try serving(site) { server in
            let coded = Request.get("/a.txt", "Accept-Encoding: gzip\r\n")
            let quick = try Client(server)
            var first = try quick.exchange(coded)
            while first["Content-Encoding"] != "gzip" { first = try quick.exchange(coded) }
            let line = Request.get("/none") + coded + coded + Request.get("/none") + coded
            for number in 0..<20 {
                let client = try Client(server, receiveBuffer: 4096)
                try client.send(line)
                for _ in 0..<3 { try #expect(quick.exchange(Request.get("/none")).status == 404) }
                guard number % 2 == 0 else {
                    try client.reset()
                    continue
                }
                for status in [404, 200, 200, 404, 200] {
                    let answer = try client.readResponse()
                    #expect(answer.status == status && (status == 404 || answer.body == first.body))
                }
            }
            try #expect(quick.exchange(Request.get("/none")).status == 404)
        }
    }

    private static let size = 10 << 20

    /// Sockets that ask for a file and read it a little at a time.
    private final class Readers {
        private let sockets: [Int32]
        private var counts: [Int]

        init(_ count: Int, _ server: ServerProcess, path: String) throws {
            var sockets: [Int32] = []
            for _ in 0..<count { sockets.append(try Client.connect(port: server.port, receiveBuffer: 4096)) }
            self.sockets = sockets
            counts = Array(repeating: 0, count: count)
            let request = Array(Request.get(path).utf8)
            for socket in sockets {
                guard unsafe send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
                    throw HarnessError.system("send")
                }
            }
        }

        deinit {
            for socket in sockets { close(socket) }
        }

        /// Each takes up to so many bytes of what has arrived.
        func read(_ size: Int) {
            var buffer = [UInt8](repeating: 0, count: size)
            for index in sockets.indices {
                counts[index] += max(0, unsafe recv(sockets[index], &buffer, size, Int32(MSG_DONTWAIT)))
            }
        }

        /// The counts of the reader that has got least, and of the one that has got most.
        var progress: (least: Int, most: Int) { (counts.min() ?? 0, counts.max() ?? 0) }
    }

    private func expectMemory(_ growth: Int, below bound: Int) {
        // A sanitizer keeps memory of its own for each allocation.
        guard ChildProcess.variable("RINGPORT_SANITIZED") == nil else { return }
        #expect(growth < bound)
    }

    @Test func fiveHundredSlowReadersNeitherDelayAFastOneNorHoldMuch() throws {
        let site = try TestSite(configuration: "[server]\nworkers = 1\n")
        let big = (0..<Self.size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        try site.write("www/big.bin", big)
        try serving(site) { server in
            let fast = try Client(server)
            try #expect(fast.exchange(Request.get("/big.bin")).body == big)
            let memory = try server.anonymousSize
            let count = 500
            let readers = try Readers(count, server, path: "/big.bin")

            // Each reads 1 KiB a second. Between two of their steps the fast client asks for both files and gets all: what
            // it gets does not depend on what they take.
            let step = Duration.milliseconds(125)
            var next = Instant.now
            for round in 0..<48 {
                readers.read(128)
                for _ in 0..<5 { try #expect(fast.exchange(Request.get("/index.html")).text == "hello\n") }
                if round % 4 == 0 { try #expect(fast.exchange(Request.get("/big.bin")).body == big) }
                next = next.advanced(by: step)
                _ = Monitor(()).waitUntil(next) { _ in Bool?.none }
            }
            // 240 small and 12 large answers; meanwhile:
            #expect(readers.progress.least > 0, "every slow reader is being served")
            #expect(readers.progress.most <= 48 * 128)

            expectMemory(try server.anonymousSize - memory, below: count * 24 << 10)
            // What the limit lets wait, and what is under way: a client's window is small, and so is a last segment.
            let held = try server.unacknowledgedSizes().sorted()
            #expect(held.count > count)
            #expect((held.last ?? 0) <= 128 << 10 + 128 << 10, "the kernel's share of each")
            // Bounded and unbounded ones count apart (io_uring_register_iowq_max_workers(3)).
            let kernelThreads = try server.threads().count { $0.name.hasPrefix("iou-wrk") }
            #expect(kernelThreads <= 16)
            try #expect(fast.exchange(Request.get("/index.html")).text == "hello\n")
        }
    }
}
