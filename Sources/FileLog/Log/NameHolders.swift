/// The files that had a name, by what their folder tells of names that come and go. Pure, but for the layout of an event.

internal import Glibc

/// The files that had a name at some time, oldest first, each under the name that it has now.
///
/// Rotation renames `access.log` to `access.log.1` and that to `access.log.2`, perhaps several times before the follower
/// looks: the file in between is found by following its renames.
struct NameHolders {
    private let name: String
    private let countMax: Int
    /// The present names; the first is that of the file which had the name when this began.
    private(set) var names: [String]
    /// True when a file got, lost or changed its name and has not been looked at since.
    private(set) var isChanged = false
    /// The holders at the beginning of a rename whose end is the next event with the same cookie.
    private var moving: (cookie: UInt32, holders: [Int])?

    init(name: String, max countMax: Int = .max) {
        self.name = name
        self.countMax = countMax
        names = [name]
    }

    /// Forgets the oldest files, which have been looked at; the youngest stays, to be followed on.
    mutating func forget(_ count: Int) {
        isChanged = count < names.count
        let gone = min(count, names.count - 1)
        names.removeFirst(gone)
        if let (cookie, holders) = moving {
            moving = (cookie, holders.map { $0 - gone }.filter { $0 >= 0 })
        }
    }

    mutating func apply(_ event: InotifyEvent) {
        if event.isOverflow {
            isChanged = true
            return
        }
        if event.mask & UInt32(IN_MOVED_FROM) != 0 {
            // Without a second half it went to another folder, where it is not looked for: its descriptor is open.
            moving = (event.cookie, change(event.name, to: ""))
            return
        }
        // What had the name of a file that is moved there was replaced.
        if event.mask & UInt32(IN_DELETE | IN_MOVED_TO) != 0 { _ = change(event.name, to: "") }
        if event.mask & UInt32(IN_MOVED_TO) != 0 {
            if let (cookie, holders) = moving, cookie == event.cookie {
                for holder in holders { names[holder] = event.name }
            }
            moving = nil
        }
        if event.mask & UInt32(IN_MOVED_TO | IN_CREATE) != 0, event.name == name {
            names.append(name)
            isChanged = true
        }
        if names.count > countMax { forget(names.count - countMax) }
    }

    /// Gives the files that have a name another; returns which they are.
    private mutating func change(_ name: String, to other: String) -> [Int] {
        let holders = names.indices.filter { names[$0] == name }
        for holder in holders { names[holder] = other }
        if !holders.isEmpty { isChanged = true }
        return holders
    }
}

/// One event of inotify(7).
struct InotifyEvent: Equatable {
    let watch: Int32
    let mask: UInt32
    let cookie: UInt32
    let name: String

    /// True when the kernel had to drop events: everything must be looked at.
    var isOverflow: Bool { mask & UInt32(IN_Q_OVERFLOW) != 0 }
}

/// The events in what was read from an inotify descriptor.
struct InotifyEvents: Sequence, IteratorProtocol {
    private var bytes: ArraySlice<UInt8>

    init(bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
    }

    mutating func next() -> InotifyEvent? {
        guard
            let watch = word(), let mask = word(), let cookie = word(), let count = word(),
            bytes.count >= Int(count)
        else { return nil }
        // The name is padded with zeros to the next event.
        let name = bytes.prefix(Int(count)).prefix { $0 != 0 }
        bytes = bytes.dropFirst(Int(count))
        return InotifyEvent(
            watch: Int32(bitPattern: watch),
            mask: mask,
            cookie: cookie,
            name: String(decoding: name, as: UTF8.self)
        )
    }

    /// The next four bytes, in the machine's order, which is little-endian on every machine that Swift has for Linux.
    private mutating func word() -> UInt32? {
        guard bytes.count >= 4 else { return nil }
        defer { bytes = bytes.dropFirst(4) }
        return bytes.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
