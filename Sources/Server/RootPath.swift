/// The path that leads to a served folder, and how the worker knows where it leads. A value; the worker that owns it.

internal import Platform

struct RootPath {
    let text: String
    /// False where the folder is on a file system whose changes the kernel does not report.
    var isReported = true
    /// The turn of the worker in which the path was last followed, where nothing reports that it leads elsewhere.
    var followedAt: UInt64 = 0
    /// `nil` while the path leads to a folder.
    var absence: Absence?

    /// A time in which the path leads nowhere.
    struct Absence {
        let since: Instant
        /// The kernel's reason, until it is said.
        var unsaid: SystemError?
    }

    init(_ folder: SiteFolder) {
        text = folder.path
    }

    /// The path was found to lead nowhere.
    mutating func missing(since now: Instant, _ reason: SystemError) {
        absence = absence ?? Absence(since: now, unsaid: reason)
    }

    /// Until when a folder is expected at the path; `nil` when there is one.
    func absenceEnd(_ limits: Limits) -> Instant? { absence?.since.advanced(by: limits.siteAbsenceDuration) }
}
