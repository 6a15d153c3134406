/// News of a log, by inotify(7). Used by one thread, that of `ringport tail`.

internal import CPlatform
internal import Glibc
internal import Platform

/// Watches the folder of a log for names that come and go, and open files for changes.
///
/// Watching only makes following prompt: without it, or where it sees nothing, the log is looked at regularly.
final class LogWatch {
    /// The source of news of a log.
    enum Source: Equatable {
        /// Events, and a look now and then.
        case events
        /// Looks alone, with the reason why the kernel refused events.
        case looks(SystemError)
    }

    let folder: String
    private let name: String
    private let limits: FollowerLimits
    private(set) var source = Source.events
    private(set) var holders: NameHolders
    private var notifier: Descriptor.Shared?
    /// The folder that is watched, though its name may have passed to another.
    private var opened: Descriptor.Shared?
    private var identity: ReadableLog.Identity?
    private var watch: Int32 = -1
    private var eventBytes = [UInt8](repeating: 0, count: 16 << 10)

    /// Begins to watch.
    ///
    /// - Parameters:
    ///   - folder: the folder's path.
    ///   - name: the log's name in it.
    ///   - limits: how much to hold.
    ///   - canWatch: false to do without events.
    init(folder: String, name: String, limits: FollowerLimits, canWatch: Bool) {
        self.folder = folder
        self.name = name
        self.limits = limits
        holders = NameHolders(name: name, max: limits.namesMax)
        guard canWatch else {
            source = .looks(SystemError(ENOSYS, "watch \(folder)"))
            return
        }
        let number = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        if number >= 0 {
            notifier = Descriptor.Shared(Descriptor(owning: number))
        } else {
            source = .looks(SystemError("watch \(folder)"))
        }
    }

    /// Readable when there are events; -1 without.
    var descriptor: Int32 { notifier?.rawValue ?? -1 }

    /// Opens a file by a name that the watched folder told.
    func open(_ name: String) throws(SystemError) -> ReadableLog? {
        guard let opened else { return nil }
        return try ReadableLog(path: name, in: opened.rawValue)
    }

    /// Forgets the oldest names, which have been looked at.
    func forget(_ count: Int) {
        holders.forget(count)
    }

    /// Takes in the events that have come.
    func readEvents() {
        guard let notifier else { return }
        while true {
            let count = unsafe read(notifier.rawValue, &eventBytes, eventBytes.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            for event in InotifyEvents(bytes: eventBytes[..<count]) where event.watch == watch || event.isOverflow {
                holders.apply(event)
            }
        }
    }

    /// Watches the folder that has the name now, if it is another than before.
    ///
    /// Names of the old one that have not been looked at are given up: their folder's files are followed as far as they
    /// are open.
    func renewFolder() {
        guard notifier != nil else { return }
        var status = stat()
        guard unsafe stat(folder, &status) == 0 else { return }
        let found = ReadableLog.Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        guard found != identity else { return }
        remove(&watch)
        opened = nil
        identity = nil
        holders = NameHolders(name: name, max: limits.namesMax)
        let number = unsafe ringport_open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard number >= 0 else { return }
        let descriptor = Descriptor.Shared(Descriptor(owning: number))
        guard unsafe fstat(number, &status) == 0 else { return }
        identity = ReadableLog.Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        opened = descriptor
        let changes = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB
        watch = add("/proc/self/fd/\(number)", UInt32(changes) | UInt32(IN_ONLYDIR))
    }

    /// Watches an open file for new content; returns -1 when the kernel refuses.
    func add(_ file: ReadableLog) -> Int32 {
        add(file.pathOfDescriptor, UInt32(IN_MODIFY))
    }

    /// Ends a watch.
    func remove(_ watch: inout Int32) {
        if let notifier, watch >= 0 { inotify_rm_watch(notifier.rawValue, watch) }
        watch = -1
    }

    private func add(_ path: String, _ mask: UInt32) -> Int32 {
        guard let notifier else { return -1 }
        let watch = unsafe inotify_add_watch(notifier.rawValue, path, mask)
        if watch < 0, source == .events { source = .looks(SystemError("watch \(folder)/\(name)")) }
        return watch
    }
}
