/// What a handler says of itself, checked. Made on the main thread; a value.

internal import CHandlerABI

/// A handler's manifest, copied.
struct HandlerManifest: Equatable {
    static let routesMax = 64
    static let migrationsMax = 1000

    let name: String
    let version: String
    let routes: [HandlerRoute]
    let migrations: [String]

    /// Reads the table that a library's entry point returned.
    ///
    /// - Parameters:
    ///   - table: static, as the ABI says; its pointers are as good as its sizes.
    ///   - expectedName: the name that the file has, which the manifest must have too.
    ///   - path: the file, for errors.
    /// - Throws: the first thing that is wrong.
    init(
        checking table: UnsafePointer<ringport_handler>,
        name expectedName: String,
        path: String
    ) throws(HandlerLoadError) {
        let needed = unsafe MemoryLayout<ringport_handler>.size
        try Self.check(unsafe table.pointee.size, needed, "ringport_handler", path)
        guard unsafe table.pointee.start != nil else { throw .null(path: path, what: "start") }
        guard unsafe table.pointee.handle != nil else { throw .null(path: path, what: "handle") }
        guard let pointer = unsafe table.pointee.manifest else { throw .null(path: path, what: "manifest") }
        let manifestSize = unsafe MemoryLayout<ringport_manifest>.size
        try Self.check(unsafe pointer.pointee.size, manifestSize, "ringport_manifest", path)
        let manifest = unsafe pointer.pointee

        func refuse(_ reason: String) -> HandlerLoadError { .manifest(path: path, reason: reason) }
        name = unsafe String(copying: manifest.name)
        guard Self.isName(name) else { throw refuse("the name \"\(name)\" is not [a-z][a-z0-9_-]{0,31}") }
        guard name == expectedName else {
            throw refuse("its name is \"\(name)\", but its file is that of \"\(expectedName)\"")
        }
        version = unsafe String(copying: manifest.version)
        guard (1...32).contains(version.utf8.count), version.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw refuse("the version is not 1 to 32 visible characters")
        }
        guard unsafe (1...UInt32(Self.routesMax)).contains(manifest.routes_count) else {
            throw refuse("it has \(unsafe manifest.routes_count) routes, and may have 1 to \(Self.routesMax)")
        }
        guard let routeTable = unsafe manifest.routes else { throw .null(path: path, what: "routes") }
        var routes: [HandlerRoute] = []
        for index in 0..<Int(unsafe manifest.routes_count) {
            let methods = unsafe String(copying: routeTable[index].methods)
            let pattern = unsafe String(copying: routeTable[index].path)
            guard let route = HandlerRoute(methods: methods, pattern: pattern) else {
                throw refuse("the route \"\(methods) \(pattern)\" is not methods and a path with at most a final *")
            }
            routes.append(route)
        }
        self.routes = routes
        guard unsafe manifest.migrations_count <= Self.migrationsMax else {
            throw refuse("it has more than \(Self.migrationsMax) migrations")
        }
        guard unsafe manifest.migrations_count == 0 || manifest.migrations != nil else {
            throw .null(path: path, what: "migrations")
        }
        migrations = unsafe UnsafeBufferPointer(start: manifest.migrations, count: manifest.migrations_count)
            .map { unsafe String(copying: $0) }
        guard !migrations.contains(where: { $0.isEmpty || $0.utf8.contains(0) }) else {
            throw refuse("a migration is empty or holds a NUL")
        }
    }

    private static func check(_ size: UInt32, _ needed: Int, _ name: String, _ path: String) throws(HandlerLoadError) {
        guard size >= needed else { throw .structTooShort(path: path, name: name, size: Int(size), needed: needed) }
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 32 else { return false }
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        return letters.contains(first)
            && name.utf8.allSatisfy {
                letters.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
            }
    }
}
