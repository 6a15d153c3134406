/// The lists of folders that a worker keeps, sends or waits for. A pure value; the worker that owns it.
///
/// DESIGN. A list that is kept answers until something that it shows is reported to have changed. A reading is shared by all
/// who ask while nothing is reported; one during which something is reported answers those who have waited and nobody
/// else. A list is counted once, as long as it is kept or somebody is sent it.

internal import CompletionPort

struct FolderLists {
    /// A folder's address and the form of its list.
    struct Place: Hashable {
        /// The index of the site's policy.
        let policy: UInt16
        /// Decoded, with slashes at both ends.
        let path: [UInt8]
        let asksJSON: Bool
        /// The realm that those have entered who ask for it; -1 for none.
        var entered = -1
    }

    /// The way to a list.
    enum Step {
        case kept(FolderList)
        /// The reading is under way; the exchange was noted.
        case joined
        /// A reading with this number is to be asked for; the exchange was noted.
        case read(UInt64)
    }

    private enum Entry {
        case reading(UInt64)
        case kept(FolderList, lastUse: UInt64)
    }

    private struct Reading {
        let place: Place
        var waiters: [CompletionKey]
    }

    /// The lists, and the readings, that answer requests that come now.
    private var listed: [Place: Entry] = [:]
    private var readings: [UInt64: Reading] = [:]
    /// The number of times that each list is kept or sent.
    private var holders: [ObjectIdentifier: Int] = [:]
    /// Bytes of all these lists.
    private(set) var size = 0
    private var uses: UInt64 = 0
    private let sizeMax: Int
    /// A kept list costs a place in the tables too.
    private let countMax: Int

    /// - Parameters:
    ///   - sizeMax: bytes of lists at most.
    ///   - countMax: lists that are kept at most.
    init(sizeMax: Int, countMax: Int) {
        self.sizeMax = sizeMax
        self.countMax = countMax
    }

    /// Lists that answer further requests, and readings that will.
    var listedCount: Int { listed.count }

    // MARK: Asking

    /// An exchange asks for a list.
    ///
    /// - Parameters:
    ///   - place: of which folder.
    ///   - exchange: which waits, unless the list is there.
    ///   - isWatched: changes of the folder are reported from before this moment on.
    /// - Returns: the list, or how it is had.
    mutating func ask(_ place: Place, by exchange: CompletionKey, isWatched: Bool) -> Step {
        uses += 1
        if isWatched {
            switch listed[place] {
            case .kept(let list, lastUse: _)?:
                listed[place] = .kept(list, lastUse: uses)
                return .kept(list)
            case .reading(let number)?:
                readings[number]?.waiters.append(exchange)
                return .joined
            case nil:
                listed[place] = .reading(uses)
            }
        }
        readings[uses] = Reading(place: place, waiters: [exchange])
        return .read(uses)
    }

    /// A reading has ended.
    ///
    /// - Parameters:
    ///   - number: the reading's.
    ///   - list: what is to be kept if nothing has changed; `nil` when nothing is.
    /// - Returns: the exchanges that waited.
    mutating func ended(_ number: UInt64, keeping list: FolderList?) -> [CompletionKey] {
        guard let reading = readings.removeValue(forKey: number) else {
            preconditionFailure("a reading that ends was asked for")
        }
        guard case .reading(number)? = listed[reading.place] else { return reading.waiters }
        listed[reading.place] = nil
        guard let list, makeRoom(for: list) else { return reading.waiters }
        if listed.count >= countMax { dropOldest() }
        hold(list)
        listed[reading.place] = .kept(list, lastUse: uses)
        return reading.waiters
    }

    // MARK: Counting

    /// True when a list is counted already or finds room; others that are only kept are dropped for it.
    mutating func makeRoom(for list: FolderList) -> Bool {
        guard holders[ObjectIdentifier(list)] == nil else { return true }
        while size + list.content.count > sizeMax, dropOldest() {}
        return size + list.content.count <= sizeMax
    }

    /// Somebody is sent a list.
    mutating func hold(_ list: FolderList) {
        let count = holders[ObjectIdentifier(list), default: 0]
        if count == 0 { size += list.content.count }
        holders[ObjectIdentifier(list)] = count + 1
    }

    /// Somebody has been sent a list, or is gone.
    mutating func release(_ list: FolderList) {
        guard let count = holders[ObjectIdentifier(list)] else { preconditionFailure("nobody has this list") }
        holders[ObjectIdentifier(list)] = count == 1 ? nil : count - 1
        if count == 1 { size -= list.content.count }
    }

    /// Drops the kept list that was not asked for for the longest time.
    ///
    /// - Returns: false when none is kept.
    @discardableResult
    private mutating func dropOldest() -> Bool {
        var oldest: (place: Place, lastUse: UInt64)?
        for case (let place, .kept(_, lastUse: let lastUse)) in listed where lastUse < oldest?.lastUse ?? .max {
            oldest = (place, lastUse)
        }
        guard let oldest else { return false }
        unlist(oldest.place)
        return true
    }

    // MARK: Changes

    /// Something in a folder has changed.
    ///
    /// - Parameters:
    ///   - path: the folder's, with slashes at both ends.
    ///   - policy: the index of the site's policy.
    ///   - realms: how many realms there are.
    mutating func folderChanged(_ path: [UInt8], policy: UInt16, realms: Int = 0) {
        for entered in -1..<realms {
            for asksJSON in [false, true] {
                unlist(Place(policy: policy, path: path, asksJSON: asksJSON, entered: entered))
            }
        }
    }

    /// No list of these sites answers further requests.
    mutating func unlist(where isOfSite: (UInt16) -> Bool) {
        for place in Array(listed.keys) where isOfSite(place.policy) { unlist(place) }
    }

    /// No list answers further requests.
    mutating func unlistAll() { unlist { _ in true } }

    private mutating func unlist(_ place: Place) {
        if case .kept(let list, lastUse: _)? = listed.removeValue(forKey: place) { release(list) }
    }
}
