/// How a Swift type becomes a handler of the C interface. Called once, on the main thread.

internal import CHandlerABI

/// Offers a handler to the server: what the entry point of a library returns.
///
/// ```swift
/// @c(ringport_handler_v1) public func ringportHandler() -> UnsafeRawPointer { export(Hello.self) }
/// ```
///
/// - Parameter type: the handler.
/// - Returns: a table that lives as long as the process.
@safe
public func export<Exporting: Handler>(_ type: Exporting.Type) -> UnsafeRawPointer {
    let manifest = unsafe StaticManifest.make(type.manifest)
    let exporter = Exporter { host in try type.init(host: host) }
    let table = UnsafeMutablePointer<ringport_handler>.allocate(capacity: 1)
    var handler = unsafe ringport_handler()
    unsafe handler.size = UInt32(MemoryLayout<ringport_handler>.size)
    unsafe handler.abi_minor = UInt32(RINGPORT_ABI_MINOR)
    unsafe handler.manifest = unsafe manifest
    // Retained for the life of the process, like the table.
    unsafe handler.context = Unmanaged.passRetained(exporter).toOpaque()
    unsafe handler.start = { context, host, instance in
        guard let context = unsafe context, let host = unsafe Host(host) else { return Int32(RINGPORT_E_ARGUMENT) }
        let exporter = unsafe Unmanaged<Exporter>.fromOpaque(context).takeUnretainedValue()
        do {
            let exported = try exporter.start(host)
            unsafe instance?.pointee = Unmanaged.passRetained(exported).toOpaque()
            return Int32(RINGPORT_OK)
        } catch {
            // The boundary: a Swift error of any type becomes a line of the log and a number.
            host.log(.error, "did not start: \(error)")
            return Int32(RINGPORT_E_FAILED)
        }
    }
    unsafe handler.handle = { instance, request, token in
        guard let instance = unsafe instance, let request = unsafe request else { return Int32(RINGPORT_FAILED) }
        let exported = unsafe Unmanaged<Exported>.fromOpaque(instance)
        return unsafe exported._withUnsafeGuaranteedRef { exported in unsafe exported.handle(request, token) }
    }
    unsafe handler.stop = { instance in
        guard let instance = unsafe instance else { return }
        unsafe Unmanaged<Exported>.fromOpaque(instance).release()
    }
    unsafe table.initialize(to: handler)
    return UnsafeRawPointer(table)
}

/// What `start` needs to know of the handler's type.
private final class Exporter: Sendable {
    private let make: @Sendable (Host) throws -> any Handler

    init(make: @escaping @Sendable (Host) throws -> any Handler) {
        self.make = make
    }

    func start(_ host: Host) throws -> Exported {
        Exported(try make(host), host: host)
    }
}

/// A manifest of the C interface, in memory that is never freed.
private enum StaticManifest {
    static func make(_ manifest: HandlerManifest) -> UnsafePointer<ringport_manifest> {
        let routes = unsafe manifest.routes.map { route in
            unsafe ringport_route(methods: slice(route.methods), path: slice(route.path))
        }
        var result = unsafe ringport_manifest()
        unsafe result.size = UInt32(MemoryLayout<ringport_manifest>.size)
        unsafe result.name = slice(manifest.name)
        unsafe result.version = slice(manifest.version)
        unsafe result.routes = copy(routes)
        unsafe result.routes_count = UInt32(routes.count)
        unsafe result.migrations = copy(manifest.migrations.map { unsafe slice($0) })
        unsafe result.migrations_count = manifest.migrations.count
        return unsafe copy([result])
    }

    private static func slice(_ text: String) -> ringport_slice {
        unsafe ringport_slice(bytes: copy(Array(text.utf8)), length: text.utf8.count)
    }

    private static func copy<Element>(_ elements: [Element]) -> UnsafePointer<Element> {
        let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: max(elements.count, 1))
        let (_, end) = unsafe memory.initialize(from: elements)
        precondition(end == elements.count, "everything was copied")
        return unsafe memory.baseAddress.map { unsafe UnsafePointer($0) }.unsafelyUnwrapped
    }
}
