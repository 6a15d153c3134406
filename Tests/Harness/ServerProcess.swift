/// The real program, serving a test's site on a port that the kernel chose. Test threads.

import Glibc

/// A running `ringport serve`.
package final class ServerProcess: Sendable {
    package let process: ChildProcess
    package let port: UInt16
    package let site: TestSite

    /// Starts the server and waits for its ready line.
    ///
    /// - Parameters:
    ///   - site: what to serve.
    ///   - arguments: more of them for `ringport serve`.
    ///   - launcher: a program that becomes the server after it has changed something, such as `prlimit --nofile=64`.
    ///   - port: where to listen; 0 for a free one. A port that another server of the test has given up is for its successor.
    /// - Throws: when the server does not start.
    package init(_ site: TestSite, arguments: [String] = [], launcher: [String] = [], port: UInt16 = 0) throws {
        self.site = site
        let serve = [try Program.ringport, "serve", "--root", site.root, "--listen", "127.0.0.1:\(port)"]
        let words = site.environment + launcher + serve + Program.engine + arguments
        process = try ChildProcess(words[0], Array(words.dropFirst()))
        self.port = try process.waitForErrors("ready line") { text in
            text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                .compactMap { $0.wholeMatch(of: /ringport: listening on http:\/\/127\.0\.0\.1:([0-9]+)/)?.1 }
                .compactMap { UInt16($0) }.first
        }
    }

    /// A URL of the site.
    package func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

    /// Asks the server to stop and waits until it has: how it ended.
    package func stop(signal: Int32 = SIGTERM) throws -> ChildProcess.Ending {
        process.send(signal: signal)
        return try process.waitUntilEnded()
    }

    /// Ends the server at once, as a power cut would end it for its clients.
    package func kill() throws {
        process.send(signal: SIGKILL)
        _ = try process.waitUntilEnded()
    }

    /// How many descriptors the server has open.
    package var descriptorCount: Int {
        get throws { try Self.entries("/proc/\(process.processID)/fd").count }
    }

    /// How many of these are sockets: files come and go beside them, when other threads close them.
    package var socketCount: Int {
        get throws {
            let folder = "/proc/\(process.processID)/fd/"
            return try Self.entries(folder).count { Self.target(of: folder + $0).hasPrefix("socket:") }
        }
    }

    /// The server's resident memory in bytes.
    package var residentSize: Int {
        get throws {
            let words = try words(of: "statm")
            guard words.count > 1, let pages = Int(words[1]) else { throw HarnessError("statm is not as proc(5) says") }
            return pages * Int(getpagesize())
        }
    }

    /// The size of the server's address space in bytes.
    package var addressSize: Int {
        get throws {
            guard let pages = try words(of: "statm").first.flatMap({ Int($0) }) else {
                throw HarnessError("statm is not as proc(5) says")
            }
            return pages * Int(getpagesize())
        }
    }

    /// The processor time that the server has used.
    package var processorTime: Duration {
        get throws {
            // The program's name, which may hold anything, ends with the last `)`; utime and stime are the 12th and 13th
            // words behind it, in ticks of 10 ms wherever Linux runs today (proc(5), sysconf(3)).
            let behindName = try words(of: "stat").reversed().prefix { !$0.hasSuffix(")") }.reversed()
            let ticks = Array(behindName).dropFirst(11).prefix(2).compactMap { Int($0) }
            guard ticks.count == 2 else { throw HarnessError("stat is not as proc(5) says") }
            return .seconds(ticks[0] + ticks[1]) / sysconf(Int32(_SC_CLK_TCK))
        }
    }

    /// A file of `/proc` about the server, in words.
    private func words(of name: String) throws -> [Substring] {
        guard let file = unsafe fopen("/proc/\(process.processID)/\(name)", "r") else {
            throw HarnessError.system("open \(name)")
        }
        defer { unsafe _ = fclose(file) }
        var line = [UInt8](repeating: 0, count: 1024)
        let count = unsafe fread(&line, 1, line.count, file)
        return String(decoding: line[..<count], as: UTF8.self).split { $0 == " " || $0 == "\n" }
    }

    /// The path, or the kind, of what a descriptor is of; empty when it was closed meanwhile.
    private static func target(of link: String) -> String {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = unsafe bytes.withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return 0 }
            return unsafe readlink(link, start.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    static func entries(_ path: String) throws -> [String] {
        guard let directory = unsafe opendir(path) else { throw HarnessError.system("open \(path)") }
        defer { unsafe _ = closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}
