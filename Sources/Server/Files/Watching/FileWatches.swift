/// The watches on the files that are kept in memory, by their inodes. The worker that owns the file cache.
///
/// DESIGN. A folder's watch reports what happens to a file by that folder's name of it. A file may change by another name
/// too: a hard link, the source of a bind mount. So each file that is kept is watched itself (inotify(7)). Its watch is
/// there before its content is read, and goes with its entry. A class, so that the cache's own fields stay few: a look-up
/// copies a larger cache each time.

internal import Glibc
internal import Platform

final class FileWatches {
    /// The result of watching a file.
    enum Outcome: Equatable {
        case watched
        /// The file is not to be kept.
        case refused(Int32)
    }

    /// `nil` where files can't be watched.
    private var notifier: Descriptor.Shared?
    private var table: WatchTable
    /// Watches that no entry has any longer, and that are still to be removed.
    private var retired: [Int32] = []
    /// Watches that were removed since the kernel's reports were last read: each removal is reported too.
    private var removals = 0
    private let removalsMax: Int
    private let countMax: Int

    /// Changes of a file itself.
    ///
    /// IN_CLOSE_WRITE: whoever has changed it through a mapping lets go of it then.
    private static let mask = UInt32(
        IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MASK_ADD
    )

    init(_ notifier: Descriptor.Shared?, _ limits: Limits) {
        self.notifier = notifier
        removalsMax = limits.watchRemovalsMax
        countMax = limits.fileCacheCountMax
        table = WatchTable(capacity: notifier == nil ? 0 : countMax)
    }

    /// Watches by another descriptor from here on, which watches nothing yet.
    func move(to notifier: Descriptor.Shared?) {
        self.notifier = notifier
        table = WatchTable(capacity: notifier == nil ? 0 : countMax)
        retired = []
        removals = 0
    }

    /// Watches the open file of an entry: what happens to it from here on is reported.
    func add(_ slot: FileSlot, _ file: Int32) -> Outcome {
        guard let notifier else { return .refused(EMFILE) }
        guard !table.isWatched(slot) else { return .watched }
        // The magic link leads to the open file itself, whatever has its name by now (proc_pid_fd(5)).
        let watch = unsafe inotify_add_watch(notifier.rawValue, "/proc/self/fd/\(file)", Self.mask)
        // ENOSPC: the user's watches are used up (fs.inotify.max_user_watches).
        guard watch >= 0 else { return .refused(errno) }
        table.add(slot, watch)
        return .watched
    }

    /// An entry is no longer kept.
    func remove(_ slot: FileSlot) {
        guard notifier != nil, let watch = table.remove(slot) else { return }
        if removals < removalsMax || retired.count >= countMax {
            removeWatch(watch)
        } else {
            retired.append(watch)
        }
    }

    /// The entries whose file a report is about.
    func slots(of watch: Int32) -> [FileSlot] { table.slots(of: watch) }

    /// Removes some of the watches that are left to be, after the kernel's reports were read.
    ///
    /// The removals are reported, so that this is called again while there are any: their reports never fill the
    /// kernel's queue.
    func removeRetired() {
        removals = 0
        while removals < removalsMax, let watch = retired.popLast() {
            // The same file may be kept again meanwhile.
            if !table.contains(watch) { removeWatch(watch) }
        }
    }

    private func removeWatch(_ watch: Int32) {
        guard let notifier else { return }
        // EINVAL: the kernel has removed it, as the file is gone. That was reported, and is not once more: what is left is
        // removed now, as nothing else may be reported that it could wait for.
        if inotify_rm_watch(notifier.rawValue, watch) == 0 { removals += 1 }
    }
}
