/// Opens a handler's library and finds its entry point. Main thread, before requests are served.

internal import CHandlerABI
internal import Glibc

/// The dynamic linker's part of loading.
///
/// A library is never unloaded: a Swift library's type metadata stays referenced by the runtime, and closing it leaves
/// dangling pointers behind (swiftlang/swift#75889).
enum HandlerLibrary {
    private typealias Entry = @convention(c) () -> UnsafePointer<ringport_handler>?

    private static func symbol(_ version: Int) -> String { "ringport_handler_v\(version)" }

    /// Loads a library and calls its entry point.
    ///
    /// - Returns: what the entry point returned; not checked.
    static func open(_ path: String) throws(HandlerLoadError) -> UnsafePointer<ringport_handler> {
        // NOW: a missing symbol is found here and not in the middle of a request. LOCAL: two handlers may each have a
        // symbol of the same name.
        guard let library = unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw .cannotOpen(path: path, reason: linkerReason())
        }
        let version = Int(RINGPORT_ABI_MAJOR)
        guard let address = unsafe dlsym(library, symbol(version)) else {
            for other in 1...9 where other != version {
                if unsafe dlsym(library, symbol(other)) != nil {
                    throw .versionMismatch(path: path, found: other, known: version)
                }
            }
            throw .entryMissing(path: path, symbol: symbol(version))
        }
        // The symbol's name is the promise that it is a function of this type.
        let entry = unsafe unsafeBitCast(address, to: Entry.self)
        guard let handler = unsafe entry() else { throw .null(path: path, what: "what \(symbol(version)) returned") }
        return unsafe handler
    }

    /// The dynamic linker's words, which it keeps for the calling thread until its next call.
    private static func linkerReason() -> String {
        guard let words = unsafe dlerror() else { return "the dynamic linker does not say why" }
        return unsafe String(cString: words)
    }
}
