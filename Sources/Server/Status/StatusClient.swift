/// Asks a running server how it does. The main thread of `ringport status`.

internal import CPlatform
internal import Glibc
package import Platform

/// A server's answer.
package struct StatusAnswer: Sendable {
    /// The reason for which the server is to be looked after; `nil` when all is well.
    package let trouble: String?
    /// The report in the format that was asked for.
    package let report: [UInt8]

    /// Asks the server of a site.
    ///
    /// Blocks for at most some five seconds for each place.
    ///
    /// - Parameters:
    ///   - paths: where its socket may be, the best first.
    ///   - format: of the report.
    /// - Returns: its answer.
    /// - Throws: why there is no answer.
    package static func ask(_ paths: [String], _ format: StatusFormat) throws(StatusFailure) -> StatusAnswer {
        var failure = StatusFailure.noServer(paths)
        for path in paths {
            do throws(StatusFailure) {
                return try ask(path, format)
            } catch .noServer {
                // It may be at another place.
                continue
            } catch {
                failure = error
            }
        }
        throw failure
    }

    private static func ask(_ path: String, _ format: StatusFormat) throws(StatusFailure) -> StatusAnswer {
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw .system(SystemError("make a socket")) }
        let socket = Descriptor(owning: number)
        guard ringport_limit_waits(socket.rawValue, patience) == 0 else { throw .system(SystemError("set a deadline")) }
        do throws(StartError) {
            guard try UnixSocketFile.connect(socket.rawValue, path) else { throw .system(SystemError("ask \(path)")) }
        } catch {
            switch error {
            case .system(let error) where [ENOENT, ENOTDIR, ECONNREFUSED].contains(error.code): throw .noServer([path])
            case .system(let error) where [EACCES, EPERM].contains(error.code): throw .forbidden(path)
            case .system(let error) where error.code == EAGAIN: throw .silent(path)
            case .system(let error), .socketFile(let error, _): throw .system(error)
            default: throw .noServer([path])
            }
        }
        let word = Array("\(format.rawValue)\n".utf8)
        let sent = unsafe word.withUnsafeBytes { bytes in
            unsafe send(socket.rawValue, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        }
        // One that looks at its clients first may have closed it already.
        guard sent == word.count else { throw isOwn(path) ? .silent(path) : .forbidden(path) }
        return try StatusAnswer(answer: readAll(socket.rawValue, path), path)
    }

    private static func readAll(_ socket: Int32, _ path: String) throws(StatusFailure) -> [UInt8] {
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        let deadline = Instant.now.advanced(by: .seconds(Int(patience)))
        while answer.count < sizeMax {
            guard Instant.now < deadline else { throw .silent(path) }
            let count = unsafe recv(socket, &buffer, buffer.count, 0)
            if count == 0 { return answer }
            if count > 0 {
                answer += buffer[..<count]
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN: throw .silent(path)
            case ECONNRESET: return answer
            default: throw .system(SystemError("read \(path)"))
            }
        }
        throw .strange(path)
    }

    private init(answer: [UInt8], _ path: String) throws(StatusFailure) {
        // A server tells nobody but its user and root; one that has ended tells nobody.
        guard !answer.isEmpty else { throw Self.isOwn(path) ? .silent(path) : .forbidden(path) }
        guard let end = answer.firstIndex(of: UInt8(ascii: "\n")) else { throw .strange(path) }
        let words = String(decoding: answer[..<end], as: UTF8.self).split(separator: " ", maxSplits: 2)
        guard words.count > 1, ["ok", "failing"].contains(words[0]), let size = Int(words[1]) else {
            throw .strange(path)
        }
        report = Array(answer[(end + 1)...])
        guard report.count == size else { throw .silent(path) }
        trouble = words[0] == "ok" ? nil : words.count > 2 ? String(words[2]) : ""
    }

    /// True when the server of the socket would answer this user.
    private static func isOwn(_ path: String) -> Bool {
        var attributes = stat()
        if geteuid() == 0 { return true }
        return unsafe stat(path, &attributes) == 0 && attributes.st_uid == geteuid()
    }

    /// Seconds that each step may take.
    private static let patience: Int32 = 5
    private static let sizeMax = 1 << 20
}

/// The reasons for which there is no answer, in words that say what to do.
package enum StatusFailure: Error, CustomStringConvertible {
    /// Nothing listens at any of these paths.
    case noServer([String])
    /// The socket is another user's.
    case forbidden(String)
    /// The server does not answer in time.
    case silent(String)
    /// Something else answers.
    case strange(String)
    case system(SystemError)

    package var description: String {
        switch self {
        case .noServer([]): "the site has no status socket, as [server] status is \"\""
        case .noServer(let paths):
            "no server of this site answers (looked at \(paths.joined(separator: ", ")))\n"
                + "  Start one with ringport serve, or name the site with --root."
        case .forbidden(let path): "\(path) answers the server's own user and root only"
        case .silent(let path): "the server does not answer on \(path)"
        case .strange(let path): "\(path) is the socket of another program"
        case .system(let error): error.description
        }
    }

    /// The program's exit status, by the names of sysexits.h.
    package var exitStatus: Int32 {
        switch self {
        case .noServer: 69  // EX_UNAVAILABLE
        case .forbidden: 77  // EX_NOPERM
        case .silent: 75  // EX_TEMPFAIL
        case .strange: 76  // EX_PROTOCOL
        case .system: 71  // EX_OSERR
        }
    }
}
