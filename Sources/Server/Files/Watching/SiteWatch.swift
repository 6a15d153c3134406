/// The kernel's reports of what changes, so that the file cache is never stale. The worker that owns it.
///
/// DESIGN. inotify(7): a folder is watched before a file in it is first opened, so no change after that goes unnoticed;
/// all folders above it are watched too. The worker's ring tells when there is something to read. An event about a file
/// drops that folder's entry of that name; an event about a folder, or the loss of events, drops everything, as such
/// things are rare. A file that is kept is watched itself as well (`FileWatches`), since it may change by another name; and
/// so is each name of the path that leads to a served folder (`followPath`). What is mounted makes no event of inotify:
/// `/proc/self/mountinfo` is polled for that. What none of these reports is not kept: sites on file systems whose changes
/// happen on other machines. A change through a mapping (mmap(2)) is seen when the mapping ends.
///
/// Without an inotify descriptor nothing is watched, and so nothing is kept.

internal import CPlatform
internal import Glibc
internal import Platform

struct SiteWatch: ~Copyable {
    /// A change.
    enum Change {
        /// Something about the file at this path of a site's folder, with its leading slash.
        case file(root: Int, path: [UInt8])
        /// Something about a file that is watched itself.
        case watched(Int32)
        /// The paths of these folders may lead elsewhere.
        case roots([Int])
        /// Folders moved, or events were lost: anything may have changed.
        case everything
    }

    /// A folder that is served, or one beneath it.
    ///
    /// Paths are bytes and not strings: two names that differ in bytes are two folders, whatever Unicode says.
    private struct Folder: Hashable {
        let root: Int
        /// Relative to the root, without slashes at its ends.
        let path: [UInt8]
    }

    /// The inotify descriptor; `nil` where nothing can be watched.
    let notifier: Descriptor.Shared?
    /// `/proc/self/mountinfo`, as long as there is a notifier.
    let mounts: Descriptor.Shared?
    let failure: WatchFailure?
    /// True when there may be reports that were not read: until they are, nothing may be kept.
    private(set) var hasUnread = false
    /// True when the user's watches were used up (`fs.inotify.max_user_watches`) as one was wanted.
    private(set) var lackedWatches = false

    /// Paths that lead to the folders that are served in any case, such as `/proc/self/fd/9/.`.
    private var roots: [[UInt8]]
    private var watches: [Folder: Int32] = [:]
    private var folders: [Int32: Folder] = [:]
    private let foldersMax: Int

    /// The served folders whose paths depend on what is watched, each with the name that its path awaits there; empty for none.
    private var pathParts: [Int32: [Int: [UInt8]]] = [:]
    /// The watches of each served folder's path.
    private var pathWatches: [[Int32]]
    /// True for each served folder whose path is watched, every name of it.
    private var isPathWatched: [Bool]

    // IN_MASK_ADD: a folder may be served and be a part of another one's path, and has one watch.
    private static let folderMask = UInt32(
        IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_DELETE_SELF
            | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW | IN_MASK_ADD
    )
    /// Changes of a folder or a link itself; IN_ATTRIB comes when another takes its name.
    private static let selfMask = UInt32(IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_DONT_FOLLOW | IN_MASK_ADD)
    /// Names that come and go, and that may be read from some moment on.
    private static let nameMask = UInt32(
        IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB | IN_ONLYDIR
            | IN_MASK_ADD
    )

    /// Watches nothing yet.
    ///
    /// - Parameters:
    ///   - roots: paths that lead to the folders that are served, whatever their names are by now.
    ///   - foldersMax: so many folders are watched at most.
    init(roots: [String], foldersMax: Int = Limits().watchedFoldersMax) {
        self.foldersMax = foldersMax
        self.roots = roots.map { Array($0.utf8) }
        pathWatches = Array(repeating: [], count: roots.count)
        isPathWatched = Array(repeating: false, count: roots.count)
        do throws(WatchFailure) {
            // Without mounts a folder could be covered unseen, so that there is no use in one of the two.
            let mounts = try Self.openMounts()
            notifier = try Self.makeNotifier()
            self.mounts = mounts
            failure = nil
        } catch {
            notifier = nil
            mounts = nil
            failure = error
        }
    }

