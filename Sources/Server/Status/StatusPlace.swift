/// The places of a site's status socket. The main thread, of the server and of `ringport status`.

internal import Glibc

extension ServerConfiguration {
    /// Paths that the site's status socket may have, the best first; none when it is to have none.
    package var statusPaths: [String] {
        if let status { return status.isEmpty ? [] : [path(status)] }
        return [path(storeFolder) + "/status.sock", Self.runtimeFolder + "/ringport-\(siteHash).sock"]
    }

    /// The first of these paths whose folder may be written to.
    var statusPath: String? {
        statusPaths.first { path in
            let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
            return unsafe faccessat(AT_FDCWD, folder.isEmpty ? "/" : folder, W_OK | X_OK, AT_EACCESS) == 0
        }
    }

    /// The user's folder for what lives as long as programs run; `/run` for root.
    private static var runtimeFolder: String {
        if let folder = unsafe getenv("XDG_RUNTIME_DIR") {
            let folder = unsafe String(cString: folder)
            if folder.hasPrefix("/") { return folder }
        }
        return geteuid() == 0 ? "/run" : "/run/user/\(geteuid())"
    }

    /// The site's folder in 16 digits, by the hash of Fowler, Noll and Vo (FNV-1a, 64 bits): sites of one user share a folder.
    private var siteHash: String {
        var real = root
        if let found = unsafe realpath(root, nil) {
            defer { unsafe free(found) }
            real = unsafe String(cString: found)
        }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in real.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
