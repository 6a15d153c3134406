/// The server as a whole: what it is made of, and the order in which that starts and stops. The main thread.
///
/// The life of a request is told by eight files in this order: Server → CompletionWorker → ConnectionState →
/// RequestParser → Router → StaticFile or HandlerDispatch → ResponseEncoder → LogRecord.
///
/// Next: CompletionWorker.swift

package import CompletionPort
internal import CPlatform
internal import FileLog
internal import Glibc
internal import HandlerHost
internal import HandlerPool
internal import HTTP
package import Platform
internal import Store

package final class Server {
    /// The configuration that holds; a reload changes it.
    var configuration: ServerConfiguration
    let log: FileLog
    private let store: Store
    private let pool: HandlerPool
    private let host: HandlerHost
    /// The site by which new requests are answered; `nil` before there are workers.
    var site: Site?
    /// Coding a file takes a processor: one at a time, however many threads the pool has.
    private let compression: PoolLane
    private let passwords: PasswordDesk
    /// Reading folders for lists: a disk or another machine that does not answer holds up few threads.
    private let folderReadings: PoolLane
    private var listeners: ListenerTable
    /// True when nobody waits for clients any longer.
    private let hasHurry = Monitor(false)
    private(set) var workers: [WorkerHandle] = []
    private var threads: [NamedThread] = []
    private(set) var watchdog: Watchdog?
    private let status: StatusSocket?
    /// True once the server has begun to stop.
    private let isStopping = Monitor(false)
    /// False when lines of the logs could not be written at the stop, which standard error has been told.
    package private(set) var isLogComplete = true

    /// The addresses that are listened on, with the ports that the kernel chose.
    package var addresses: [ListenAddress] { listeners.addresses }

    /// The engine of the workers' ports, and why it is that one.
    package let engine: EngineChoice

    /// Connections that all workers may have.
    package private(set) var connectionsMax = 0

    /// Lines for whoever has started the server: what it does without, and which SQLite it runs with.
    package var warnings: [String] { startNotices.withLock { $0 } }
    private let startNotices: Monitor<[String]>

    // MARK: Starting

    /// Opens and starts everything; when it returns, requests are answered.
    ///
    /// What can be refused without leaving a trace comes first: the port, the site, the addresses. Then files are made.
    ///
    /// - Parameters:
    ///   - configuration: what holds.
    ///   - onFailure: called once, on another thread, when the database turns out unusable after the start had gone on
    ///     without it, as another process had its lock: the server is to be stopped.
    /// - Throws: what is wrong, where, and what to do about it. Nothing runs then.
    package init(
        _ configuration: ServerConfiguration,
        onFailure: @escaping @Sendable (StartError) -> Void
    ) throws(StartError) {
        var configuration = configuration
        // Configured fields are part of every head.
        configuration.limits.responseHeadSizeMax += configuration.fieldsSizeMax
        configuration.limits.assertRelations()
        self.configuration = configuration
        let portLimits = configuration.limits.port(usesDirectSockets: false)
        do { engine = try EngineChoice.find(configuration.engine, portLimits) } catch { throw .port(error) }
        let folders = try SiteFolders(configuration)
        try configuration.checkStorePlacement()
        try configuration.checkLogPlacement()
        let listeners = try ListenerTable(
            configuration.listenPaths,
            configuration.listenRules,
            configuration.limits
        )
        let log: FileLog
        let startNotices = Monitor<[String]>([])
        do throws(SystemError) {
            log = try FileLog(
                directory: configuration.logsPath,
                workers: configuration.workers,
                reasonNames: Reason.names,
                limits: configuration.uploads.logLimits,
                access: configuration.log.access.destination,
                error: configuration.log.error.destination
            )
            let notices = try log.start()
            startNotices.withLock { $0 += notices.map(\.description) }
        } catch {
            listeners.removeFiles()
            throw .system(error)
        }
        self.startNotices = startNotices
        status = Self.statusSocket(configuration, log, startNotices)
        // The holder of the site's lock may be a server that drains.
        configuration.store.lockDuration = max(configuration.deadlines.drain, .milliseconds(100))
        let store = Store(
            path: configuration.databasePath,
            migrationsFolder: configuration.migrationsPath,
            limits: configuration.store,
            notify: { notice in
                log.error(notice.isWarning ? .warning : .notice, "\(notice)")
                if notice.isForTheStart { startNotices.withLock { $0.append("\(notice)") } }
                if case .failed(let error) = notice { onFailure(.store(error)) }
            },
            settling: uploadSettling(configuration.uploadsPath, log)
        )
        let pool = HandlerPool(limits: configuration.pool, processors: processorCount())
        let services = StoreServices(database: store, files: log, pool: pool, configuration)
        host = HandlerHost(services: services, callsMax: configuration.limits.callsMax)
        compression = PoolLane(pool: pool, owner: .variants, runningMax: 1, queueMax: 1024)
        passwords = PasswordDesk(processors: processorCount(), configuration.limits)
        folderReadings = PoolLane(pool: pool, owner: .folderReadings, runningMax: 2, queueMax: 256)
        self.listeners = listeners
        self.log = log
        self.store = store
        self.pool = pool
        do {
            try startRest(folders)
        } catch {
            stop(deadline: .now)
            throw error
        }
    }

    private func startRest(_ folders: SiteFolders) throws(StartError) {
        let (router, handlers) = try loadHandlers()
        do { try store.start() } catch { throw .store(error) }
        do {
            try pool.start()
            if !folders.realms.isEmpty { try passwords.start() }
        } catch { throw .system(error) }
        do { try host.start() } catch { throw .handler(error) }
        let own = configuration.workers * DescriptorBudget.perWorker(folders: folders.open.count)
        let descriptors = DescriptorBudget(
            limit: descriptorLimit(),
            open: openDescriptorCount() + own,
            looks: configuration.workers * listeners.descriptors.count
        )
        connectionsMax = configuration.limits.connectionsMax * configuration.workers
        if !engine.hasSocketTables {
            connectionsMax = min(connectionsMax, descriptors.max)
            guard descriptors.max > 0 else {
                throw .system(SystemError(EMFILE, "keep a descriptor for a client (ulimit -n)"))
            }
        }
        let site = Site(
            limits: configuration.limits,
            engine: engine.engine,
            allowances: Allowances(configuration.deadlines, bodyRateMin: configuration.limits.bodyRateMin),
            headLimits: HeadLimits(configuration.limits),
            hosts: folders.hosts,
            proxies: TrustedProxies(configuration.proxies),
            realms: folders.realms,
            passwords: passwords,
            codings: CodingPolicy(configuration.compression),
            variants: VariantMaker(lane: compression, sizeMax: configuration.compression.cacheSizeMax),
            folderReader: FolderReader(lane: folderReadings),
            mediaTypes: MediaTypes(own: configuration.mediaTypes.types, system: systemTypes()),
            router: router,
            thanks: ThanksPage(handlers: handlers.map(\.name)),
            dispatch: HandlerDispatch(host: host, pool: pool, handlers: handlers),
            traces: configuration.traces,
            logsAccess: configuration.log.access != .off,
            descriptors: descriptors,
            untrustedPeers: UntrustedPeers(),
            usesDirectSockets: configuration.limits.connectionsMax * configuration.workers > descriptors.socketsMax
        )
        self.site = site
        try startWorkers(site, folders.open)
        startStatus()
    }

    /// Answers whoever asks how the server does.
    private func startStatus() {
        guard let status else { return }
        let isStopping = isStopping
        let source = StatusSource(
            version: Release.version,
            engine: engine,
            addresses: addresses.map(\.readyText),
            connectionsMax: connectionsMax,
            startedWall: ringport_realtime_nanoseconds(),
            started: .now,
            isDraining: { isStopping.withLock { $0 } },
            workers: workers,
            watchdog: watchdog,
            host: host,
            pool: pool,
            store: store,
            log: log
        )
        status.start { source.report() }
    }

    /// The system's table of media types; the built-in table does where that can't be read.
    private func systemTypes() -> [UInt8] {
        do {
            return try configuration.systemTypes()
        } catch {
            log.error(.warning, "\(error)")
            return []
        }
    }

    /// Loads the libraries and makes a route table of what they want.
    private func loadHandlers() throws(StartError) -> (Router, [LoadedHandler]) {
        let finder = HandlerFinder(siteFolder: configuration.siteHandlersPath, folders: configuration.handlerFolders)
        var routes: [Route] = []
        var handlers: [LoadedHandler] = []
        for name in configuration.handlers ?? finder.defaultNames() {
            guard let path = finder.library(name) else {
                throw .handlerNotFound(
                    name: name,
                    folders: [configuration.siteHandlersPath] + configuration.handlerFolders
                )
            }
            let handler: LoadedHandler
            do { handler = try host.load(name: name, path: path) } catch { throw .handler(error) }
            for route in handler.routes { routes.append(try Route(route, of: name, handler: handlers.count)) }
            handlers.append(handler)
            do {
                try store.register(.handler(name: name, statements: handler.migrations))
            } catch { throw .store(error) }
        }
        if !handlers.isEmpty {
            do { try store.register(.uploads) } catch { throw .store(error) }
        }
        return (Router(routes: routes), handlers)
    }

    /// Starts one worker for each processor, or as many as were asked for.
    private func startWorkers(_ site: Site, _ folders: [SiteFolder]) throws(StartError) {
        do {
            let stallDuration = configuration.limits.stallDuration
            for _ in 0..<configuration.workers { workers.append(try WorkerHandle(stallDuration: stallDuration)) }
            watchdog = try Watchdog(workers, stallDuration: stallDuration, log: log)
        } catch { throw .system(error) }
        let peers = workers
        passwords.serve(peers.map(\.posts))
        let log = log
        let sockets = listeners.descriptors
        for index in peers.indices {
            // The worker opens them anew when they are others; nobody else keeps the old ones then.
            let folders = Monitor(folders)
            let ring = log.ring(forWorker: index)
            do {
                threads.append(
                    try NamedThread(name: "worker-\(index)") {
                        runWorker(index, site, peers, ring, log, folders, sockets)
                    }
                )
            } catch { throw .system(error) }
        }
        for worker in workers { try worker.waitUntilStarted() }
        if let notice = WatchFailure.notice(workers.compactMap(\.watchFailure), workers: workers.count) {
            log.error(.warning, notice)
            startNotices.withLock { $0.append(notice) }
        }
    }

    // MARK: Running

    /// Opens the log files anew (SIGUSR1), after they were renamed.
    package func reopenLogs() {
        log.reopen()
    }

    // MARK: Stopping

    /// Any thread may call this while the server stops, so that it waits for no client any longer (a second signal).
    package var hurry: @Sendable () -> Void {
        let workers = workers
        let hasHurry = hasHurry
        let log = log
        return {
            hasHurry.withLock { $0 = true }
            hasHurry.broadcast()
            for worker in workers { worker.giveUpDraining() }
            log.hurry()
        }
    }

    /// Stops in order: no new connections, answers to what was asked, workers, pool, database, handlers, log.
    ///
    /// - Parameter deadline: until when what is under way may take.
    /// - Returns: false when something had to be cut off.
    @discardableResult
    package func stop(deadline: Instant) -> Bool {
        isStopping.withLock { $0 = true }
        // Whoever is in time is answered; then the addresses are free for a server that starts now.
        listeners.beginClosing()
        for worker in workers.prefix(threads.count) { worker.posts.post(.drain) }
        var isClean = listeners.close(deadline: deadline, hasHurry)
        // A worker without a client ends in a moment, however late the sockets were shut.
        var deadline = max(deadline, Instant.now.advanced(by: .milliseconds(100)))
        for worker in workers.prefix(threads.count) where !worker.waitUntilDrained(deadline) { deadline = .now }
        for worker in workers.prefix(threads.count) { worker.posts.post(.stop) }
        for thread in threads { thread.join() }
        // A client that dawdles over its request's head, or over the end of its connection, loses no answer by that.
        for worker in workers.prefix(threads.count) where worker.hasCutOff { isClean = false }
        threads.removeAll()
        watchdog?.stop()
        watchdog = nil
        compression.stop()
        passwords.stop(deadline: Instant.now.advanced(by: .milliseconds(100)))
        folderReadings.stop()
        let report = pool.stop(deadline: max(deadline, Instant.now.advanced(by: .milliseconds(100))))
        for stuck in report.stuck {
            isClean = false
            log.error(.error, "stopping without \(stuck.thread): its handler still runs after \(stuck.runningFor)")
        }
        store.stop()
        // A handler that still runs may call the host at any time: then the handlers are left as they are.
        if report.stuck.isEmpty { host.stop() }
        status?.stop()
        isLogComplete = log.stop(deadline: max(deadline, Instant.now.advanced(by: .milliseconds(100))))
        return isClean
    }
}

