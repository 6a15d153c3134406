/// Lines for whoever starts a server or checks a site: which log does not go where it should. Pure values; any thread.

internal import CPlatform
internal import Glibc
internal import Platform

/// A log that can't be opened, what is done instead, and the setting that changes it.
package enum LogNotice: Equatable, Sendable, CustomStringConvertible {
    /// Nothing can be made or written in the folder, which the logs whose destination is `.file` need.
    case folder(LogRouting, code: Int32)
    /// The access log alone can't be opened.
    case accessLog(path: String, code: Int32)
    /// The error log alone can't be opened.
    case errorLog(path: String, code: Int32)

    package var description: String {
        switch self {
        case .folder(let routing, let code): Self.describe(routing, code)
        case .accessLog(let path, let code):
            """
            \(path): \(Self.reason(code)); its lines wait in memory, and it is tried again each second
              \(Self.remedy(code))
            """
        case .errorLog(let path, let code):
            """
            \(path): \(Self.reason(code)); error.log goes to standard error, and its file is tried again each second
              \(Self.remedy(code))
            """
        }
    }

    private static func describe(_ routing: LogRouting, _ code: Int32) -> String {
        var outcomes: [String] = []
        var settings = ["[log] folder"]
        if routing.error == .file {
            outcomes.append("error.log goes to standard error")
            settings.append("[log] error = \"stderr\"")
        }
        if routing.access == .file {
            outcomes.append("access.log is not written")
            settings.append("[log] access = \"stdout\"")
        }
        return """
            \(routing.folder): \(reason(code)); \(outcomes.joined(separator: ", "))
              \(folderRemedy(code)), or set \(settings.joined(separator: " or ")).
            """
    }

    private static func folderRemedy(_ code: Int32) -> String {
        switch code {
        case ENOENT: "Make the folder that is to hold it"
        case ENOTDIR: "Move away what has the folder's name"
        case EROFS: "Mount something there that may be written to"
        default: "Let the server's user write there"
        }
    }

    private static func remedy(_ code: Int32) -> String {
        switch code {
        case EACCES, EPERM: "Let the server's user write it."
        case ENOSPC, EDQUOT: "Free some space there."
        case EISDIR, ELOOP: "Move away what has the log's name."
        default: "Move away what has the log's name, or set [log] folder."
        }
    }

    /// The kernel's reason; in other words where those say nothing about a log.
    static func reason(_ code: Int32) -> String {
        switch code {
        case ENXIO: "it is a FIFO that no program reads"
        case ENOTSUP: "it is a socket, and a log is a file or a FIFO"
        case EPIPE: "no program reads it any more"
        default: SystemError.reason(code)
        }
    }

    /// The notices that the reasons come to.
    ///
    /// - Parameters:
    ///   - routing: what is wanted.
    ///   - access: why `access.log` can't be opened, if it can't.
    ///   - error: why `error.log` can't be opened, if it can't.
    ///   - canWrite: true when the folder is there and may be written to.
    /// - Returns: one for the folder, or one for each log that has a reason of its own.
    static func notices(
        _ routing: LogRouting,
        access: SystemError?,
        error: SystemError?,
        canWrite: Bool
    ) -> [LogNotice] {
        var notices: [LogNotice] = []
        var homeless = LogRouting(folder: routing.folder, access: .none, error: .none)
        var folderCode: Int32?
        if let error, let path = routing.errorPath {
            if isOfFolder(error.code, canWrite: canWrite) {
                homeless.error = .file
                folderCode = error.code
            } else if error.code != ENXIO {
                notices.append(.errorLog(path: path, code: error.code))
            }
        }
        // A FIFO's reader may come at any time; the log says so when it has a line that finds none.
        if let access, let path = routing.accessPath {
            if isOfFolder(access.code, canWrite: canWrite) {
                homeless.access = .file
                folderCode = folderCode ?? access.code
            } else if access.code != ENXIO {
                notices.append(.accessLog(path: path, code: access.code))
            }
        }
        return (folderCode.map { [.folder(homeless, code: $0)] } ?? []) + notices
    }

    /// True when it will not go away while the server runs, unless somebody changes the site.
    private static func isOfFolder(_ code: Int32, canWrite: Bool) -> Bool {
        switch code {
        case EROFS, ENOENT, ENOTDIR, ENAMETOOLONG: true
        case EACCES, EPERM: !canWrite
        default: false
        }
    }
}

extension LogNotice {
    /// The notices of a start, found without making anything.
    ///
    /// A FIFO is not opened: its reader would take the end of that for the end of the log.
    package static func check(_ routing: LogRouting) -> [LogNotice] {
        notices(
            routing,
            access: routing.accessPath.flatMap { problem($0, in: routing.folder) },
            error: routing.errorPath.flatMap { problem($0, in: routing.folder) },
            canWrite: canWrite(in: routing.folder)
        )
    }

    /// True when files can be made in a folder by the user that the process acts as.
    static func canWrite(in folder: String) -> Bool { access(folder, W_OK | X_OK) == 0 }

    private static func problem(_ path: String, in folder: String) -> SystemError? {
        var attributes = stat()
        if unsafe stat(path, &attributes) == 0 {
            switch attributes.st_mode & S_IFMT {
            case S_IFDIR: return SystemError(EISDIR, "open \(path)")
            case S_IFSOCK: return SystemError(ENOTSUP, "open \(path)")
            default: return access(path, W_OK) == 0 ? nil : SystemError("open \(path)")
            }
        }
        guard errno == ENOENT else { return SystemError("open \(path)") }
        if access(folder, W_OK | X_OK) == 0 { return nil }
        guard errno == ENOENT else { return SystemError("make \(path)") }
        let parent = folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? "."
        return access(parent.isEmpty ? "/" : parent, W_OK | X_OK) == 0 ? nil : SystemError("make folder \(folder)")
    }

    private static func access(_ path: String, _ mode: Int32) -> Int32 {
        unsafe faccessat(AT_FDCWD, path, mode, AT_EACCESS)
    }
}
