/// Loads handlers and runs their calls. Load, start and stop on the main thread; calls run on pool threads; cancelling on
/// any.
///
/// The way of a call: a completion worker makes a `HandlerCall` and submits it to the pool; a pool thread runs it, which
/// gives it a token and calls the plugin; the plugin answers with that token, at once or later; whoever brings the answer
/// takes the call out of `PendingCalls`, so that there is one, and tells its `HandlerClient`.

internal import CHandlerABI
internal import Platform

/// The home of the plugins.
package final class HandlerHost: Sendable {
    private let services: any HandlerServices
    private let calls: PendingCalls
    private let loaded = Monitor<[LoadedHandler]>([])

    /// - Parameters:
    ///   - services: what the handlers' callbacks use.
    ///   - callsMax: how many calls may be open, given to a handler and not ended.
    package init(services: any HandlerServices, callsMax: Int) {
        self.services = services
        calls = PendingCalls(callsMax: callsMax)
    }

    /// The handlers, in the order in which they were loaded.
    package var handlers: [LoadedHandler] { loaded.withLock { $0 } }

    /// Loads a library and reads its manifest; starts nothing.
    ///
    /// - Parameters:
    ///   - name: the handler's, which its manifest must have too.
    ///   - path: of its library, `lib<name>.so`.
    /// - Returns: the handler, whose routes and migrations are known now.
    /// - Throws: what is wrong with the file. It stays loaded even then.
    @discardableResult
    package func load(name: String, path: String) throws(HandlerLoadError) -> LoadedHandler {
        let table = try unsafe HandlerLibrary.open(path)
        return try unsafe add(table, name: name, path: path)
    }

    /// Loads a library, and tells what its handler would answer and which tables it would make; it is not added to any
    /// host.
    ///
    /// - Throws: what is wrong with the file. It stays loaded in any case.
    package static func manifest(
        ofLibrary path: String,
        name: String
    ) throws(HandlerLoadError) -> (routes: [HandlerRoute], migrations: [String]) {
        let table = try unsafe HandlerLibrary.open(path)
        let manifest = try unsafe HandlerManifest(checking: table, name: name, path: path)
        return (manifest.routes, manifest.migrations)
    }

    /// The part of `load` that takes what the entry point returned.
    ///
    /// Tests bring their own tables.
    @unsafe
    func add(
        _ table: UnsafePointer<ringport_handler>,
        name: String,
        path: String
    ) throws(HandlerLoadError) -> LoadedHandler {
        let manifest = try unsafe HandlerManifest(checking: table, name: name, path: path)
        guard !handlers.contains(where: { $0.name == name }) else { throw .nameTaken(path: path, name: name) }
        let handler = unsafe LoadedHandler(
            manifest: manifest,
            table: table.pointee,
            calls: calls,
            services: services
        )
        loaded.withLock { $0.append(handler) }
        return handler
    }

    /// Starts every handler, in the order of loading.
    ///
    /// The database is migrated by then.
    ///
    /// - Throws: `notStarted` for the first that does not; those before it are stopped again by `stop`.
    package func start() throws(HandlerLoadError) {
        for handler in handlers { try handler.start() }
    }

    /// Stops waiting for a call: its deadline has come, or its connection has gone.
    ///
    /// - Returns: true when the call will not be finished, and it is the caller's to answer it; false when it has been
    ///   finished, or is just being.
    package func cancel(_ call: HandlerCall) -> Bool {
        guard calls.cancel(call) else { return false }
        // Reading the token needs no lock any more: a call that was cancelled gets none.
        if call.token == 0 { call.discard() }
        return true
    }

    /// Takes back a call that has not begun, and its memory.
    ///
    /// - Returns: true when it will not be run, and it is the caller's to answer it; false when it has begun, or has ended.
    package func withdraw(_ call: HandlerCall) -> Bool {
        guard calls.withdraw(call) else { return false }
        call.discard()
        return true
    }

    /// Ends what is still open and stops the handlers, the last loaded first.
    ///
    /// No call runs and none comes: the pool has stopped.
    package func stop() {
        for call in calls.cancelAll() { call.finish(.failed(.stopped)) }
        for handler in handlers.reversed() { handler.stop() }
    }

    /// The counts of this moment.
    package var statistics: HandlerStatistics { calls.statistics }
}