/// Ends what an earlier process has left in the folder of uploads, and says so.
///
/// The store writer.
private func uploadSettling(_ path: String, _ log: FileLog) -> UploadNotes.Settling {
    { noted, isSameDatabase in
        do throws(SystemError) {
            let outcome = try UploadSweep.run(path, noted: noted, isSameDatabase: isSameDatabase)
            if outcome.kept + outcome.removed > 0 { log.error(.notice, "\(path): \(outcome)") }
            return true
        } catch {
            log.error(.warning, "\(error); what a killed server has left there stays until the next start")
            return false
        }
    }
}

/// A completion worker's thread: makes the worker here, since its port belongs to this thread, and runs it.
private func runWorker(
    _ index: Int,
    _ site: Site,
    _ peers: [WorkerHandle],
    _ ring: AccessRing,
    _ log: FileLog,
    _ folders: Monitor<[SiteFolder]>,
    _ listeners: [Int32]
) {
    let worker: CompletionWorker
    do throws(StartError) {
        worker = try CompletionWorker(
            index: index,
            site: site,
            folders: folders.withLock { exchange(&$0, with: []) },
            peers: peers,
            log: ring,
            errors: log,
            listeners: listeners
        )
    } catch {
        return peers[index].report(.failed(error))
    }
    peers[index].report(.running)
    peers[index].report(.ended(isClean: worker.run()))
}

extension Route {
    /// A handler's route as the router has it.
    ///
    /// - Throws: `handlerMethod` for a method that the server would never hand over.
    init(_ route: HandlerRoute, of name: String, handler: Int) throws(StartError) {
        var methods: UInt16 = 0
        for wanted in route.methods {
            guard let method = Method.allCases.first(where: { "\($0.name)" == wanted && $0 != .other }) else {
                throw .handlerMethod(name: name, path: route.path, method: wanted)
            }
            methods |= Router.bit(method)
        }
        self.init(
            methods: methods,
            path: Array((route.isPrefix ? route.path + "/" : route.path).utf8),
            isPrefix: route.isPrefix,
            handler: handler
        )
    }
}
