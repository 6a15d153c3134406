/// The kernel's view of a server's threads and memory. Test threads.

import Glibc
import Platform

extension ServerProcess {
    /// The server's threads, the kernel's for its rings among them: their numbers and names.
    package func threads() throws -> [(number: Int, name: String)] {
        try Self.entries("/proc/\(process.processID)/task").compactMap { entry in
            // A thread may end between the two looks.
            guard let number = Int(entry), let name = try? text(of: "task/\(entry)/comm") else { return nil }
            return (number, String(name.prefix { $0 != "\n" }))
        }
    }

    /// The number of the thread with a name.
    package func thread(_ name: String) throws -> Int {
        guard let thread = try threads().first(where: { $0.name == name }) else {
            throw HarnessError("the server has no thread \(name)")
        }
        return thread.number
    }

    /// Waits until a thread sleeps for want of something to do.
    ///
    /// One that has just been preempted, or waits for a lock of the kernel, is in other states (proc_pid_stat(5)).
    package func waitUntilAsleep(_ thread: Int, within limit: Duration = .seconds(20)) throws {
        try wait(for: "S", thread, within: limit)
    }

    /// Waits until a thread is in a state of proc_pid_stat(5).
    private func wait(for state: Substring, _ thread: Int, within limit: Duration) throws {
        let deadline = Instant.now.advanced(by: limit)
        while Instant.now < deadline {
            let words = try text(of: "task/\(thread)/stat").split(separator: ")").last?.split(separator: " ")
            if words?.first == state { return }
            sched_yield()
        }
        throw HarnessError("thread \(thread) was not in state \(state) within \(limit)")
    }

    /// Does something while the server stands still, so that all that is sent reaches it at one moment.
    ///
    /// A thread that runs or sleeps when the signal is sent goes on until it has taken it: so each is waited for.
    package func whileStopped(_ body: () throws -> Void) throws {
        process.send(signal: SIGSTOP)
        defer { process.send(signal: SIGCONT) }
        for thread in try threads() where !thread.name.hasPrefix("iou-") {
            try wait(for: "T", thread.number, within: .seconds(20))
        }
        try body()
    }

    /// The niceness of a thread; 0 by default (nice(2)).
    package func niceness(ofThread thread: Int) throws -> Int {
        // The 19th word, of which the second may hold anything but ends with the last `)` (proc_pid_stat(5)).
        let words = try text(of: "task/\(thread)/stat").split(separator: ")").last?.split(separator: " ") ?? []
        guard words.count > 16, let niceness = Int(words[16]) else { throw HarnessError("stat is not as proc(5) says") }
        return niceness
    }

    /// Memory that is the server's alone, in bytes: no file's pages, and nothing of the kernel's.
    package var anonymousSize: Int {
        get throws {
            let lines = try text(of: "smaps_rollup").split(separator: "\n")
            guard let line = lines.first(where: { $0.hasPrefix("Anonymous:") }),
                let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
            else { throw HarnessError("smaps_rollup is not as proc(5) says") }
            return kibibytes << 10
        }
    }

    /// The bytes of each of the server's connections that the kernel holds because the client has not taken them.
    package func unacknowledgedSizes() throws -> [Int] { try queueSizes(0) }

    /// The bytes of each of the server's connections that have come and that the server has not received.
    package func unreceivedSizes() throws -> [Int] { try queueSizes(1) }

    /// Bytes of each connection's queue: 0 for what is sent, 1 for what has come.
    private func queueSizes(_ queue: Int) throws -> [Int] {
        // A line for each socket: number, local address, remote address, state, tx_queue:rx_queue, … (proc_net_tcp).
        let own = String(port, radix: 16, uppercase: true)
        let suffix = ":" + String(repeating: "0", count: 4 - own.count) + own
        return try Self.text(of: "/proc/net/tcp").split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", maxSplits: 5)
            guard words.count > 5, words[1].hasSuffix(suffix), words[3] == "01" else { return nil }
            return Int(words[4].split(separator: ":")[queue], radix: 16)
        }
    }

    /// A file of `/proc` about the server.
    private func text(of name: String) throws -> String {
        try Self.text(of: "/proc/\(process.processID)/\(name)")
    }

    private static func text(of path: String) throws -> String {
        guard let file = unsafe fopen(path, "re") else { throw HarnessError.system("open \(path)") }
        defer { unsafe _ = fclose(file) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe fread(&buffer, 1, buffer.count, file)
            if count == 0 { return String(decoding: text, as: UTF8.self) }
            text += buffer[..<count]
        }
    }
}
