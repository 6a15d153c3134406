/// A look at where the path of a served folder leads, on a file system that may not answer. A pool thread.

internal import CompletionPort
internal import CPlatform
internal import HandlerPool
internal import Platform

/// Opens a folder where an open(2) may wait for another machine or program, as a worker must not.
final class RootLookup: PoolJob {
    /// The end of a path.
    enum Outcome: Sendable {
        /// The folder that was there before.
        case same
        case other(Descriptor.Shared, reportsChanges: Bool)
        case missing(StartError)
    }

    private let path: String
    private let root: Int
    private let old: Descriptor.Shared
    private let posts: PostQueue<WorkerMessage>

    /// - Parameters:
    ///   - path: the path that leads to the folder.
    ///   - root: the folder's index.
    ///   - old: the folder that it led to so far.
    ///   - posts: the queue of the worker that wants to know.
    init(_ path: String, of root: Int, from old: Descriptor.Shared, _ posts: PostQueue<WorkerMessage>) {
        self.path = path
        self.root = root
        self.old = old
        self.posts = posts
    }

    var jobOwner: JobOwner { .rootLookups }

    func run() { posts.post(.rootLookedUp(root, from: old, look())) }

    private func look() -> Outcome {
        do throws(StartError) {
            let folder = Descriptor.Shared(try SiteFolders.open(path))
            guard !SiteFolders.isSame(folder, old) else { return .same }
            return .other(folder, reportsChanges: ringport_reports_changes(folder.rawValue) != 0)
        } catch {
            return .missing(error)
        }
    }
}
