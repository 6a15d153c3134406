/// Which site a request is for, by the host it names (RFC 9110 §7.2). Pure; any thread.

internal import HTTP

/// The virtual hosts of the server.
struct HostTable: Sendable {
    /// The policies; the first is the default site's.
    let policies: [SitePolicy]
    /// Names, lower-case, without a port, and the policy each leads to.
    private let names: [(name: [UInt8], policy: Int)]
    /// What follows the star of `*.example.com`, its dot included; the longest first.
    private let suffixes: [(suffix: [UInt8], policy: Int)]

    /// Makes the table.
    ///
    /// - Parameters:
    ///   - policies: one more than there are lists of names: the default's comes first.
    ///   - hosts: the names of each further policy.
    init(_ policies: [SitePolicy], hosts: [[String]]) {
        precondition(policies.count == hosts.count + 1, "the first policy is for every other name")
        self.policies = policies
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
