/// Which representation of which site's file an entry of the cache is. A value; any thread.

/// What an entry is found by beside its path.
struct FileKey: Equatable {
    /// The index of the site's policy.
    let policy: UInt16
    /// 0 for the file as it is, else one more than the raw value of the content coding.
    let coding: UInt8

    /// The file of a site as it is.
    init(policy: Int) {
        self.policy = UInt16(truncatingIfNeeded: policy)
        coding = 0
    }

    var isPlain: Bool { coding == 0 }

    /// What the hash of a path is mixed with.
    var seed: UInt64 { UInt64(policy) << 24 | UInt64(coding) << 16 }
}
