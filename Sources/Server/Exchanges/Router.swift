/// Which part of the server answers a request. Pure; any thread reads it, nobody changes it while the server runs.
///
/// Next: StaticFile.swift for the files of the site, HandlerDispatch.swift for the addresses of handlers.

internal import HTTP

/// An address that a handler answers: a path, or everything beneath one.
package struct Route: Sendable, Equatable {
    /// Set of methods, one bit each by `Method`'s raw value.
    package let methods: UInt16
    /// Text that the path begins with, or is when `isPrefix` is false.
    package let path: [UInt8]
    /// At least one byte more must follow.
    package let isPrefix: Bool
    /// The handler's index.
    package let handler: Int

    package init(methods: UInt16, path: [UInt8], isPrefix: Bool, handler: Int) {
        self.methods = methods
        self.path = path
        self.isPrefix = isPrefix
        self.handler = handler
    }

    func matches(_ other: Span<UInt8>) -> Bool {
        guard isPrefix ? other.count > path.count : other.count == path.count else { return false }
        for index in path.indices where path[index] != other[index] { return false }
        return true
    }
}

/// Where a request goes.
enum RouteDecision: Equatable {
    /// The handler's index.
    case handler(Int)
    case file
    /// `OPTIONS` of an address or of the server.
    case options(allow: UInt16)
    /// The address exists for other methods: RFC 9110 §15.5.6 wants them named.
    case methodNotAllowed(allow: UInt16)
}

package struct Router: Sendable {
    package let routes: [Route]

    /// Puts the routes in the order in which they are tried: the longest path first, and a path before what is beneath it.
    package init(routes: [Route]) {
        self.routes = routes.sorted { ($0.path.count, $0.isPrefix ? 0 : 1) > ($1.path.count, $1.isPrefix ? 0 : 1) }
    }

    static let fileMethods = bit(.get) | bit(.head)

    static func bit(_ method: Method) -> UInt16 { 1 << UInt16(method.rawValue) }

    /// The methods of an address.
    func methods(_ path: Span<UInt8>) -> UInt16 {
        var methods: UInt16 = 0
        for index in routes.indices where routes[index].matches(path) { methods |= routes[index].methods }
        if methods == 0 { methods = Self.fileMethods }
        if methods & Self.bit(.get) != 0 { methods |= Self.bit(.head) }
        return methods
    }

    /// Decides by method and decoded path; the longest matching route counts, then the files.
    ///
    /// - Complexity: linear in the number of routes, of which a site has a handful; the cached files of a site never
    ///   come here.
    func decide(_ method: Method, _ path: Span<UInt8>) -> RouteDecision {
        var allowed: UInt16 = 0
        for index in routes.indices where routes[index].matches(path) {
            if routes[index].methods & Self.bit(method) != 0 { return .handler(routes[index].handler) }
            // A handler that answers GET answers HEAD; the server leaves the content out.
            if method == .head, routes[index].methods & Self.bit(.get) != 0 { return .handler(routes[index].handler) }
            allowed |= routes[index].methods
        }
        if allowed == 0 {
            if method == .get || method == .head { return .file }
            allowed = Self.fileMethods
        }
        if allowed & Self.bit(.get) != 0 { allowed |= Self.bit(.head) }
        return method == .options ? .options(allow: allowed) : .methodNotAllowed(allow: allowed)
    }
}
