/// The real program, serving a test's site on a port that the kernel chose. Test threads.

import Glibc

/// A running `ringport serve`.
final class ServerProcess: Sendable {
    let process: ChildProcess
    let port: UInt16
    let site: TestSite

    /// Starts the server and waits for its ready line.
    init(_ site: TestSite, arguments: [String] = []) throws {
        self.site = site
        process = try ChildProcess(
            Program.ringport,
            ["serve", "--root", site.root, "--listen", "127.0.0.1:0"] + arguments
        )
        port = try process.waitForErrors("ready line") { text in
            text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                .compactMap { $0.wholeMatch(of: /ringport: listening on http:\/\/127\.0\.0\.1:([0-9]+)/)?.1 }
                .compactMap { UInt16($0) }.first
        }
    }

    /// A URL of the site.
    func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

    /// Asks the server to stop and waits until it has: how it ended.
    func stop(signal: Int32 = SIGTERM) throws -> ChildProcess.Ending {
        process.send(signal: signal)
        return try process.waitUntilEnded()
    }

    /// Ends the server at once, as a power cut would end it for its clients.
    func kill() throws {
        process.send(signal: SIGKILL)
        _ = try process.waitUntilEnded()
    }

    /// How many descriptors the server has open.
    var descriptorCount: Int {
        get throws { try Self.entries("/proc/\(process.processID)/fd").count }
    }

    /// The server's resident memory in bytes.
    var residentSize: Int {
        get throws {
            guard let file = unsafe fopen("/proc/\(process.processID)/statm", "r") else {
                throw HarnessError.system("open statm")
            }
            defer { unsafe _ = fclose(file) }
            var line = [UInt8](repeating: 0, count: 256)
            let count = unsafe fread(&line, 1, line.count, file)
            let words = String(decoding: line[..<count], as: UTF8.self).split(separator: " ")
            guard words.count > 1, let pages = Int(words[1]) else { throw HarnessError("statm is not as proc(5) says") }
            return pages * Int(getpagesize())
        }
    }

    private static func entries(_ path: String) throws -> [String] {
        guard let directory = unsafe opendir(path) else { throw HarnessError.system("open \(path)") }
        defer { unsafe _ = closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}
