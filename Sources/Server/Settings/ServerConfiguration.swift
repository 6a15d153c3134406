/// The configuration of a server before it starts. Pure values; any thread.

package import CompletionPort
internal import Glibc
package import HandlerPool
internal import Platform
package import Store

/// Everything that can be chosen about a server.
package struct ServerConfiguration: Sendable {
    /// The site: the folder that holds `www/`, `handlers/`, `db/` and `logs/`.
    package var root: String
    package var listen: [ListenAddress]
    package var listenRules = ListenRules()
    /// Completion workers.
    package var workers: Int
    /// The engine of their ports.
    package var engine = EngineWish.automatic
    /// The path of the status socket.
    ///
    /// Empty for none; `nil` for the first of the usual places that can be had.
    package var status: String?
    /// The proxies before the server.
    package var proxies = ProxyRules()
    package var limits = Limits()
    package var deadlines = Deadlines()
    package var pool = PoolLimits()
    package var store = StoreLimits()
    /// The folder of the database and of uploaded files, in which the site's lock is.
    package var storeFolder = "db"
    package var uploads = UploadRules()
    /// The rules by which the site answers, and each virtual host.
    package var rules = SiteRules()
    package var hosts: [HostRules] = []
    package var compression = CompressionRules()
    package var mediaTypes = MediaTypeRules()
    /// Names of handlers to use.
    ///
    /// `nil`: the forms handler, and every library in the site's `handlers/`.
    package var handlers: [String]?
    /// Folders in which handler libraries are looked up after the site's own.
    package var handlerFolders: [String]
    /// The places of the logs.
    package var log = LogRules()
    /// A line for each completion.
    package var traces = false

    package init(root: String, listen: [ListenAddress], workers: Int, handlerFolders: [String]) {
        self.root = root
        self.listen = listen
        self.workers = workers
        self.handlerFolders = handlerFolders
    }

    /// Bytes of configured fields that leave an output block room for two answers.
    static let fieldsSizeMax = 8192

    /// Sentences about settings that are against each other, by the names of the configuration's keys.
    package var contradictions: [String] {
        var found: [String] = []
        func note(_ sentence: String, _ isSo: Bool) { if isSo, !found.contains(sentence) { found.append(sentence) } }
        note("pool.threads_max is below pool.threads_min", pool.threadsMax < pool.threadsMin)
        note("pool.queue_max is below pool.threads_max", pool.queueMax < pool.threadsMax)
        note(
            "limits.bodies_size_max is below limits.body_size_max",
            limits.bodySizeMax > limits.bodiesSizeMax
        )
        note(
            "limits.request_line_size_max is above limits.head_size_max",
            limits.requestLineSizeMax > limits.headSizeMax
        )
        note("limits.heads_size_max is below twice limits.head_size_max", limits.headsSizeMax < 2 * limits.headSizeMax)
        note("limits.receive_buffer_count is no power of two", limits.receiveBufferCount.nonzeroBitCount != 1)
        note("limits.packets_max is below twice limits.submissions_max", limits.packetsMax < 2 * limits.submissionsMax)
        note(
            "the fields of an answer have more than \(Self.fieldsSizeMax) bytes",
            fieldsSizeMax > Self.fieldsSizeMax
        )
        for rules in [rules] + hosts.map(\.rules) {
            note("files.index is empty; name a file that need not be there", rules.files.index.isEmpty)
            note(
                "cors.credentials needs origins that are named, not \"*\": any page could read what is its user's",
                rules.crossOrigin.credentials && rules.crossOrigin.origins.contains("*")
            )
        }
        note(
            "server.status is a socket of server.listen",
            status.map { status in !status.isEmpty && listenPaths.contains(.unix(path(status))) } ?? false
        )
        note("limits.exchanges_max is below limits.pipelined_max", limits.exchangesMax < limits.pipelinedMax)
        return found
    }

    /// Bytes that the configured fields of an answer take at most.
    var fieldsSizeMax: Int {
        ([rules] + hosts.map(\.rules)).map(\.fieldsSizeMax).max() ?? 0
    }

    /// A path of the configuration: relative to the site's root, or absolute.
    func path(_ name: String) -> String { name.hasPrefix("/") ? name : root + "/" + name }

    /// True when guards are asked by names of files that only the kernel tells.
    var needsNamesOfFiles: Bool {
        let sites = [rules] + hosts.map(\.rules)
        guard sites.contains(where: { !$0.protections.isEmpty }) else { return false }
        return sites.contains { $0.files.symlinks != .refuse } || Set(sites.map { path($0.files.www) }).count > 1
    }

    /// The text of the media types' table; empty where there is none.
    func systemTypes() throws(StartError) -> [UInt8] {
        guard !mediaTypes.file.isEmpty else { return [] }
        let path = path(mediaTypes.file)
        do throws(SmallFileError) {
            return try SmallFile.read(path, sizeMax: Limits.configuredFileSizeMax)
        } catch .system(ENOENT) {
            return []
        } catch {
            throw .mediaTypes("read \(path): \(error)")
        }
    }

    /// The addresses with the whole paths of Unix sockets.
    package var listenPaths: [ListenAddress] {
        listen.map { if case .unix(let name) = $0 { .unix(path(name)) } else { $0 } }
    }

    var logsPath: String { path(log.folder) }
    package var accessLogPath: String { logsPath + "/access.log" }
    package var databasePath: String { path(storeFolder) + "/ringport.db" }
    var migrationsPath: String { root + "/db/migrations" }
    package var uploadsPath: String { path(storeFolder) + "/uploads" }
    var siteHandlersPath: String { root + "/handlers" }
}
