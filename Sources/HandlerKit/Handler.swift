/// What the author of a handler writes. Loaded on the main thread; requests come on pool threads.

/// A plugin of the server: a type that answers the requests of its routes.
///
/// A whole handler, built as a dynamic library named `hello`:
///
/// ```swift
/// import HandlerKit
///
/// struct Hello: Handler {
///     static let manifest = HandlerManifest(name: "hello", version: "1.0", routes: [Route("GET", "/hello")])
///
///     init(host: Host) {}
///
///     func handle(_ request: borrowing Request) -> Outcome {
///         .respond(.text("Hello, \(request.remote)!\n"))
///     }
/// }
///
/// @c(ringport_handler_v1) public func ringportHandler() -> UnsafeRawPointer { export(Hello.self) }
/// ```
///
/// One instance serves all requests, several at once on different threads: keep what changes in a `Mutex`. A handler may
/// block; the server adds threads when many do.
public protocol Handler: Sendable {
    /// Who the handler is and which requests it wants. Read before the handler is started.
    static var manifest: HandlerManifest { get }

    /// Makes ready, once, on the main thread, after the manifest's migrations were applied.
    ///
    /// - Parameter host: what the server offers; keep it if you need it.
    /// - Throws: anything; it is logged and the server does not start.
    init(host: Host) throws

    /// Answers a request. Called on a pool thread, on several at once.
    ///
    /// - Parameter request: there for the time of this call only.
    /// - Returns: what the client gets, and when.
    /// - Throws: anything; it is logged and the client gets a 500.
    func handle(_ request: borrowing Request) throws -> Outcome
}
