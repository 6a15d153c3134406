/// A program that a test starts. Test threads start, wait and signal; three threads of its own collect what it says.

import Glibc
import Platform

/// A running program with its output collected, killed at the latest when nobody holds it any more.
package final class ChildProcess: Sendable {
    /// How a program ended.
    package enum Ending: Equatable, Sendable {
        case exited(Int32)
        case signaled(Int32)
    }

    /// What is known of the program so far; changes are announced.
    private struct Progress: Sendable {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var openStreams = 2
        var ending: Ending?
    }

    package let processID: Int32
    private let progress: Monitor<Progress>

    /// Starts a program with nothing to read on its standard input.
    ///
    /// - Parameters:
    ///   - path: the program, or a name that the `PATH` knows.
    ///   - arguments: without the program's own name.
    /// - Throws: when the system can't start it.
    package init(_ path: String, _ arguments: [String]) throws {
        // Stream sockets instead of pipes: they can be made close-on-exec in one call, so that a program that another
        // test starts at this moment never inherits an end and keeps it open.
        let output = try Stream()
        let errors = try Stream()
        let monitor = Monitor(Progress())
        let processID = try Self.spawn(
            path,
            arguments,
            output: output.writer.rawValue,
            errors: errors.writer.rawValue
        )
        self.processID = processID
        self.progress = monitor

        _ = try Self.collect(output.reader, "test-stdout") { bytes in
            monitor.withLock { $0.output += bytes }
            monitor.broadcast()
        } atEnd: {
            monitor.withLock { $0.openStreams -= 1 }
            monitor.broadcast()
        }
        _ = try Self.collect(errors.reader, "test-stderr") { bytes in
            monitor.withLock { $0.errors += bytes }
            monitor.broadcast()
        } atEnd: {
            monitor.withLock { $0.openStreams -= 1 }
            monitor.broadcast()
        }
        _ = try NamedThread(name: "test-wait") {
            // waitid(2) with WNOWAIT leaves the process number taken until the lock is held, so that `send(signal:)`
            // can never hit another process that got the number meanwhile.
            var info = unsafe siginfo_t()
            while unsafe waitid(P_PID, id_t(processID), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
            monitor.withLock { progress in
                var status: Int32 = 0
                _ = unsafe waitpid(processID, &status, 0)
                // wait(2): the low seven bits hold the signal, the next eight the exit status.
                progress.ending = status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .signaled(status & 0x7f)
            }
            monitor.broadcast()
        }
    }

    deinit {
        send(signal: SIGKILL)
    }

    /// What the program has printed to its standard output so far.
    package var output: String { String(decoding: progress.withLock { $0.output }, as: UTF8.self) }

    /// What the program has printed to its standard error so far.
    package var errors: String { String(decoding: progress.withLock { $0.errors }, as: UTF8.self) }

    /// Sends a signal; does nothing when the program has ended.
    package func send(signal: Int32) {
        progress.withLock { progress in
            if progress.ending == nil { _ = kill(processID, signal) }
        }
    }

    /// Waits until the program has ended and all that it printed has been read.
    package func waitUntilEnded(within limit: Duration = .seconds(30)) throws -> Ending {
        let ending = progress.waitUntil(Instant.now.advanced(by: limit)) { progress in
            progress.openStreams == 0 ? progress.ending : nil
        }
        guard let ending else { throw HarnessError("process \(processID) is still running; stderr: \(errors)") }
        return ending
    }

    /// Waits until `found` sees what it looks for in the standard output.
    package func waitForOutput<Found>(
        _ wanted: String,
        within limit: Duration = .seconds(10),
        _ found: (String) -> Found?
    ) throws -> Found {
        let seen = progress.waitUntil(Instant.now.advanced(by: limit)) { progress in
            found(String(decoding: progress.output, as: UTF8.self))
        }
        guard let seen else { throw HarnessError("no \(wanted) within \(limit); stdout: \(output); stderr: \(errors)") }
        return seen
    }

    /// Waits until `found` sees what it looks for in the standard error, or the program has ended.
    package func waitForErrors<Found>(
        _ wanted: String,
        within limit: Duration = .seconds(30),
        _ found: (String) -> Found?
    ) throws -> Found {
        let seen = progress.waitUntil(Instant.now.advanced(by: limit)) { progress -> Found?? in
            if let found = found(String(decoding: progress.errors, as: UTF8.self)) { return .some(found) }
            return progress.ending != nil && progress.openStreams == 0 ? .some(nil) : nil
        }
        guard case .some(.some(let result)) = seen else {
            throw HarnessError("no \(wanted) within \(limit); stderr: \(errors)")
        }
        return result
    }

    /// A one-way stream: what is written to one end is read from the other.
    private struct Stream: ~Copyable {
        let reader: Descriptor
        let writer: Descriptor

        init() throws {
            var ends: [Int32] = [-1, -1]
            let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw HarnessError.system("make a stream") }
            reader = Descriptor(owning: ends[0])
            writer = Descriptor(owning: ends[1])
        }
    }

    /// Reads a stream to its end on a thread of its own.
    private static func collect(
        _ stream: consuming Descriptor,
        _ name: String,
        _ take: @escaping @Sendable ([UInt8]) -> Void,
        atEnd: @escaping @Sendable () -> Void
    ) throws -> NamedThread {
        let number = stream.release()
        return try NamedThread(name: name) {
            let stream = Descriptor(owning: number)
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            while true {
                let count = unsafe read(stream.rawValue, &buffer, buffer.count)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return atEnd() }
                take(Array(buffer[..<count]))
            }
        }
    }

    private static func spawn(
        _ path: String,
        _ arguments: [String],
        output: Int32,
        errors: Int32
    ) throws -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)

        // A test thread may have signals blocked; a program starts with none, as from a shell.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe _ = posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        let words = CStrings([path] + arguments)
        let environment = CStrings(self.environment)
        var processID: pid_t = 0
        let status = unsafe posix_spawnp(
            &processID,
            path,
            &actions,
            &attributes,
            words.pointers,
            environment.pointers
        )
        guard status == 0 else { throw HarnessError("start \(path): \(SystemError.reason(status))") }
        return processID
    }

    /// The variables a program gets: few and fixed, so that tests mean the same on every machine.
    private static var environment: [String] {
        let kept = [
            "PATH", "LD_LIBRARY_PATH", "HOME", "TMPDIR", "TSAN_OPTIONS", "ASAN_OPTIONS", "LLVM_PROFILE_FILE",
            "RINGPORT_SANITIZED", "RINGPORT_ENGINE",
        ]
        // A program that crashes says where in a second; with every thread and image it takes many.
        return ["LC_ALL=C.UTF-8", "TZ=UTC", "SWIFT_BACKTRACE=threads=crashed,images=none,registers=none,color=no"]
            + kept.compactMap { name in variable(name).map { "\(name)=\($0)" } }
    }

    /// A variable of the tests' own environment.
    package static func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }
}
