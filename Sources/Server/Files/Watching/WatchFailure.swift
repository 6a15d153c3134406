/// The reason for which a worker can't watch the sites, in words that say what to do. A value; any thread.

internal import Platform

enum WatchFailure: Error, CustomStringConvertible {
    /// There is no inotify descriptor to be had.
    case noInstance(SystemError)
    /// Mounts can't be watched.
    case noMounts(SystemError)

    var description: String {
        switch self {
        case .noInstance(let error):
            "\(error); raise the limit with: sysctl fs.inotify.max_user_instances=1024"
        case .noMounts(let error): "\(error); mount proc on /proc"
        }
    }

    /// A line for whoever has started the server.
    ///
    /// - Parameters:
    ///   - failures: those of the workers that have one.
    ///   - workers: all of them.
    /// - Returns: `nil` when no worker has one.
    static func notice(_ failures: [WatchFailure], workers: Int) -> String? {
        guard let failure = failures.first else { return nil }
        return "\(failures.count) of \(workers) workers keep no files in memory and read them for each request, "
            + "as changes can't be watched: \(failure), and then reload with SIGHUP"
    }
}
