/// Coded variants of files: each made once for all workers, on the pool, and kept within bounds.
///
/// Workers ask; a pool thread reads the file again, since nothing of this process may touch a worker's mapping, and codes
/// it; every worker that has asked meanwhile is posted the result.

internal import Compression
internal import CompletionPort
internal import HandlerPool
internal import HTTP
internal import Platform

/// Which content is coded, and how.
struct VariantSource: Hashable, Sendable {
    /// The index of the folder that is served, and the file's path in it.
    let folder: Int
    let path: [UInt8]
    let coding: ContentCoding
    let content: FileContent
}

final class VariantMaker: Sendable {
    /// What comes of asking.
    enum Answer {
        /// It is there; `nil` when coding does not make the file smaller.
        case made(SharedBytes?)
        /// The worker will be told.
        case pending
        /// Too much is asked at the moment.
        case refused
        /// The file is not what it was.
        case outdated
    }

    private struct Asker {
        let posts: PostQueue<WorkerMessage>
        let key: CompletionKey
    }

    private struct Kept {
        let bytes: SharedBytes?
        var lastUse: UInt64
    }

    private struct State {
        var sizeMax: Int
        var kept: [VariantSource: Kept] = [:]
        var size = 0
        var uses: UInt64 = 0
        var askers: [VariantSource: [Asker]] = [:]
    }

    private let lane: PoolLane
    private let state: Monitor<State>

    private static let keptCountMax = 8192

    /// - Parameters:
    ///   - lane: where variants are made.
    ///   - sizeMax: bytes of variants to keep.
    init(lane: PoolLane, sizeMax: Int) {
        self.lane = lane
        state = Monitor(State(sizeMax: sizeMax))
    }

    /// Bytes of variants that are kept at most.
    var sizeMax: Int { state.withLock { $0.sizeMax } }

    /// Keeps as many bytes of variants from here on; with fewer than before some are dropped when the next one comes.
    func keep(atMost sizeMax: Int) {
        state.withLock { $0.sizeMax = sizeMax }
    }

    /// Asks for a variant; the lock is held for a look into a table.
    ///
    /// - Parameters:
    ///   - source: what is to be coded.
    ///   - folder: where the source's path begins.
    ///   - posts: where the result is posted, as `variantMade`.
    ///   - key: what it is posted with.
    /// - Returns: the variant, or that its result will be posted, or not.
    func request(
        _ source: VariantSource,
        beneath folder: Descriptor.Shared,
        _ posts: PostQueue<WorkerMessage>,
        _ key: CompletionKey
    ) -> Answer {
        var isFirst = false
        let answer = state.withLock { state -> Answer in
            state.uses += 1
            if let kept = state.kept[source] {
                state.kept[source]?.lastUse = state.uses
                return .made(kept.bytes)
            }
            let asker = Asker(posts: posts, key: key)
            if state.askers[source] != nil {
                state.askers[source]?.append(asker)
                return .pending
            }
            state.askers[source] = [asker]
            isFirst = true
            return .pending
        }
        // The lane is full, or stops: those who have asked ask again with another request.
        if isFirst, !lane.submit(VariantJob(source, beneath: folder, maker: self)) { finished(source, .refused) }
        return answer
    }

    /// A file has been coded, or could not be.
    ///
    /// On a pool thread, or where it was asked for.
    fileprivate func finished(_ source: VariantSource, _ answer: Answer) {
        let askers = state.withLock { state -> [Asker] in
            if case .made(let bytes) = answer { keep(bytes, source, &state) }
            return state.askers.removeValue(forKey: source) ?? []
        }
        for asker in askers { asker.posts.post(.variantMade(asker.key, answer)) }
    }

    /// Keeps a variant, and drops those that were not asked for lately until all fit.
    private func keep(_ bytes: SharedBytes?, _ source: VariantSource, _ state: inout State) {
        state.kept[source] = Kept(bytes: bytes, lastUse: state.uses)
        state.size += bytes?.count ?? 0
        guard state.size > state.sizeMax || state.kept.count > Self.keptCountMax else { return }
        // A part more than must go: workers wait for the lock, so that this is not done for each newcomer.
        let oldest = state.kept.map { (source: $0.key, lastUse: $0.value.lastUse) }.sorted { $0.lastUse < $1.lastUse }
        for (source, _) in oldest {
            guard state.size > state.sizeMax / 8 * 7 || state.kept.count > Self.keptCountMax / 8 * 7 else { return }
            state.size -= state.kept.removeValue(forKey: source)?.bytes?.count ?? 0
        }
    }
}

/// Codes one file, on a pool thread.
private final class VariantJob: PoolJob {
    let source: VariantSource
    private let folder: Descriptor.Shared
    private let maker: VariantMaker

    init(_ source: VariantSource, beneath folder: Descriptor.Shared, maker: VariantMaker) {
        self.source = source
        self.folder = folder
        self.maker = maker
    }

    func run() {
        guard let bytes = source.content.read(source.path, beneath: folder.rawValue) else {
            // It is another file by now, or none: nobody will ask for this variant again.
            return maker.finished(source, .outdated)
        }
        do throws(CompressionError) {
            let coded = try Compressor.compress(bytes, source.coding)
            // Decoding costs the client something too: a variant that is hardly smaller is not worth it.
            let isWorthIt = coded.count < bytes.count - bytes.count / 20
            maker.finished(source, .made(isWorthIt ? SharedBytes(coded) : nil))
        } catch {
            maker.finished(source, .made(nil))
        }
    }
}