    private static func openMounts() throws(WatchFailure) -> Descriptor.Shared {
        let number = unsafe ringport_open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC, 0)
        guard number >= 0 else { throw .noMounts(SystemError("open /proc/self/mountinfo")) }
        return Descriptor.Shared(Descriptor(owning: number))
    }

    private static func makeNotifier() throws(WatchFailure) -> Descriptor.Shared {
        let number = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        guard number >= 0 else { throw .noInstance(SystemError("make an inotify descriptor")) }
        return Descriptor.Shared(Descriptor(owning: number))
    }

    /// Watches other folders from here on.
    mutating func move(to roots: [String]) {
        lackedWatches = false
        forgetFolders()
        for root in pathWatches.indices { forgetPath(of: root) }
        self.roots = roots.map { Array($0.utf8) }
        pathWatches = Array(repeating: [], count: roots.count)
        isPathWatched = Array(repeating: false, count: roots.count)
    }

    /// Watches another folder in a root's place from here on.
    mutating func move(_ root: Int, to path: String) {
        for (folder, watch) in watches where folder.root == root {
            watches[folder] = nil
            folders[watch] = nil
            removeIfUnused(watch)
        }
        roots[root] = Array(path.utf8)
    }

    // MARK: Folders

    /// Watches the folder of a file and all folders above it.
    ///
    /// - Parameters:
    ///   - path: the file's, relative to the root.
    ///   - root: the index of the folder that is served.
    /// - Returns: the folder's watch; `nil` when it can't be watched, so that the file must not be kept.
    mutating func watchFolder(of path: [UInt8], in root: Int) -> Int32? {
        var last = watch(Folder(root: root, path: []))
        for index in path.indices where path[index] == UInt8(ascii: "/") {
            guard last != nil else { return nil }
            last = watch(Folder(root: root, path: Array(path[..<index])))
        }
        return last
    }

    private mutating func watch(_ folder: Folder) -> Int32? {
        if let known = watches[folder] { return known }
        guard watches.count < foldersMax else { return nil }
        let path = roots[folder.root] + (folder.path.isEmpty ? [] : [UInt8(ascii: "/")] + folder.path)
        // ENOENT: the file is not there either.
        // A folder with two names (a bind mount, a move that is not read yet, a site within another's folder) has one
        // watch, which reports one of them.
        guard let watch = try? addWatch(path, Self.folderMask), folders[watch] == nil else { return nil }
        watches[folder] = watch
        folders[watch] = folder
        return watch
    }

    private mutating func addWatch(_ path: [UInt8], _ mask: UInt32) throws(SystemError) -> Int32 {
        guard let notifier else { throw SystemError(EMFILE, "watch") }
        let watch = unsafe (path + [0]).withUnsafeBytes { bytes in
            // Ended by the NUL that was appended; a decoded path holds no other.
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe inotify_add_watch(notifier.rawValue, characters.baseAddress, mask)
            }
        }
        guard watch >= 0 else {
            let error = SystemError("watch")
            if error.code == ENOSPC { lackedWatches = true }
            throw error
        }
        return watch
    }

    /// The folders may be others than before: their watches are made anew when they are needed.
    mutating func forgetFolders() {
        let all = Array(folders.keys)
        watches.removeAll(keepingCapacity: true)
        folders.removeAll(keepingCapacity: true)
        for watch in all { removeIfUnused(watch) }
    }

    private func removeIfUnused(_ watch: Int32) {
        guard let notifier, folders[watch] == nil, pathParts[watch] == nil else { return }
        // EINVAL: the kernel has removed it, as the folder is gone.
        _ = inotify_rm_watch(notifier.rawValue, watch)
    }

    // MARK: Paths

    /// True when it is reported that a served folder's path leads elsewhere.
    func isPathWatched(of root: Int) -> Bool { isPathWatched[root] }

    /// Watches every name that the path of a served folder depends on, links and what they lead through included.
    ///
    /// A name that is missing is awaited in its folder. The names themselves are watched and not their folders, as these may
    /// be busy with others.
    ///
    /// - Parameters:
    ///   - path: the path that leads to the folder.
    ///   - root: the folder's index.
    /// - Returns: where the path ended.
    @discardableResult
    mutating func followPath(_ path: String, of root: Int) -> FolderWalk.End {
        let old = pathWatches[root]
        forgetParts(of: root)
        var isWatched = notifier != nil
        let end = FolderWalk.follow(Array(path.utf8)) { folder, path in
            do throws(SystemError) {
                // Before it is read: what changes from here on is reported.
                note(try addWatch(path, Self.selfMask), root, awaited: [])
            } catch {
                // ENOENT: it may come at any time. EACCES: a folder that may not be read may still be replaced.
                let name = path.split(separator: UInt8(ascii: "/")).last.map(Array.init) ?? path
                if [ENOENT, EACCES].contains(error.code), let watch = try? addWatch(folder, Self.nameMask) {
                    note(watch, root, awaited: name)
                    // It may have come meanwhile.
                    if let watch = try? addWatch(path, Self.selfMask) { note(watch, root, awaited: []) }
                } else {
                    isWatched = false
                }
            }
            if let name = Self.name(path) { return name }
            // It may be a link, and then what is behind it is not watched.
            isWatched = false
            return .other
        }
        isPathWatched[root] = isWatched
        for watch in old { removeIfUnused(watch) }
        return end
    }

    private mutating func note(_ watch: Int32, _ root: Int, awaited: [UInt8]) {
        pathParts[watch, default: [:]][root, default: []] += awaited
        pathWatches[root].append(watch)
    }

    private mutating func forgetParts(of root: Int) {
        for watch in pathWatches[root] {
            pathParts[watch]?[root] = nil
            if pathParts[watch]?.isEmpty == true { pathParts[watch] = nil }
        }
        pathWatches[root] = []
    }

    private mutating func forgetPath(of root: Int) {
        let old = pathWatches[root]
        forgetParts(of: root)
        for watch in old { removeIfUnused(watch) }
    }

    /// Looks a name up; a local file system tells without a wait.
    ///
    /// - Returns: `nil` when it can't be told at the moment.
    private static func name(_ path: [UInt8]) -> FolderWalk.Name? {
        var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe (path + [0]).withUnsafeBytes { bytes in
            // Ended by the NUL that was appended.
            unsafe bytes.withMemoryRebound(to: CChar.self) { path in
                unsafe target.withUnsafeMutableBytes { target in
                    unsafe target.withMemoryRebound(to: CChar.self) { target -> Int in
                        guard let path = path.baseAddress, let place = target.baseAddress else { return -1 }
                        return unsafe readlink(path, place, target.count)
                    }
                }
            }
        }
        if count >= 0 { return .link(to: Array(target[..<count])) }
        switch errno {
        case ENOENT, ENOTDIR: return .missing
        // EINVAL: it is no link. EACCES: nobody may go on there, until a name before it is changed.
        case EINVAL, EACCES: return .other
        default: return nil
        }
    }

    // MARK: Reports

    /// Looks whether there is something to read or something was mounted, without a wait.
    func poll() -> (hasChanges: Bool, hasMounts: Bool) {
        guard let notifier, let mounts else { return (false, false) }
        return unsafe withUnsafeTemporaryAllocation(of: pollfd.self, capacity: 2) { requests in
            let changes = pollfd(fd: notifier.rawValue, events: Int16(POLLIN), revents: 0)
            let news = pollfd(fd: mounts.rawValue, events: Int16(POLLPRI), revents: 0)
            unsafe requests.initializeElement(at: 0, to: changes)
            unsafe requests.initializeElement(at: 1, to: news)
            // Nothing can fail on two descriptors of our own.
            guard unsafe Glibc.poll(requests.baseAddress, 2, 0) > 0 else { return (false, false) }
            return unsafe (requests[0].revents != 0, requests[1].revents != 0)
        }
    }

    /// Reads what has changed and calls `body` for each change.
    ///
    /// - Parameters:
    ///   - reads: so often at most, as others may change files faster than they are reported; `hasUnread` tells of a rest.
    ///   - body: called for each change.
    mutating func readChanges(atMost reads: Int = Limits().watchReadsMax, _ body: (Change) -> Void) {
        guard let notifier else { return }
        hasUnread = true
        let size = 16 * 1024
        var roots: Set<Int> = []
        unsafe withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { buffer in
            for _ in 0..<reads {
                let count = unsafe read(notifier.rawValue, buffer.baseAddress, size)
                // EAGAIN: nothing more now. Nothing else can fail on an inotify descriptor of our own.
                guard count > 0 else { return hasUnread = false }
                unsafe report(UnsafeRawBufferPointer(rebasing: buffer[0..<count]), &roots, body)
            }
        }
        if !roots.isEmpty { body(.roots(roots.sorted())) }
    }

    private mutating func report(
        _ events: UnsafeRawBufferPointer,
        _ changedRoots: inout Set<Int>,
        _ body: (Change) -> Void
    ) {
        let headerSize = MemoryLayout<inotify_event>.size
        var offset = 0
        while offset + headerSize <= events.count {
            // The kernel aligns events to four bytes and gives each whole.
            let event = unsafe events.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
            let name = unsafe UnsafeRawBufferPointer(
                rebasing: events[offset + headerSize..<offset + headerSize + Int(event.len)]
            )
            offset += headerSize + Int(event.len)
            // Lost events belong to no watch.
            if event.mask & UInt32(IN_Q_OVERFLOW) != 0 {
                forgetFolders()
                body(.everything)
                changedRoots.formUnion(roots.indices)
                continue
            }
            if let parts = pathParts[event.wd] {
                for (root, awaited) in parts where unsafe Self.isChange(event, name, awaited) {
                    changedRoots.insert(root)
                }
            }
            unsafe reportFolder(event, name, body)
        }
    }

    /// True when an event about a part of a path may lead it elsewhere.
    private static func isChange(
        _ event: inotify_event,
        _ name: UnsafeRawBufferPointer,
        _ awaited: [UInt8]
    ) -> Bool {
        guard event.len > 0 else {
            let marks = UInt32(IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED)
            return event.mask & marks != 0
        }
        // IN_ATTRIB: what may not be read may be, from now on.
        let marks = UInt32(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB)
        return unsafe event.mask & marks != 0 && !awaited.isEmpty && name.prefix { $0 != 0 }.elementsEqual(awaited)
    }

    private mutating func reportFolder(
        _ event: inotify_event,
        _ name: UnsafeRawBufferPointer,
        _ body: (Change) -> Void
    ) {
        // A watch that was removed may still have events on their way, IN_IGNORED for its removal among them: they are
        // of no folder, and of no file that is kept.
        guard let folder = folders[event.wd] else {
            if pathParts[event.wd] == nil { body(.watched(event.wd)) }
            return
        }
        let aboutFolders = UInt32(IN_ISDIR | IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)
        if event.mask & aboutFolders != 0 {
            forgetFolders()
            body(.everything)
        } else {
            let slash = [UInt8(ascii: "/")]
            let path = unsafe slash + folder.path + (folder.path.isEmpty ? [] : slash) + name.prefix { $0 != 0 }
            body(.file(root: folder.root, path: path))
        }
    }
}
