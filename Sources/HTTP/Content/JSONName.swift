/// The name of a member as one of a set, whatever its length. Pure; any thread.

/// A decoded name with its hash, which is computed once.
///
/// Clients choose the names. An array of bytes in a set is hashed byte by byte, and again each time the set grows: a long name
/// among very many short ones costs its whole length each time. Two of these compare their bytes only when their hashes agree,
/// which those of different names don't: the hash is keyed by a number that each process draws at its start.
package struct JSONName: Hashable, Sendable {
    package let bytes: [UInt8]
    private let digest: Int

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        digest = ByteScan.hash(of: bytes.span)
    }

    package static func == (left: JSONName, right: JSONName) -> Bool {
        left.digest == right.digest && left.bytes == right.bytes
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}
