/// The files of the sites that are in memory, by the path that asks for them. The worker that owns it.
///
/// DESIGN. Each worker has its own, so there is no lock. The table is open-addressed and holds slots of a slab; a hit is
/// a hash of the path, one comparison and no system call. An entry is listed while it may answer requests and lives on
/// until nobody sends from it. Which entries are stale is `SiteWatch`'s to say. When the cache is full, the clock's hand
/// goes round and drops what was not used since it last came by.

internal import CompletionPort
internal import Glibc
internal import Platform

struct FileCache: ~Copyable {
    private(set) var files: Slab<CachedFile>
    /// Slots of `files`, `null` where free; a power of two, never more than half full.
    private var table: [FileSlot]
    private let mask: Int
    /// Bytes that entries may take; a smaller number counts when the next one comes.
    var sizeMax: Int
    private var hand: UInt32 = 0
    /// Numbers of this cache alone, drawn when it is made: they choose which paths collide.
    private let secret = UInt64.random(in: .min ... .max)
    private let multiplier = UInt64.random(in: .min ... .max) | 1
    private let descriptors: DescriptorBudget
    private let watches: FileWatches
    let unkept: UnkeptFiles
    /// Bytes of the resident bodies and heads of all entries.
    private(set) var size = 0

    /// - Parameters:
    ///   - limits: how much is kept.
    ///   - descriptors: of which kept files may have some.
    ///   - notifier: an inotify descriptor that the kept files are watched by; without one nothing can be watched.
    /// - Throws: when there is no memory.
    init(limits: Limits, descriptors: DescriptorBudget, notifier: Descriptor.Shared? = nil) throws(SystemError) {
        self.descriptors = descriptors
        watches = FileWatches(notifier, limits)
        unkept = UnkeptFiles(sizeMax: limits.unkeptSizeMax)
        files = try Slab(capacity: limits.fileCacheCountMax)
        var capacity = 16
        while capacity < 2 * limits.fileCacheCountMax { capacity *= 2 }
        table = [FileSlot](repeating: .null, count: capacity)
        mask = capacity - 1
        sizeMax = limits.fileCacheSizeMax
    }

    subscript(slot: FileSlot) -> CachedFile {
        @inline(__always) unsafeAddress { unsafe UnsafePointer(files.place(slot)) }
        @inline(__always) unsafeMutableAddress { unsafe files.place(slot) }
    }

    /// The address of an entry; it stays there as long as the entry is in the table.
    @inline(__always)
    func place(_ slot: FileSlot) -> UnsafeMutablePointer<CachedFile> { unsafe files.place(slot) }

    func slot(of key: CompletionKey) -> FileSlot? { files.slot(of: key) }
    func key(_ slot: FileSlot) -> CompletionKey { files.key(slot) }

    // MARK: Finding

