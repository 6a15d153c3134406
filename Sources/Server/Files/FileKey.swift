/// The representation, and the site's file, that an entry of the cache is. A value; any thread.

internal import HTTP

/// The key that an entry is found by, beside its path.
struct FileKey: Hashable {
    /// The index of the site's policy.
    let policy: UInt16
    /// 0 for the file as it is, else one more than the raw value of the content coding.
    let coding: UInt8

    /// The file of a site in a content coding.
    init(policy: UInt16, coding: ContentCoding) {
        self.policy = policy
        self.coding = coding.rawValue + 1
    }

    /// The file of a site as it is.
    init(policy: Int) {
        self.policy = UInt16(truncatingIfNeeded: policy)
        coding = 0
    }

    var isPlain: Bool { coding == 0 }

    var contentCoding: ContentCoding? { coding == 0 ? nil : ContentCoding(rawValue: coding - 1) }

    /// The number that the hash of a path is mixed with.
    var seed: UInt64 { UInt64(policy) << 24 | UInt64(coding) << 16 }
}
