/// The choice of the site that a request is for, by the host it names (RFC 9110 §7.2). Pure; any thread.

internal import HTTP

/// The virtual hosts of the server.
struct HostTable: Sendable {
    /// The policies; the first is the default site's.
    let policies: [SitePolicy]
    /// Names, lower-case, without a port, and the policy each leads to.
    private let names: [(name: [UInt8], policy: Int)]
    /// The suffix behind the star of `*.example.com`, its dot included; the longest first.
    private let suffixes: [(suffix: [UInt8], policy: Int)]
    /// True when any address of any site asks for a password.
    let hasGuards: Bool
    private let hasSeveralFolders: Bool

    /// Makes the table.
    ///
    /// - Parameters:
    ///   - policies: one more than there are lists of names: the default's comes first.
    ///   - hosts: the names of each further policy.
    init(_ policies: [SitePolicy], hosts: [[String]]) {
        precondition(policies.count == hosts.count + 1, "the first policy is for every other name")
        self.policies = policies
        hasGuards = policies.contains { $0.hasGuards }
        hasSeveralFolders = Set(policies.map(\.folder)).count > 1
        var names: [(name: [UInt8], policy: Int)] = []
        var suffixes: [(suffix: [UInt8], policy: Int)] = []
        for (index, host) in hosts.enumerated() {
            for name in host.map({ $0.lowercased() }) {
                if name.hasPrefix("*.") {
                    suffixes.append((Array(name.dropFirst().utf8), index + 1))
                } else {
                    names.append((Array(name.utf8), index + 1))
                }
            }
        }
        self.names = names
        self.suffixes = suffixes.sorted { $0.suffix.count > $1.suffix.count }
    }

    /// The index of the policy for an authority; 0 for one that nobody has.
    ///
    /// - Complexity: none where there is one site; else linear in the number of names.
    @inline(__always)
    func policy(_ authority: Span<UInt8>) -> Int {
        policies.count == 1 ? 0 : find(authority)
    }

    // MARK: Guards

    /// True when only the kernel tells all addresses that lead to a file, and a guard of any of them is to be asked.
    ///
    /// - Parameter hasLinks: the file was reached through a symbolic link.
    /// - Returns: false when its own address tells enough.
    func guards(hasLinks: Bool) -> Bool { hasGuards && (hasLinks || hasSeveralFolders) }

    /// True when a site may guard files that are beneath the folder of another.
    var guardsAcrossFolders: Bool { hasGuards && hasSeveralFolders }

    /// Asks the guards of all sites about a file by all of its names.
    ///
    /// The rules of its own site come first. Of several sites with one folder each has a list of guards of its own.
    ///
    /// - Parameters:
    ///   - names: the file's, or a folder's with a slash at its end.
    ///   - own: the index of the policy by which it is served.
    /// - Returns: the realm that guards it; -1 for none.
    func realm(of names: [ServedName], servedBy own: Int) -> Int {
        let folder = policies[own].folder
        for name in names where name.folder == folder {
            let realm = policies[own].realm(ofFile: name.path)
            if realm >= 0 { return realm }
        }
        for name in names where name.folder != folder {
            for policy in policies where policy.folder == name.folder {
                let realm = policy.realm(ofFile: name.path)
                if realm >= 0 { return realm }
            }
        }
        return -1
    }

    /// True when no shared cache may keep answers to those who have entered a realm; -1 is none.
    func isPrivate(realm: Int) -> Bool { realm >= 0 && !policies.contains { $0.shares(realm: realm) } }

    // MARK: Finding

    private func find(_ authority: Span<UInt8>) -> Int {
        let count = Self.hostCount(authority)
        for (name, policy) in names where count == name.count && Self.ends(authority, count, with: name) {
            return policy
        }
        for (suffix, policy) in suffixes where count > suffix.count && Self.ends(authority, count, with: suffix) {
            return policy
        }
        return 0
    }

    /// Bytes of the host: up to the port's colon, and without the dot that ends an absolute name.
    private static func hostCount(_ authority: Span<UInt8>) -> Int {
        var count = authority.count
        var index = authority.count - 1
        while index >= 0, authority[index] >= UInt8(ascii: "0"), authority[index] <= UInt8(ascii: "9") { index -= 1 }
        if index >= 0, authority[index] == UInt8(ascii: ":") { count = index }
        if count > 1, authority[count - 1] == UInt8(ascii: ".") { count -= 1 }
        return count
    }

    private static func ends(_ authority: Span<UInt8>, _ count: Int, with suffix: [UInt8]) -> Bool {
        let start = count - suffix.count
        for index in suffix.indices {
            let byte = authority[start + index]
            let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            guard (isUpper ? byte | 0x20 : byte) == suffix[index] else { return false }
        }
        return true
    }
}
