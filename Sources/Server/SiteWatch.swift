/// Which folders of the sites the kernel watches for us, so that the file cache is never stale. The worker that owns it.
///
/// DESIGN. inotify(7): a folder is watched before a file in it is first opened, so no change after that goes unnoticed;
/// all folders above it are watched too. The worker's ring tells when there is something to read. An event about a file
/// drops that folder's entry of that name; an event about a folder, or the loss of events, drops everything, as such
/// things are rare. What inotify can't see is not cached: files with a second name (hard links), and sites on file systems
/// whose changes happen on other machines. It sees no change that is made through a mapping (mmap(2)) either.

internal import CPlatform
internal import Glibc
internal import Platform

struct SiteWatch: ~Copyable {
    /// What changed.
    enum Change {
        /// Something about the file at this path of a site's folder, with its leading slash.
        case file(root: Int, path: [UInt8])
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

    let descriptor: Descriptor
    /// Paths that lead to the folders that are served in any case, such as `/proc/self/fd/9/.`.
    private var roots: [[UInt8]]
    private var watches: [Folder: Int32] = [:]
    private var folders: [Int32: Folder] = [:]
    private let watchesMax = 4096

    private static let mask = UInt32(
        IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_DELETE_SELF
            | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW
    )

    init(roots: [String]) throws(SystemError) {
        let number = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        guard number >= 0 else { throw SystemError("watch the folders that are served") }
        descriptor = Descriptor(owning: number)
        self.roots = roots.map { Array($0.utf8) }
    }

    /// Watches other folders from here on.
    mutating func move(to roots: [String]) {
        forget()
        self.roots = roots.map { Array($0.utf8) }
    }

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
        guard watches.count < watchesMax else { return nil }
        let path = roots[folder.root] + (folder.path.isEmpty ? [] : [UInt8(ascii: "/")] + folder.path) + [0]
        let watch = unsafe path.withUnsafeBytes { bytes in
            // Ended by the NUL that was appended; a decoded path holds no other.
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe inotify_add_watch(descriptor.rawValue, characters.baseAddress, Self.mask)
            }
        }
        // ENOENT: the file is not there either. ENOSPC: the user's watches are used up (fs.inotify.max_user_watches).
        // A folder with two names (a bind mount, a move that is not read yet, a site within another's folder) has one
        // watch, which reports one of them.
        guard watch >= 0, folders[watch] == nil else { return nil }
        watches[folder] = watch
        folders[watch] = folder
        return watch
    }

    /// Reads what has changed and calls `body` for each change.
    mutating func readChanges(_ body: (Change) -> Void) {
        let size = 16 * 1024
        unsafe withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { buffer in
            while true {
                let count = unsafe read(descriptor.rawValue, buffer.baseAddress, size)
                // EAGAIN: nothing more now. Nothing else can fail on an inotify descriptor of our own.
                guard count > 0 else { return }
                unsafe report(UnsafeRawBufferPointer(rebasing: buffer[0..<count]), body)
            }
        }
    }

    private mutating func report(_ events: UnsafeRawBufferPointer, _ body: (Change) -> Void) {
        let headerSize = MemoryLayout<inotify_event>.size
        var offset = 0
        while offset + headerSize <= events.count {
            // The kernel aligns events to four bytes and gives each whole.
            let event = unsafe events.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
            let name = unsafe UnsafeRawBufferPointer(
                rebasing: events[offset + headerSize..<offset + headerSize + Int(event.len)]
            )
            offset += headerSize + Int(event.len)
            let aboutFolders = UInt32(
                IN_ISDIR | IN_DELETE_SELF | IN_MOVE_SELF | IN_Q_OVERFLOW | IN_IGNORED | IN_UNMOUNT
            )
            // A watch that was removed may still have events on their way, IN_IGNORED for its removal among them: `forget`
            // came with the report of everything. Lost events belong to no watch.
            let wereLost = event.mask & UInt32(IN_Q_OVERFLOW) != 0
            guard wereLost || folders[event.wd] != nil else { continue }
            if event.mask & aboutFolders != 0 {
                forget()
                body(.everything)
            } else if let folder = folders[event.wd] {
                let slash = [UInt8(ascii: "/")]
                let path = unsafe slash + folder.path + (folder.path.isEmpty ? [] : slash) + name.prefix { $0 != 0 }
                body(.file(root: folder.root, path: path))
            }
        }
    }

    /// The folders may be others than before: all watches are made anew when they are needed.
    private mutating func forget() {
        for watch in watches.values { _ = inotify_rm_watch(descriptor.rawValue, watch) }
        watches.removeAll(keepingCapacity: true)
        folders.removeAll(keepingCapacity: true)
    }
}
