/// A site in a folder of its own, served by a server in this process. Test threads.

import CPlatform
import Glibc
import Platform
import Testing

@testable import Server

/// Starts a server for a few files, and asks it one thing at a time.
final class ServedSite {
    let root: String
    let server: Server

    /// Makes the site and serves it on a free port, with one worker.
    ///
    /// - Parameters:
    ///   - files: contents by their path below the site's root, as `www/index.html`; dated in 2025.
    ///   - configure: changes what a server does by default.
    /// - Throws: when the server does not start.
    init(_ files: [String: String], _ configure: (inout ServerConfiguration) -> Void = { _ in }) throws {
        var template = Array("/tmp/ringport-served-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw SystemError("make a folder") }
        root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for (path, text) in files { try Self.write(root + "/" + path, Array(text.utf8), modified: 1_750_000_000) }
        var configuration = ServerConfiguration(
            root: root,
            listen: [ListenAddress(host: "127.0.0.1", port: 0, isIPv6: false)],
            workers: 1,
            handlerFolders: []
        )
        configuration.handlers = []
        configuration.limits.connectionsMax = 64
        configuration.limits.outputsMax = 64
        configuration.limits.exchangesMax = 256
        configure(&configuration)
        server = try Server(configuration) { error in Issue.record("the database failed later: \(error)") }
    }

    deinit {
        server.stop(deadline: .now)
        Self.remove(root)
    }

    /// Writes a file of the site.
    ///
    /// - Parameters:
    ///   - path: below the site's root.
    ///   - bytes: its content.
    ///   - modified: seconds since 1970.
    /// - Throws: when the system can't.
    func write(_ path: String, _ bytes: [UInt8], modified: Int = 1_750_000_000) throws {
        try Self.write(root + "/" + path, bytes, modified: modified)
    }

    /// Puts another file in a file's place, as those do who want nobody to see half of one.
    func replace(_ path: String, _ bytes: [UInt8], modified: Int = 1_750_000_000) throws {
        try write("replacement", bytes, modified: modified)
        try rename("replacement", to: path)
    }

    /// Gives a name below the site's root to another, in one step.
    func rename(_ path: String, to new: String) throws {
        guard unsafe Glibc.rename(root + "/" + path, root + "/" + new) == 0 else { throw SystemError("rename") }
    }

    func makeFolder(_ path: String) {
        unsafe _ = mkdir(root + "/" + path, 0o755)
    }

    func link(_ path: String, to target: String) {
        unsafe _ = symlink(target, root + "/" + path)
    }

    private static func write(_ path: String, _ bytes: [UInt8], modified: Int) throws {
        var folder = ""
        for part in path.split(separator: "/").dropLast() {
            folder += "/" + part
            unsafe _ = mkdir(folder, 0o755)
        }
        let number = unsafe ringport_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard number >= 0 else { throw SystemError("open \(path)") }
        let file = Descriptor(owning: number)
        guard unsafe Glibc.write(file.rawValue, bytes, bytes.count) == bytes.count else { throw SystemError("write") }
        let times = [timespec](repeating: timespec(tv_sec: modified, tv_nsec: 0), count: 2)
        guard unsafe futimens(file.rawValue, times) == 0 else { throw SystemError("date \(path)") }
    }

    private static func remove(_ path: String) {
        if unsafe unlink(path) == 0 { return }
        if let folder = unsafe opendir(path) {
            while let entry = unsafe readdir(folder) {
                let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { remove("\(path)/\(name)") }
            }
            unsafe _ = closedir(folder)
        }
        unsafe _ = rmdir(path)
    }

    // MARK: Asking

    var port: UInt16 { server.addresses[0].port }

    /// Sends a request on a connection of its own and reads until the server has finished.
    ///
    /// - Parameters:
    ///   - target: what is asked for.
    ///   - fields: further field lines, without line ends.
    ///   - method: of the request.
    ///   - host: the Host field's value.
    /// - Returns: what came.
    /// - Throws: when nothing did.
    func ask(
        _ target: String,
        _ fields: String...,
        method: String = "GET",
        host: String = "localhost"
    ) throws -> ServedAnswer {
        let lines = ["\(method) \(target) HTTP/1.1", "Host: \(host)", "Connection: close"] + fields + ["", ""]
        return try ServedAnswer(exchange(Array(lines.joined(separator: "\r\n").utf8)))
    }

    private func exchange(_ request: [UInt8]) throws -> [UInt8] {
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw SystemError("make a socket") }
        let socket = Descriptor(owning: number)
        // A server that never answers fails a test instead of holding it up.
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        unsafe setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = server.addresses[0].port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let status = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(socket.rawValue, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw SystemError("connect") }
        guard unsafe send(socket.rawValue, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw SystemError("send")
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = unsafe recv(socket.rawValue, &buffer, buffer.count, 0)
            // A program that another test has started may end meanwhile (SIGCHLD).
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("receive") }
            if count == 0 { return answer }
            answer += buffer[..<count]
        }
    }
}
