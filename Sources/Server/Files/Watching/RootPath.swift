/// The path that leads to a served folder, and how the worker knows where it leads. A value; the worker that owns it.

internal import Glibc
internal import Platform

struct RootPath {
    let text: String
    /// False where the folder is on a file system whose changes the kernel does not report.
    var reportsChanges = true
    /// The turn of the worker in which the path was last followed, where nothing reports that it leads elsewhere.
    var followedAt: UInt64 = 0
    /// True when a pool thread is to look where the path leads.
    var isLookWanted = false
    /// The folder that it led to when a pool thread began to look; `nil` while none does.
    var lookedFrom: Descriptor.Shared?
    /// The time at which the last one began.
    var lookedAt = Instant(nanoseconds: 0)
    /// `nil` while the path leads to a folder.
    var absence: Absence?

    /// A time in which the path leads nowhere.
    struct Absence {
        let since: Instant
        /// The kernel's reason, until it is said.
        var unsaid: SystemError?
        /// True when no event tells of its end.
        var isUnreported: Bool
    }

    /// True while the path could not be followed for a reason that passes unreported: it is followed again and again, and
    /// nothing of the folder that was there is kept.
    var isUnsettled: Bool { absence?.isUnreported == true }

    init(_ folder: SiteFolder) {
        text = folder.path
    }

    /// The path was found to lead nowhere, or could not be followed.
    mutating func missing(since now: Instant, _ reason: SystemError) {
        absence = absence ?? Absence(since: now, unsaid: reason, isUnreported: false)
        absence?.isUnreported = !Self.isOfNames(reason.code)
    }

    /// True when a change of the path's names ends what made an open fail.
    ///
    /// Anything else is of the moment: no descriptor or memory to be had (EMFILE, ENFILE, ENOMEM), a signal (EINTR), a file
    /// system that does not answer (EIO, ESTALE).
    private static func isOfNames(_ code: Int32) -> Bool {
        [ENOENT, ENOTDIR, ELOOP, EACCES, ENAMETOOLONG].contains(code)
    }

    /// Until when a folder is expected at the path; `nil` when there is one.
    func absenceEnd(_ limits: Limits) -> Instant? { absence?.since.advanced(by: limits.siteAbsenceDuration) }
}
