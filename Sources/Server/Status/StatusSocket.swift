/// The site's status socket: tells how the server does to its owner and to root. Started and stopped on the main thread; its inside
/// is the thread "status".
///
/// DESIGN. A client sends `text` or `json` and a line feed, and gets a line, `ok` or `failing`, the size of the report and the
/// reason, then the report, and the end. One client at a time, which has a second for each step. A socket on which another server
/// answers is left to that one: while a predecessor stops, it says so, and its name is free when it has ended.

internal import CPlatform
internal import Glibc
internal import Platform

final class StatusSocket: Sendable {
    private struct State {
        var isStopped = false
        var listener: Listener?
        var thread: NamedThread?
    }

    private struct Listener {
        let socket: Descriptor.Shared
        let file: UnixSocketFile
    }

    /// The outcome of an attempt to open one of the places.
    private enum Attempt {
        case opened(Listener)
        /// Another server answers there.
        case occupied
        case failed([StartError])
    }

    private let paths: [String]
    private let say: @Sendable (String) -> Void
    private let state = Monitor(State())

    /// The time until a place that is another server's is looked at again.
    private static let retryInterval = Duration.milliseconds(500)

    /// - Parameters:
    ///   - paths: places for the socket's file, the best first.
    ///   - say: is told, once, when none of them can be had.
    init(paths: [String], say: @escaping @Sendable (String) -> Void) {
        self.paths = paths
        self.say = say
    }

    /// Opens the socket, now or when it is free, and answers with what `report` makes.
    func start(_ report: @escaping @Sendable () -> StatusReport) {
        switch open() {
        case .opened(let listener): state.withLock { $0.listener = listener }
        case .occupied: break
        case .failed(let errors): return fail(errors)
        }
        do throws(SystemError) {
            let thread = try NamedThread(name: "status") { self.run(report) }
            state.withLock { $0.thread = thread }
        } catch {
            close()
            fail([.system(error)])
        }
    }

    /// Removes the socket and ends the thread.
    func stop() {
        state.withLock { $0.isStopped = true }
        state.broadcast()
        close()
        state.withLock { $0.thread.take() }?.join()
    }

    /// Removes the socket's file, and ends an accept that waits.
    private func close() {
        guard let listener = state.withLock({ $0.listener.take() }) else { return }
        listener.file.remove()
        shutdown(listener.socket.rawValue, Int32(SHUT_RDWR))
    }

    private func fail(_ errors: [StartError]) {
        // Without their second lines, which are about addresses.
        let reasons = errors.map { $0.description.prefix { $0 != "\n" } }
        say("ringport status will not find this server: " + reasons.joined(separator: "; "))
    }

    // MARK: Opening

    /// Tries each place.
    private func open() -> Attempt {
        var errors: [StartError] = []
        for path in paths {
            do throws(StartError) {
                return .opened(try open(path))
            } catch .listen {
                return .occupied
            } catch {
                errors.append(error)
            }
        }
        return .failed(errors)
    }

    private func open(_ path: String) throws(StartError) -> Listener {
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw .system(SystemError("make a socket")) }
        let socket = Descriptor.Shared(Descriptor(owning: number))
        var rules = ListenRules()
        rules.socketMode = 0o600
        let file = try UnixSocketFile(path, number, backlog: 16, rules, try SocketOwner(""))
        return Listener(socket: socket, file: file)
    }

    // MARK: The thread

    private func run(_ report: @Sendable () -> StatusReport) {
        guard let listener = awaitListener() else { return }
        while !state.withLock({ $0.isStopped }) {
            let number = ringport_accept(listener.rawValue, nil, nil)
            if number >= 0 {
                if !state.withLock({ $0.isStopped }) { Self.answer(Descriptor(owning: number), report) }
                continue
            }
            switch -number {
            case EINTR, ECONNABORTED: continue
            // No descriptor or no memory is left, and nothing tells when there is.
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: pause(.milliseconds(100))
            // The socket was shut.
            default: return
            }
        }
    }

    /// The listening socket; waits while another server has the place.
    ///
    /// - Returns: `nil` when the server stops, or no place can be had any longer.
    private func awaitListener() -> Descriptor.Shared? {
        if let listener = state.withLock({ $0.listener?.socket }) { return listener }
        while pause(Self.retryInterval) {
            switch open() {
            case .occupied: continue
            case .failed(let errors):
                fail(errors)
                return nil
            case .opened(let listener):
                let isStopped = state.withLock { state in
                    if !state.isStopped { state.listener = listener }
                    return state.isStopped
                }
                guard isStopped else { return listener.socket }
                listener.file.remove()
            }
        }
        return nil
    }

    /// Waits for a while.
    ///
    /// - Returns: false when the server stops.
    @discardableResult
    private func pause(_ duration: Duration) -> Bool {
        state.waitUntil(.now.advanced(by: duration)) { $0.isStopped ? true : nil } == nil
    }

    private static func answer(_ client: consuming Descriptor, _ report: @Sendable () -> StatusReport) {
        let user = ringport_peer_user(client.rawValue)
        guard user == 0 || user == Int64(geteuid()), ringport_limit_waits(client.rawValue, 1) == 0 else { return }
        // The word comes in one piece.
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = unsafe recv(client.rawValue, &buffer, buffer.count, 0)
        guard count > 0 else { return }
        let word = String(decoding: buffer[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        let answer = report().answer(StatusFormat(rawValue: word) ?? .text)
        let deadline = Instant.now.advanced(by: .seconds(1))
        var sent = 0
        while sent < answer.count, Instant.now < deadline {
            let count = unsafe answer[sent...].withUnsafeBytes { bytes in
                unsafe send(client.rawValue, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }
}