    /// Mixes eight bytes at a time, by numbers that no client knows: clients choose the paths, and each look-up passes all
    /// that collide.
    @inline(__always)
    func hash(_ path: Span<UInt8>, _ key: FileKey) -> UInt64 {
        var value = secret ^ UInt64(truncatingIfNeeded: path.count) ^ key.seed
        let bytes = unsafe path.bytes
        var index = 0
        while index &+ 8 <= bytes.byteCount {
            // In bounds by the loop's condition.
            value = unsafe mix(value ^ bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self))
            index &+= 8
        }
        var tail: UInt64 = 0
        while index < bytes.byteCount {
            tail = tail << 8 | UInt64(path[index])
            index &+= 1
        }
        return mix(value ^ tail)
    }

    @inline(__always)
    private func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: multiplier)
        return product.high ^ product.low
    }

    /// The entry that answers for a decoded path of a site, in a coding, if one is listed.
    ///
    /// Inlined, so that what it needs is read where it is, and the cache is not copied for it.
    @inline(__always)
    func find(_ path: Span<UInt8>, _ key: FileKey) -> FileSlot? {
        find(path, key, hash: hash(path, key))
    }

    @inline(__always)
    func find(_ path: Span<UInt8>, _ key: FileKey, hash: UInt64) -> FileSlot? {
        var position = Int(truncatingIfNeeded: hash) & mask
        while true {
            let slot = table[position]
            guard slot != .null else { return nil }
            if files[slot].hash == hash, files[slot].answers(path, key) { return slot }
            position = (position &+ 1) & mask
        }
    }

    // MARK: Changing

    /// Lists a new entry, making room first; `nil` when every entry is in use.
    mutating func insert(_ file: consuming CachedFile) -> FileSlot? {
        if files.count == files.capacity { _ = evictOne() }
        let hash = file.hash
        guard let slot = files.insert(file) else { return nil }
        var position = Int(truncatingIfNeeded: hash) & mask
        while table[position] != .null { position = (position &+ 1) & mask }
        table[position] = slot
        files[slot].isListed = true
        return slot
    }

    /// Counts memory that an entry has taken, and drops others until it fits.
    mutating func account(_ slot: FileSlot, bytes: Int) {
        files[slot].accounted += bytes
        size += bytes
        while size > sizeMax, evictOne(keeping: slot) {}
        // Everything else is in use: then the newcomer is not kept beyond its first answers.
        guard size > sizeMax else { return }
        files[slot].isUnkept = true
        unlist(slot)
    }

    /// Counts memory that an entry takes which is not kept, in place of what it had.
    mutating func countUnkept(_ slot: FileSlot, bytes: Int) {
        unkept.count(bytes - files[slot].unkeptCount)
        files[slot].unkeptCount = bytes
    }

    /// An entry answers no further request; it lives until nobody sends from it.
    mutating func unlist(_ slot: FileSlot) {
        guard files[slot].isListed else { return }
        files[slot].isListed = false
        if !files[slot].isLoaded { files[slot].isUnkept = true }
        watches.remove(slot)
        var position = Int(truncatingIfNeeded: files[slot].hash) & mask
        while table[position] != slot { position = (position &+ 1) & mask }
        closeGap(at: position)
        endIfUnused(slot)
    }

    /// No entry for this path of a site answers any further request.
    mutating func unlist(_ path: Span<UInt8>, _ key: FileKey) {
        if let slot = find(path, key) { unlist(slot) }
    }

    /// No entry answers any further request.
    mutating func unlistAll() {
        for slot in files.occupiedSlots where files.contains(slot) { unlist(slot) }
    }

    /// No entry of these sites answers any further request.
    ///
    /// - Parameter isOfSite: asked about listed entries alone: the policy of any other may be of an earlier version.
    mutating func unlist(where isOfSite: (FileKey) -> Bool) {
        for slot in files.occupiedSlots where files.contains(slot) && files[slot].isListed && isOfSite(files[slot].key)
        {
            unlist(slot)
        }
    }

    // MARK: Watching

    /// Watches the open file of an entry that is being loaded.
    ///
    /// - Returns: why it can't be watched, and must not be kept.
    mutating func watch(_ slot: FileSlot) -> FileWatches.Outcome {
        watches.add(slot, files[slot].descriptor)
    }

    /// The entries of a watched file that has changed answer no further request.
    mutating func unlist(watch: Int32) {
        for slot in watches.slots(of: watch) { unlist(slot) }
    }

    /// Ends watches that no entry has any longer, after the kernel's reports were read.
    mutating func removeRetiredWatches() { watches.removeRetired() }

    /// Watches by another descriptor from here on.
    ///
    /// - Precondition: nothing is listed.
    mutating func move(to notifier: Descriptor.Shared?) {
        watches.move(to: notifier)
    }

    /// Keeps a loaded file open as long as its entry lives, if there is a descriptor for it.
    mutating func keepDescriptor(_ slot: FileSlot) {
        files[slot].keepsDescriptor = descriptors.takeForFile()
    }

    /// Keeps an entry's bytes in place until `unpin`.
    mutating func pin(_ slot: FileSlot) {
        files[slot].pins += 1
    }

    mutating func unpin(_ slot: FileSlot) {
        precondition(files[slot].pins > 0, "nobody sends from this file")
        files[slot].pins -= 1
        endIfUnused(slot)
    }

    private mutating func endIfUnused(_ slot: FileSlot) {
        guard files[slot].pins == 0, !files[slot].isListed else { return }
        size -= files[slot].accounted
        unkept.count(-files[slot].unkeptCount)
        unkept.forget(slot)
        if files[slot].keepsDescriptor {
            files[slot].closeDescriptor()
            descriptors.giveBackFile()
        }
        files.remove(slot)
    }

    /// Drops one entry that was not used since the hand last came by, and none that is being loaded or sent from.
    ///
    /// - Returns: false when there is no other.
    mutating func evictOne(keeping kept: FileSlot = .null) -> Bool {
        // Twice round at most: the first round may find every entry used.
        for _ in 0..<2 * files.capacity {
            let slot = FileSlot(index: hand)
            hand = (hand + 1) % UInt32(files.capacity)
            guard files.contains(slot), slot != kept, files[slot].isListed, files[slot].isLoaded,
                files[slot].pins == 0
            else { continue }
            if files[slot].wasUsed {
                files[slot].wasUsed = false
                continue
            }
            unlist(slot)
            return true
        }
        return false
    }

    /// Moves entries back over a freed place, so that probing needs no tombstones (algorithm R of §6.4 of Knuth, volume 3).
    private mutating func closeGap(at position: Int) {
        var gap = position
        var next = position
        while true {
            next = (next &+ 1) & mask
            let slot = table[next]
            guard slot != .null else { break }
            let home = Int(truncatingIfNeeded: files[slot].hash) & mask
            let stays = gap <= next ? (gap < home && home <= next) : (gap < home || home <= next)
            if !stays {
                table[gap] = slot
                gap = next
            }
        }
        table[gap] = .null
    }
}
