/// A handler that has been loaded: its manifest, its functions, and its side of the host. Loaded, started and stopped on
/// the main thread; calls run on pool threads.

internal import CHandlerABI

/// One plugin in the process, which stays there until the process ends.
@safe
package final class LoadedHandler: @unchecked Sendable {
    // Sendable: constant after `init`, except `instance`, which is set before the first call and cleared after the last;
    // the server starts its workers after `start` and stops them before `stop`.

    private let manifest: HandlerManifest
    private let table: ringport_handler
    private var instance: UnsafeMutableRawPointer?
    private var isStarted = false
    /// What the handler calls; allocated for the life of the process, as the library is.
    private let host: UnsafeMutablePointer<ringport_host>
    let calls: PendingCalls
    let services: any HandlerServices
    let texts = SQLTexts()

    /// - Parameters:
    ///   - manifest: that of `table`.
    ///   - table: checked.
    ///   - calls: the host's table.
    ///   - services: what the callbacks use.
    init(manifest: HandlerManifest, table: ringport_handler, calls: PendingCalls, services: any HandlerServices) {
        self.manifest = manifest
        unsafe self.table = unsafe table
        self.calls = calls
        self.services = services
        unsafe host = .allocate(capacity: 1)
        // Retained for the life of the process: the library may call as long as it is there, which is always.
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        unsafe host.initialize(to: Self.callbacks(context: context))
    }

    package var name: String { manifest.name }
    package var version: String { manifest.version }
    package var routes: [HandlerRoute] { manifest.routes }
    /// SQL texts, in order.
    package var migrations: [String] { manifest.migrations }

    func start() throws(HandlerLoadError) {
        precondition(!isStarted, "a handler is started once")
        var instance: UnsafeMutableRawPointer?
        guard let start = unsafe table.start, unsafe start(table.context, host, &instance) == Self.ok else {
            throw .notStarted(name: name)
        }
        unsafe self.instance = unsafe instance
        isStarted = true
    }

    func stop() {
        guard isStarted else { return }
        isStarted = false
        if let stop = unsafe table.stop { unsafe stop(instance) }
    }

    /// Runs a call and acts on what `handle` returns.
    ///
    /// Pool threads; may block.
    func run(_ call: HandlerCall) {
        switch calls.open(call) {
        case .opened(let token): run(call, token: token)
        case .cancelled: return
        case .full: call.finish(.failed(.tooManyCalls))
        }
    }

    private func run(_ call: HandlerCall, token: ringport_token) {
        guard let handle = unsafe table.handle else { preconditionFailure("handle is checked when loading") }
        let answer = unsafe call.withRequest { unsafe handle(instance, $0, token) }
        switch UInt32(bitPattern: answer) {
        case UInt32(RINGPORT_PENDING): return
        case UInt32(RINGPORT_DECLINED): calls.takeIfOpen(token)?.finish(.declined)
        case UInt32(RINGPORT_FAILED): calls.takeIfOpen(token)?.finish(.failed(.handlerFailed))
        default:
            // DONE, mostly: `respond` has taken the call out already.
            guard let call = calls.takeIfOpen(token) else { return }
            log(.error, "handle returned \(answer) for a request that it had not answered")
            call.finish(.failed(.noResponse))
        }
    }

    /// Ends a call that has not begun and will not be run, if somebody still waits for it.
    func turnAway(_ call: HandlerCall) {
        guard calls.withdraw(call) else { return }
        call.discard()
        call.finish(.failed(.poolFull))
    }

    /// Ends the call that a token names, if somebody still waits for it.
    func finish(_ token: ringport_token, _ result: HandlerResult) {
        guard token != 0, let call = calls.complete(token) else { return }
        call.finish(result)
    }

    func log(_ level: HandlerLogLevel, _ text: String) {
        services.log(level, handler: name, text)
    }
}
