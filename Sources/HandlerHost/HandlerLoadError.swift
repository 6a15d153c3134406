/// Why a handler can't be loaded or started: a closed set, each with what to do. A value; main thread.

/// What was wrong with which file.
package enum HandlerLoadError: Error, Equatable {
    /// The dynamic linker refused the file.
    case cannotOpen(path: String, reason: String)
    /// A library, but no handler.
    case entryMissing(path: String, symbol: String)
    /// A handler for another server.
    case versionMismatch(path: String, found: Int, known: Int)
    /// The entry point, or a member that must be there, is NULL.
    case null(path: String, what: String)
    /// A struct is shorter than version 1 has it.
    case structTooShort(path: String, name: String, size: Int, needed: Int)
    /// The manifest says something impossible.
    case manifest(path: String, reason: String)
    /// Another handler has this name.
    case nameTaken(path: String, name: String)
    /// `start` failed; the handler has logged why.
    case notStarted(name: String)
}

extension HandlerLoadError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .cannotOpen(let path, let reason):
            "\(path): can't be loaded: \(reason); build it on this system, with this system's Swift"
        case .entryMissing(let path, let symbol):
            "\(path): exports no \(symbol); a handler ends with a function marked @c(\(symbol)), see HandlerKit"
        case .versionMismatch(let path, let found, let known):
            "\(path): made for handler interface \(found), this server has \(known); build it with this server's HandlerKit"
        case .null(let path, let what): "\(path): \(what) is NULL; see ringport_handler.h"
        case .structTooShort(let path, let name, let size, let needed):
            "\(path): \(name) says that it has \(size) bytes, and needs \(needed); set its size to its sizeof"
        case .manifest(let path, let reason): "\(path): its manifest: \(reason)"
        case .nameTaken(let path, let name): "\(path): a handler named \(name) is loaded already; remove one of them"
        case .notStarted(let name): "handler \(name) did not start; the error log says why"
        }
    }
}
