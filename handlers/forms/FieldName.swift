/// The name of a field as a key that is cheap to compare, however long names are. A value; any thread.

/// A field's name with its hash, which is computed once.
///
/// Visitors choose the names. Long ones that begin alike cost their whole length at each comparison, and an array of bytes as
/// a key is hashed again each time its table grows. Two of these compare their bytes only when their hashes agree, which
/// those of different names don't: the hash is keyed by a number that each process draws at its start.
struct FieldName: Hashable {
    let bytes: [UInt8]
    private let digest: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var hasher = Hasher()
        unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        digest = hasher.finalize()
    }

    static func == (left: FieldName, right: FieldName) -> Bool {
        left.digest == right.digest && left.bytes == right.bytes
    }

    func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}
