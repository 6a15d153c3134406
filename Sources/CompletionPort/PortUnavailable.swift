/// The reason why io_uring, or any engine, can't be used here, in words that name the remedy. Any thread.

internal import CLiburing
internal import Glibc
package import Platform

/// The reasons for which the program can't have the completion port that is asked for (exit status 69, EX_UNAVAILABLE).
package enum PortUnavailable: Error, Equatable, CustomStringConvertible {
    /// The kernel is older than 6.1, which brought `IORING_SETUP_DEFER_TASKRUN`.
    case kernelTooOld(release: String)
    /// `kernel.io_uring_disabled` forbids it.
    case disabled(setting: String)
    /// A seccomp filter, as container engines install it, forbids it.
    case filtered(SystemError)
    /// The kernel refused for another reason, such as lack of memory.
    case refused(SystemError)

    package var description: String {
        switch self {
        case .kernelTooOld(let release):
            "io_uring here is too old: it takes Linux 6.1 or later, this is \(release). \(Self.remedy), or update the kernel."
        case .disabled(let setting):
            "io_uring is switched off (kernel.io_uring_disabled = \(setting)). "
                + "\(Self.remedy), or allow it with: sysctl -w kernel.io_uring_disabled=0"
        case .filtered(let error):
            "io_uring is forbidden by a seccomp filter (\(error)), as containers have it by default. "
                + "\(Self.remedy), or run the container with a profile that allows io_uring_setup, io_uring_enter and "
                + "io_uring_register, for example: docker run --security-opt seccomp=unconfined"
        case .refused(let error):
            "the completion port can't be set up: \(error)"
        }
    }

    private static let remedy = "Set server.engine = \"auto\", which uses epoll here"

    /// The reason in a few words, for a line that says what is used instead.
    package var cause: String {
        switch self {
        case .kernelTooOld(let release): "io_uring needs Linux 6.1, this is \(release)"
        case .disabled(let setting): "kernel.io_uring_disabled = \(setting)"
        case .filtered(let error): "\(error.action) is refused here by a seccomp filter"
        case .refused(let error): "\(error)"
        }
    }

    /// Finds the reason behind an error of io_uring_setup(2), io_uring_enter(2) or io_uring_register(2).
    ///
    /// - Parameters:
    ///   - error: what the kernel said, to the call that is named.
    ///   - release: the running kernel's release, `6.1.0-13-amd64`.
    ///   - setting: the text of `/proc/sys/kernel/io_uring_disabled`, `nil` where there is none (before 6.6).
    /// - Returns: which of the reasons it is.
    static func diagnose(_ error: SystemError, release: String, setting: String?) -> PortUnavailable {
        if let version = kernelVersion(release), version < (6, 1) {
            return .kernelTooOld(release: release)
        }
        switch error.code {
        case EPERM, EACCES:
            guard let setting, setting != "0" else { return .filtered(error) }
            return .disabled(setting: setting)
        case ENOSYS:
            // The kernel is new enough, so it is not the kernel that has no such call.
            return .filtered(error)
        default:
            return .refused(error)
        }
    }

    static func kernelVersion(_ release: String) -> (Int, Int)? {
        let numbers = release.split(separator: ".", maxSplits: 2).prefix(2).map { part in
            Int(part.prefix { $0.isASCII && $0.isNumber })
        }
        guard numbers.count == 2, let major = numbers[0], let minor = numbers[1] else { return nil }
        return (major, minor)
    }
}

extension PortUnavailable {
    /// The same for this machine, now.
    static func diagnose(_ error: SystemError) -> PortUnavailable {
        diagnose(
            error,
            release: readLine("/proc/sys/kernel/osrelease") ?? "unknown",
            setting: readLine("/proc/sys/kernel/io_uring_disabled")
        )
    }

    private static func readLine(_ path: String) -> String? {
        guard let file = unsafe fopen(path, "re") else { return nil }
        defer { unsafe _ = fclose(file) }
        var buffer = [CChar](repeating: 0, count: 256)
        guard let line = unsafe fgets(&buffer, Int32(buffer.count), file) else { return nil }
        return unsafe String(cString: line).split(separator: "\n").first.map(String.init)
    }
}
