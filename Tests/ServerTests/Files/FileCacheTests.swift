/// The table of cached files: finding, dropping, and who keeps what in memory. Test threads.

import CompletionPort
import Glibc
import Testing

@testable import Server

@Suite struct FileCacheTests {
    static func limits(count: Int = 64, size: Int = 1 << 20) -> Limits {
        var limits = Limits()
        limits.fileCacheCountMax = count
        limits.fileCacheSizeMax = size
        return limits
    }

    /// A budget of so many descriptors.
    static func budget(_ count: Int = 0) -> DescriptorBudget {
        // With a limit of 4,096 or more 1,024 are reserved.
        let budget = DescriptorBudget(limit: 4096 + count, open: 3072, looks: 2)
        #expect(budget.max == count)
        return budget
    }

    @Test func whatWasListedIsFoundUntilItIsUnlisted() throws {
        var cache = try FileCache(limits: Self.limits(), descriptors: Self.budget())
        let slot = try #require(list("/a", in: &cache))
        #expect(find("/a", in: cache) == slot)
        #expect(find("/b", in: cache) == nil)
        #expect(find("", in: cache) == nil)
        cache.unlist(slot)
        #expect(find("/a", in: cache) == nil)
        #expect(cache.files.count == 0)
    }

    @Test func aPathIsFoundByAllItsBytes() throws {
        var cache = try FileCache(limits: Self.limits(count: 256), descriptors: Self.budget())
        // Lengths around the eight bytes that are hashed at a time, and names that differ in their last byte only.
        var paths: [String] = []
        for length in 0..<40 { paths += ["/" + String(repeating: "x", count: length) + "a"] }
        for length in 0..<40 { paths += ["/" + String(repeating: "x", count: length) + "b"] }
        let slots = paths.map { list($0, in: &cache) }
        for (path, slot) in zip(paths, slots) { #expect(find(path, in: cache) == slot) }
        #expect(Set(slots).count == 80)
        cache.unlistAll()
        #expect(cache.files.count == 0)
    }

    @Test func pathsWhoseHashesCollideAreToldApart() throws {
        var cache = try FileCache(limits: Self.limits(), descriptors: Self.budget())
        let slots = (0..<10).map { list("/\($0)", hash: 5, in: &cache) }
        for number in 0..<10 { #expect(find("/\(number)", hash: 5, in: cache) == slots[number]) }
        #expect(find("/10", hash: 5, in: cache) == nil)
        cache.unlistAll()
    }

    /// Each cache has collisions of its own, so that no client can choose paths that collide.
    @Test func eachCacheHashesInAWayOfItsOwn() throws {
        let one = try FileCache(limits: Self.limits(), descriptors: Self.budget())
        let other = try FileCache(limits: Self.limits(), descriptors: Self.budget())
        for length in [1, 7, 8, 9, 40] {
            let path = [UInt8](repeating: UInt8(ascii: "x"), count: length)
            #expect(one.hash(path.span, Self.key) == one.hash(path.span, Self.key))
            #expect(one.hash(path.span, Self.key) != other.hash(path.span, Self.key))
            // Not by the start alone, which would leave the differences between two paths as they are.
            let longer = path + path
            let difference = one.hash(path.span, Self.key) ^ one.hash(longer.span, Self.key)
            #expect(difference != other.hash(path.span, Self.key) ^ other.hash(longer.span, Self.key))
        }
    }

    /// The last place of the table, so that what collides wraps to its beginning; each entry is removed in turn.
    @Test func removingAnEntryLeavesNoGapThatHidesAnother() throws {
        let homes: [UInt64] = [126, 127, 126, 0, 127, 1, 126, 3]
        for removed in homes.indices {
            var cache = try FileCache(limits: Self.limits(), descriptors: Self.budget())
            var slots = homes.enumerated().map { list("/\($0.offset)", hash: $0.element, in: &cache) }
            if let slot = slots[removed] { cache.unlist(slot) }
            slots[removed] = nil
            for (number, home) in homes.enumerated() {
                #expect(find("/\(number)", hash: home, in: cache) == slots[number], "\(number) after \(removed) went")
            }
            cache.unlistAll()
        }
    }

    @Test func theHandDropsWhatWasNotUsedSinceItLastCameBy() throws {
        var cache = try FileCache(limits: Self.limits(count: 4), descriptors: Self.budget())
        for name in ["/a", "/b", "/c", "/d"] { _ = list(name, in: &cache) }
        // All were used: the first round forgives, the second drops the first.
        _ = list("/e", in: &cache)
        #expect(find("/a", in: cache) == nil)
        if let slot = find("/b", in: cache) { cache[slot].wasUsed = true }
        _ = list("/f", in: &cache)
        #expect(find("/b", in: cache) != nil)
        #expect(find("/c", in: cache) == nil)
        cache.unlistAll()
    }

    @Test func entriesBeingLoadedOrSentFromAreNotDropped() throws {
        var cache = try FileCache(limits: Self.limits(count: 3), descriptors: Self.budget())
        let loading = try #require(list("/loading", in: &cache))
        cache[loading].stage = .reading
        let sending = try #require(list("/sending", in: &cache))
        cache.pin(sending)
        for number in 0..<10 { #expect(list("/\(number)", in: &cache) != nil) }
        #expect(find("/loading", in: cache) == loading)
        #expect(find("/sending", in: cache) == sending)
        cache.unpin(sending)
        cache.unlistAll()
    }

    @Test func aCacheOfFilesInUseTakesNoOther() throws {
        var cache = try FileCache(limits: Self.limits(count: 3), descriptors: Self.budget())
        let slots = try ["/a", "/b", "/c"].map { try #require(list($0, in: &cache)) }
        for slot in slots { cache.pin(slot) }
        #expect(list("/d", in: &cache) == nil)
        #expect(find("/d", in: cache) == nil)
        cache.unpin(slots[1])
        #expect(list("/d", in: &cache) == slots[1])
        for slot in [slots[0], slots[2]] { cache.unpin(slot) }
        cache.unlistAll()
    }

    @Test func aPinKeepsWhatIsNoLongerListed() throws {
        var cache = try FileCache(limits: Self.limits(), descriptors: Self.budget())
        let slot = try #require(list("/a", in: &cache))
        let key = cache.key(slot)
        cache.account(slot, bytes: 1000)
        cache.pin(slot)
        cache.pin(slot)
        cache.unlist(slot)
        cache.unlist(slot)
        #expect(find("/a", in: cache) == nil)
        #expect(cache.slot(of: key) != nil)
        #expect(cache.size == 1000)
        // The same path may be listed anew meanwhile.
        let next = try #require(list("/a", in: &cache))
        #expect(next != slot)
        cache.unpin(slot)
        #expect(cache.slot(of: key) != nil)
        cache.unpin(slot)
        #expect(cache.slot(of: key) == nil)
        #expect(cache.size == 0)
        #expect(find("/a", in: cache) == next)
        cache.unlistAll()
    }

    /// A policy's index is one of the version that an entry was made by, and only listed ones are of the current version.
    @Test func whatIsNoLongerListedIsOfNoSite() throws {
        var cache = try FileCache(limits: Self.limits(), descriptors: Self.budget())
        let sent = try #require(list("/sent", in: &cache))
        cache.pin(sent)
        cache.unlist(sent)
        let listed = try #require(list("/listed", in: &cache))
        cache.pin(listed)
        var asked = 0
        cache.unlist { _ in
            asked += 1
            return true
        }
        #expect(asked == 1 && find("/listed", in: cache) == nil)
        cache.unlist { _ in
            asked += 1
            return true
        }
        #expect(asked == 1)
        for slot in [sent, listed] { cache.unpin(slot) }
        #expect(cache.files.count == 0)
    }

    @Test func memoryBeyondTheLimitDropsOtherFiles() throws {
        var cache = try FileCache(limits: Self.limits(size: 1000), descriptors: Self.budget())
        for number in 0..<5 {
            let slot = try #require(list("/\(number)", in: &cache))
            cache.account(slot, bytes: 300)
            #expect(cache.size <= 1000)
            #expect(find("/\(number)", in: cache) == slot)
        }
        #expect(cache.files.count == 3)
        cache.unlistAll()
        #expect(cache.size == 0)
    }

    /// One in eight, so that large files never shut clients out; they come back when the entries go.
    @Test func filesStayOpenUpToTheirShareOfDescriptors() throws {
        let budget = Self.budget(24)
        var cache = try FileCache(limits: Self.limits(), descriptors: budget)
        var slots: [FileSlot] = []
        for number in 0..<4 {
            let slot = try #require(list("/\(number)", in: &cache))
            cache[slot].descriptor = try #require(openNothing())
            cache.keepDescriptor(slot)
            slots.append(slot)
        }
        #expect(slots.map { cache[$0].keepsDescriptor } == [true, true, true, false])
        let kept = cache[slots[0]].descriptor
        // Whoever opened it closes it when it is not kept.
        cache[slots[3]].closeDescriptor()
        #expect((0..<21).allSatisfy { _ in budget.take() })
        #expect(!budget.take())
        cache.pin(slots[0])
        cache.unlist(slots[0])
        #expect(fcntl(kept, F_GETFD) >= 0, "somebody sends from it")
        cache.unpin(slots[0])
        #expect(budget.take())
        #expect(!budget.take())
        #expect(!budget.takeForFile(), "nor is there one for a file")
        cache.unlistAll()
        #expect((0..<2).allSatisfy { _ in budget.takeForFile() })
    }

    private func openNothing() -> Int32? {
        let descriptor = unsafe open("/dev/null", O_RDONLY)
        return descriptor >= 0 ? descriptor : nil
    }

    /// A newcomer that does not fit beside files in use answers those who wait for it and goes.
    @Test func aFileThatDoesNotFitIsNotKept() throws {
        var cache = try FileCache(limits: Self.limits(size: 1000), descriptors: Self.budget())
        let used = try #require(list("/used", in: &cache))
        cache.account(used, bytes: 800)
        cache.pin(used)
        let newcomer = try #require(list("/new", in: &cache))
        cache.pin(newcomer)
        cache.account(newcomer, bytes: 300)
        #expect(find("/new", in: cache) == nil)
        #expect(find("/used", in: cache) == used)
        #expect(cache.size == 1100)
        cache.unpin(newcomer)
        #expect(cache.size == 800)
        cache.unpin(used)
        cache.unlistAll()
    }

    /// Eight homes for many paths: long runs, which wrap, of entries that come and go.
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func itBehavesLikeADictionary(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var cache = try FileCache(limits: Self.limits(), descriptors: Self.budget())
        let homes: [UInt64] = [0, 1, 2, 60, 124, 125, 126, 127]
        var model: [Int: FileSlot] = [:]
        var pinned: [FileSlot] = []
        for _ in 0..<20_000 {
            let name = random.below(100)
            // The upper bits differ, as those of a hash do; the home is made of the lower ones.
            let hash = homes[name % 8] | UInt64(name) << 32
            #expect(find("/\(name)", hash: hash, in: cache) == model[name])
            switch random.below(8) {
            case 0..<3:
                guard model[name] == nil, cache.files.count < 60 else { continue }
                model[name] = list("/\(name)", hash: hash, in: &cache)
                #expect(model[name] != nil)
            case 3..<6:
                if let slot = model.removeValue(forKey: name) { cache.unlist(slot) }
            case 6:
                guard let slot = model[name] else { continue }
                cache.pin(slot)
                pinned.append(slot)
            default:
                guard !pinned.isEmpty else { continue }
                cache.unpin(pinned.remove(at: random.below(pinned.count)))
            }
            #expect(cache.files.count == Set(model.values).union(pinned).count)
        }
        for slot in pinned { cache.unpin(slot) }
        cache.unlistAll()
        #expect(cache.files.count == 0)
    }

    // MARK: Watching

    @Test func aWatchedFileThatChangesIsUnlistedByEachOfItsNames() throws {
        let notifier = SiteWatch(roots: []).notifier
        try #require(notifier != nil)
        var cache = try FileCache(limits: Self.limits(count: 3), descriptors: Self.budget(), notifier: notifier)
        var template = Array("/tmp/ringport-kept-XXXXXX".utf8CString)
        let file = unsafe mkstemp(&template)
        defer {
            unsafe _ = unlink(template)
            _ = close(file)
        }
        for name in ["/", "/index.html"] {
            let slot = try #require(list(name, in: &cache))
            cache[slot].descriptor = file
            #expect(cache.watch(slot) == .watched)
            cache[slot].descriptor = -1
        }
        _ = list("/other", in: &cache)
        // inotify_add_watch(2) gives the same number for a file that is watched, and numbers from 1 on.
        cache.unlist(watch: 2)
        #expect(find("/", in: cache) != nil)
        cache.unlist(watch: 1)
        #expect(find("/", in: cache) == nil && find("/index.html", in: cache) == nil)
        #expect(find("/other", in: cache) != nil)
        cache.unlistAll()
    }

    @Test func onlyWhatIsOfASiteIsUnlistedWithIt() throws {
        var cache = try FileCache(limits: Self.limits(), descriptors: Self.budget())
        _ = list("/a", in: &cache)
        cache.unlist { $0.policy == 1 }
        #expect(find("/a", in: cache) != nil)
        cache.unlist { $0.policy == 0 }
        #expect(find("/a", in: cache) == nil)
    }

    private static let key = FileKey(policy: 0)

    private func list(_ path: String, hash: UInt64? = nil, in cache: inout FileCache) -> FileSlot? {
        let name = Array(path.utf8)
        let file = CachedFile(
            name: name.span,
            path: name,
            key: Self.key,
            hash: hash ?? cache.hash(name.span, Self.key)
        )
        guard let slot = cache.insert(file) else { return nil }
        cache[slot].stage = .ready
        return slot
    }

    private func find(_ path: String, hash: UInt64? = nil, in cache: borrowing FileCache) -> FileSlot? {
        let name = Array(path.utf8)
        return cache.find(name.span, Self.key, hash: hash ?? cache.hash(name.span, Self.key))
    }
}
