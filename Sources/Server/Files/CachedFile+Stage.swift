/// The steps in the life of an entry of the file cache, and the request fields that its answers depend on. The worker whose cache it is in.

extension CachedFile {
    /// Attempts at a file that changes while it is opened or read.
    static let attemptsMax = 4

    /// The steps of loading an entry.
    enum Stage: Equatable {
        case opening
        case reading
        /// It is looked which names the open file has beneath the folders that are served.
        case naming
        /// It is looked whether coded forms lie beside it.
        case looking
        /// A variant is being made on the pool.
        case making
        case ready
        /// It is known not to be there.
        case absent
    }

    /// True when nothing is under way for the entry.
    var isLoaded: Bool { stage == .ready || stage == .absent }

    /// The request fields that its answers depend on.
    var varying: Varying {
        var varying: Varying = variesByCoding ? .acceptEncoding : []
        if variesByOrigin { varying.insert(.origin) }
        return varying
    }

    /// The content that is sent is coded, by the file's own name or as a variant.
    var hasCoding: Bool { !key.isPlain || isCoded }
}
