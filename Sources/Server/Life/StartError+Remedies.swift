/// Remedies for an address that can't be listened on. Pure; any thread.

internal import Glibc

extension StartError {
    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func socketRemedy(_ code: Int32, _ path: String) -> String {
        switch code {
        case ENOENT, ENOTDIR:
            "The socket's folder \(folder(of: path)) must be there; systemd makes one below /run by RuntimeDirectory=."
        case EACCES, EPERM: "The server's user must be able to write in \(folder(of: path))."
        case ENAMETOOLONG: "A socket's path has at most \(ListenAddress.pathSizeMax) bytes."
        case EROFS: "The socket's folder can't be written; choose one that can, as below /run or /tmp."
        default: "Choose another address with --listen."
        }
    }

    static var namesRemedy: String {
        "[[auth]] guards a file by every name, and where links are followed or sites have several folders only /proc "
            + "tells them. Mount /proc; or set files.symlinks = \"refuse\" and serve one folder."
    }

    static func siteRemedy(_ code: Int32) -> String {
        switch code {
        case EACCES, EPERM: "The server's user must be able to read this folder and to pass those above it."
        case EMFILE, ENFILE, ENOMEM: "The server has too many files open; raise its limit (ulimit -n), or ask again."
        default:
            "A site is a folder that has a folder www/; files.www, or www of a [[host]], names another. "
                + "Make one with: ringport init DIR"
        }
    }

    static func listenRemedy(_ code: Int32) -> String {
        switch code {
        case EADDRINUSE: "Another program listens there. Stop it, or choose another address with --listen."
        case EACCES: "Ports below 1024 need root, or: setcap cap_net_bind_service=+ep on the program."
        case EADDRNOTAVAIL: "This machine does not have that address. If it comes later: [server] freebind = true."
        default: "Choose another address with --listen."
        }
    }
}
