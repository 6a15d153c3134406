/// A site in a folder of its own that goes away with the test. Test threads.

import CPlatform
import Glibc
import Platform

/// A temporary site: `www/` with the files asked for, and a configuration when there is one.
package final class TestSite: Sendable {
    package let root: String

    /// Makes the folder.
    ///
    /// - Parameters:
    ///   - files: the contents of files by their path below `www/`.
    ///   - configuration: the text of `ringport.toml`; `nil` for no such file.
    /// - Throws: when the system can't make it.
    package init(_ files: [String: String] = ["index.html": "hello\n"], configuration: String? = nil) throws {
        let parent = ChildProcess.variable("TMPDIR") ?? "/tmp"
        var template = Array("\(parent)/ringport-test-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw HarnessError.system("make a folder in \(parent)") }
        root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try makeFolder("www")
        for (path, text) in files {
            try write("www/" + path, text)
            try age("www/" + path)
        }
        if let configuration { try write("ringport.toml", configuration) }
    }

    /// A program that becomes another, for which the user's folder of what runs is the site's: nothing stays elsewhere when it is
    /// killed.
    package var environment: [String] { ["env", "XDG_RUNTIME_DIR=\(root)"] }

    deinit {
        // Not a claim of any test: a folder that can't be removed is left for the system to clean.
        _ = try? Program.run(program: "rm", ["-rf", "--", root])
    }

    /// Makes a folder and those above it, by a path below the root.
    package func makeFolder(_ path: String) throws {
        var made = root
        for part in path.split(separator: "/") {
            made += "/" + part
            guard unsafe mkdir(made, 0o755) == 0 || errno == EEXIST else { throw HarnessError.system("mkdir \(made)") }
        }
    }

    /// Writes a file, replacing what it holds, by a path below the root.
    package func write(_ path: String, _ text: String) throws {
        try write(path, Array(text.utf8))
    }

    package func write(_ path: String, _ bytes: [UInt8]) throws {
        if let slash = path.lastIndex(of: "/") { try makeFolder(String(path[..<slash])) }
        let full = root + "/" + path
        let number = unsafe ringport_open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard number >= 0 else { throw HarnessError.system("open \(full)") }
        let file = Descriptor(owning: number)
        var written = 0
        while written < bytes.count {
            let rest = bytes[written...]
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file.rawValue, $0.baseAddress, $0.count) }
            guard count > 0 else { throw HarnessError.system("write \(full)") }
            written += count
        }
    }

    /// Makes a file look as if it was last modified in 2025.
    ///
    /// One that has just been written has a weak tag, since it may be
    /// written again within the same tick of the kernel's clock.
    package func age(_ path: String) throws {
        let full = root + "/" + path
        let times = [timespec](repeating: timespec(tv_sec: 1_750_000_000, tv_nsec: 0), count: 2)
        guard unsafe utimensat(AT_FDCWD, full, times, 0) == 0 else { throw HarnessError.system("date \(full)") }
    }

    /// The bytes of a file, by a path below the root.
    package func read(_ path: String) throws -> [UInt8] {
        let full = root + "/" + path
        let number = unsafe ringport_open(full, O_RDONLY | O_CLOEXEC, 0)
        guard number >= 0 else { throw HarnessError.system("open \(full)") }
        let file = Descriptor(owning: number)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe Glibc.read(file.rawValue, &buffer, buffer.count)
            guard count >= 0 else { throw HarnessError.system("read \(full)") }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// Gives a file another name, replacing what has it, in one step; by paths below the root.
    package func rename(_ path: String, to new: String) throws {
        guard unsafe Glibc.rename(root + "/" + path, root + "/" + new) == 0 else {
            throw HarnessError.system("rename \(path) to \(new)")
        }
    }

    /// The whole access log as lines.
    package func accessLog() throws -> [Substring] {
        String(decoding: try read("logs/access.log"), as: UTF8.self).split(separator: "\n")
    }
}
