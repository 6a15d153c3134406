/// Files that are in memory for those who are sent them, and for nobody else. The worker that owns the file cache.
///
/// DESIGN. A file whose changes are not reported is opened for each request. Its bytes are read once for all who are sent
/// them at a time: as long as inode, size and both times are those that were read, so are the bytes. One that was written a
/// moment before it was read is not shared, as it might change without another time. A class, so that the cache's own fields
/// stay few.

internal import Platform

final class UnkeptFiles {
    /// The content of an entry, and all that its answers depend on.
    struct Holding: Hashable {
        let name: [UInt8]
        let path: [UInt8]
        let key: FileKey
        /// Its answers are made by these rules.
        let version: ObjectIdentifier
        /// The slot and the generation of what it is a variant of.
        let source: UInt64?
        let content: FileContent
    }

    private var slots: [Holding: FileSlot] = [:]
    private var holdings: [FileSlot: Holding] = [:]
    /// Bytes of all files that are not kept.
    private(set) var size = 0
    private let sizeMax: Int

    init(sizeMax: Int) {
        self.sizeMax = sizeMax
    }

    /// Entries that others may share.
    var sharedCount: Int { slots.count }

    /// The entry that holds this, if another one does.
    func slot(_ holding: Holding) -> FileSlot? { slots[holding] }

    /// Notes that an entry holds this, or is about to.
    func note(_ slot: FileSlot, _ holding: Holding) {
        forget(slot)
        guard slots[holding] == nil else { return }
        slots[holding] = slot
        holdings[slot] = holding
    }

    /// An entry holds something else from here on, or nothing.
    func forget(_ slot: FileSlot) {
        guard let holding = holdings.removeValue(forKey: slot) else { return }
        slots[holding] = nil
    }

    func hasRoom(for bytes: Int) -> Bool { size + bytes <= sizeMax }

    /// Counts bytes; fewer when negative.
    func count(_ bytes: Int) {
        size += bytes
        precondition(size >= 0, "what was counted is taken back once")
    }
}
