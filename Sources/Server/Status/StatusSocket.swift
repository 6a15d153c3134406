/// The site's status socket: tells how the server does to its owner and to root. Opened and stopped on the main thread, or
/// opened on the store writer; its inside is the thread "status".
///
/// DESIGN. A client sends `text` or `json` and a line feed, and gets a line, `ok` or `failing: REASON`, the report, and the
/// end. One client at a time: each has a second for each step. The socket has its name when this server may have the site: while
/// it waits for a predecessor's lock, that one answers.

internal import CPlatform
internal import Glibc
internal import Platform

final class StatusSocket: Sendable {
    private struct State {
        var report: (@Sendable () -> StatusReport)?
        /// True while another server has the site.
        var waits = false
        var isStopped = false
        var listener: Listener?
    }

    private struct Listener {
        let socket: Descriptor.Shared
        let file: UnixSocketFile
        let thread: NamedThread
    }

    private let path: String
    private let say: @Sendable (String) -> Void
    private let state = Monitor(State())

    /// - Parameters:
    ///   - path: of the socket's file, which is replaced.
    ///   - say: is told when the socket can't be opened.
    init(path: String, say: @escaping @Sendable (String) -> Void) {
        self.path = path
        self.say = say
    }

    /// The server runs.
    ///
    /// - Parameters:
    ///   - waits: true when another server has the site, until `siteIsFree`.
    ///   - report: makes an answer.
    func start(waits: Bool, _ report: @escaping @Sendable () -> StatusReport) {
        state.withLock { state in
            state.report = report
            state.waits = waits
            openIfReady(&state)
        }
    }

    /// The site's lock has been taken.
    func siteIsFree() {
        state.withLock { state in
            state.waits = false
            openIfReady(&state)
        }
    }

    /// Removes the socket, unless it is a successor's by now.
    func stop() {
        let listener = state.withLock { state in
            state.isStopped = true
            return state.listener.take()
        }
        guard let listener else { return }
        listener.file.remove()
        // This ends its accept.
        shutdown(listener.socket.rawValue, Int32(SHUT_RDWR))
        listener.thread.join()
    }

    private func openIfReady(_ state: inout State) {
        guard let report = state.report, !state.waits, !state.isStopped, state.listener == nil else { return }
        do throws(StartError) {
            state.listener = try open(report)
        } catch {
            say("ringport status will not find this server: \(error)")
        }
    }

    private func open(_ report: @escaping @Sendable () -> StatusReport) throws(StartError) -> Listener {
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw .system(SystemError("make a socket")) }
        let socket = Descriptor.Shared(Descriptor(owning: number))
        var rules = ListenRules()
        rules.socketMode = 0o600
        let owner = try SocketOwner("")
        let file = try UnixSocketFile(path, number, backlog: 16, rules, owner, replacing: .any)
        do throws(SystemError) {
            let thread = try NamedThread(name: "status") { Self.serve(socket, report) }
            return Listener(socket: socket, file: file, thread: thread)
        } catch {
            file.remove()
            throw .system(error)
        }
    }

    // MARK: The thread

    private static func serve(_ listener: Descriptor.Shared, _ report: @Sendable () -> StatusReport) {
        let pause = Monitor(())
        while true {
            let number = ringport_accept(listener.rawValue, nil, nil)
            if number >= 0 {
                answer(Descriptor(owning: number), report)
                continue
            }
            switch -number {
            case EINTR, ECONNABORTED: continue
            // No descriptor or no memory is left: nothing tells when there is.
            case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                let _: Bool? = pause.waitUntil(.now.advanced(by: .milliseconds(100))) { _ in nil }
            default: return
            }
        }
    }

    private static func answer(_ client: consuming Descriptor, _ report: @Sendable () -> StatusReport) {
        let user = ringport_peer_user(client.rawValue)
        guard user == 0 || user == Int64(geteuid()), ringport_limit_waits(client.rawValue, 1) == 0 else { return }
        var request: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64)
        while !request.contains(UInt8(ascii: "\n")), request.count < buffer.count {
            let count = unsafe recv(client.rawValue, &buffer, buffer.count - request.count, 0)
            guard count > 0 else { break }
            request += buffer[..<count]
        }
        let word = String(decoding: request.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        let answer = report().answer(StatusFormat(rawValue: word) ?? .text)
        var sent = 0
        while sent < answer.count {
            let count = unsafe answer[sent...].withUnsafeBytes { bytes in
                unsafe send(client.rawValue, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }
}
