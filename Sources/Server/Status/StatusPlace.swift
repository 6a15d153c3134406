/// The places of a site's status socket. The main thread, of the server and of `ringport status`.

internal import Glibc

extension ServerConfiguration {
    /// Paths that the site's status socket may have, the best first; none when it is to have none.
    package var statusPaths: [String] {
        if let status { return status.isEmpty ? [] : [path(status)] }
        let name = "/ringport-\(siteHash).sock"
        return [path(storeFolder) + "/status.sock"] + runtimeFolders.map { $0 + name }
    }

    /// Folders for what lives as long as programs run: the user's own, and for root also that of the site's owner, whose server
    /// it may be.
    private var runtimeFolders: [String] {
        let user = geteuid()
        var folders: [String] = []
        if let named = unsafe getenv("XDG_RUNTIME_DIR") {
            let named = unsafe String(cString: named)
            // One that was kept from another user by `su` is that user's to change.
            if named.hasPrefix("/"), Self.owner(of: named) == user { folders.append(named) }
        }
        folders.append(user == 0 ? "/run" : "/run/user/\(user)")
        if user == 0, let owner = Self.owner(of: root), owner != 0 { folders.append("/run/user/\(owner)") }
        return folders
    }

    private static func owner(of path: String) -> uid_t? {
        var attributes = stat()
        return unsafe stat(path, &attributes) == 0 ? attributes.st_uid : nil
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
