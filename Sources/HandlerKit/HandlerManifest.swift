/// What a handler says of itself. Read on the main thread.

/// A handler's name, version, routes and database migrations.
public struct HandlerManifest: Sendable {
    public var name: String
    public var version: String
    public var routes: [Route]
    public var migrations: [String]

    /// Describes a handler.
    ///
    /// - Parameters:
    ///   - name: `[a-z][a-z0-9_-]{0,31}`; the library is named `lib<name>.so`.
    ///   - version: for people, 1 to 32 visible characters.
    ///   - routes: at least one.
    ///   - migrations: SQL, each text applied once and in this order. What has been published never changes: append.
    public init(name: String, version: String, routes: [Route], migrations: [String] = []) {
        self.name = name
        self.version = version
        self.routes = routes
        self.migrations = migrations
    }
}

/// Requests that a handler wants.
public struct Route: Sendable {
    public var methods: String
    public var path: String

    /// Describes requests by method and path.
    ///
    /// - Parameters:
    ///   - methods: separated by one space, as in `"POST PUT"`. `GET` brings `HEAD` along: answer it like `GET`.
    ///   - path: begins with `/`. A last segment `*` stands for one or more segments. The longest pattern wins.
    public init(_ methods: String, _ path: String) {
        self.methods = methods
        self.path = path
    }
}
