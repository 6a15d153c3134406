/// A site from one reload to the next, as a worker answers by it. The worker that owns it.

internal import FileLog
internal import Platform
internal import Synchronization

/// The rules of all sites and the folders that they are about.
///
/// A request holds the version that it began with, and so does a file that is loaded for one: indexes of policies, realms and
/// folders are of that version, whatever has been reloaded meanwhile. The version ends with the last that holds it.
final class SiteVersion {
    let site: Site
    /// The folders by the index that policies have.
    ///
    /// The worker exchanges one when its path leads elsewhere, as long as the version is the current one. Entries that are being
    /// loaded hold the folder that they are looked for in.
    var roots: [Descriptor.Shared]

    init(_ site: Site, roots: [Descriptor.Shared]) {
        self.site = site
        self.roots = roots
    }
}

/// The workers that do not answer by a new configuration yet; the last one to follow says that the reload is complete.
final class ReloadProgress: Sendable {
    private let remaining: Atomic<Int>
    private let log: FileLog

    init(workers: Int, _ log: FileLog) {
        remaining = Atomic(workers)
        self.log = log
    }

    /// On the worker.
    func workerFollowed() {
        if remaining.subtract(1, ordering: .relaxed).newValue == 0 {
            log.error(.notice, "reloaded: new requests are answered by the configuration as it is now")
        }
    }
}
