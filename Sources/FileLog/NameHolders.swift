/// Which files had a name, by what their folder tells of names that come and go. Pure, but for the layout of an event.

internal import Glibc

/// The files that had a name at some time, oldest first, each under the name that it has now.
///
/// Rotation renames `access.log` to `access.log.1` and that to `access.log.2`, perhaps several times before the follower
/// looks: the file in between is found by following its renames.
struct NameHolders {
    private let name: String
    /// The present names; the first is that of the file which had the name when this began.
    private(set) var names: [String]
    /// Where a rename began whose end is the next event with the same cookie.
    private var moving: (cookie: UInt32, holders: [Int])?

    init(name: String) {
        self.name = name
        names = [name]
    }

    mutating func apply(_ event: InotifyEvent) {
        if event.mask & UInt32(IN_MOVED_FROM) != 0 {
            let holders = names.indices.filter { names[$0] == event.name }
            // Without a second half it went to another folder, where it is not looked for: its descriptor is open.
            for holder in holders { names[holder] = "" }
            moving = (event.cookie, holders)
            return
        }
        if event.mask & UInt32(IN_DELETE) != 0 {
            for holder in names.indices where names[holder] == event.name { names[holder] = "" }
        }
        if event.mask & UInt32(IN_MOVED_TO) != 0 {
            // What had this name was replaced.
            for holder in names.indices where names[holder] == event.name { names[holder] = "" }
            if let (cookie, holders) = moving, cookie == event.cookie {
                for holder in holders { names[holder] = event.name }
            }
            moving = nil
        }
        if event.mask & UInt32(IN_MOVED_TO | IN_CREATE) != 0, event.name == name {
            names.append(name)
        }
    }
}

/// One event of inotify(7).
struct InotifyEvent: Equatable {
    let watch: Int32
    let mask: UInt32
    let cookie: UInt32
    let name: String

    /// Whether the kernel had to drop events: everything must be looked at.
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

    /// The next four bytes, in the machine's order, which is little-endian on every machine io_uring and Swift share.
    private mutating func word() -> UInt32? {
        guard bytes.count >= 4 else { return nil }
        defer { bytes = bytes.dropFirst(4) }
        return bytes.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
