/// The user and group that the file of a Unix socket is given to. The main thread at start.

internal import Glibc

/// A user and a group by their numbers; `nil` for one that stays as it is.
struct SocketOwner: Equatable {
    private(set) var user: uid_t?
    private(set) var group: gid_t?

    var isNobody: Bool { user == nil && group == nil }

    /// Looks up `user`, `user:group` or `:group`, each by name or number.
    ///
    /// - Throws: `socketOwner` for a name that the system does not know.
    init(_ text: String) throws(StartError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if let name = parts.first, !name.isEmpty {
            guard let found = Self.user(name) else { throw .socketOwner("no user \(name) is known here") }
            user = found
        }
        if parts.count > 1, !parts[1].isEmpty {
            guard let found = Self.group(parts[1]) else { throw .socketOwner("no group \(parts[1]) is known here") }
            group = found
        }
    }

    private static func user(_ name: String) -> uid_t? {
        // The last number means "as it is" to chown(2).
        if let number = uid_t(name) { return number == .max ? nil : number }
        // getpwnam(3) answers from memory of its own, which only the main thread asks for.
        guard let entry = unsafe getpwnam(name) else { return nil }
        return unsafe entry.pointee.pw_uid
    }

    private static func group(_ name: String) -> gid_t? {
        if let number = gid_t(name) { return number == .max ? nil : number }
        guard let entry = unsafe getgrnam(name) else { return nil }
        return unsafe entry.pointee.gr_gid
    }
}
