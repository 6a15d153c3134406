/// Looks whether a site could be served, by opening what the server would open. The main thread of `ringport check`.

package import CompletionPort
internal import FileLog
internal import Glibc
internal import HandlerHost
internal import Passwords
internal import Platform
internal import Store

/// The obstacles to serving a site.
package struct SiteCheck {
    /// The engine of a worker's port.
    package let engine: EngineChoice?
    /// The reason why no port can be made here; `nil` when one can.
    package let port: StartError?
    /// A line for each thing that can't be opened.
    package private(set) var problems: [String] = []
    /// A line for each thing that a start would go on without.
    package private(set) var warnings: [String] = []
    private var migrations: [Migrations] = []

    private let configuration: ServerConfiguration

    /// Opens everything and closes it again: nothing is made, no address is kept, no client is accepted.
    ///
    /// Libraries of handlers are loaded, and stay so until the process ends; none is started.
    ///
    /// - Parameters:
    ///   - configuration: what would hold.
    ///   - wrongKeys: keys of it whose wanted values are not known: `files.www`, `files.media_types` and `server.listen` are
    ///     looked at.
    package init(_ configuration: ServerConfiguration, wrongKeys: Set<String> = []) {
        self.configuration = configuration
        do {
            engine = try EngineChoice.find(configuration.engine, configuration.limits.port(usesDirectSockets: false))
            port = nil
        } catch {
            engine = nil
            port = .port(error)
        }
        checkSites(exceptDefault: wrongKeys.contains("files.www"))
        if !wrongKeys.contains("files.media_types") { checkMediaTypes() }
        checkHandlers()
        checkDatabase()
        checkLogs()
        if !wrongKeys.contains("server.listen") { checkAddresses() }
    }

    /// All that keeps a running server from taking what it would serve anew.
    ///
    /// - Parameter configuration: what would hold.
    /// - Returns: a line for each thing.
    package static func reloadProblems(_ configuration: ServerConfiguration) -> [String] {
        var check = SiteCheck(reloading: configuration)
        check.checkSites(exceptDefault: false)
        check.checkMediaTypes()
        return check.problems
    }

    private init(reloading configuration: ServerConfiguration) {
        self.configuration = configuration
        engine = nil
        port = nil
    }

    /// Notes what is said in several lines as one, and once.
    private mutating func note(_ problem: String) {
        let line = Self.line(problem)
        if !problems.contains(line) { problems.append(line) }
    }

    static func line(_ text: String) -> String {
        text.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: "; ")
    }

    // MARK: What is read

    private mutating func checkSites(exceptDefault: Bool) {
        let folder = configuration.rules.files.www
        for rules in [configuration.rules] + configuration.hosts.map(\.rules) {
            // A host without a folder of its own has the default's.
            checkSite(rules, hasFolder: !exceptDefault || rules.files.www != folder)
        }
    }

    private mutating func checkSite(_ rules: SiteRules, hasFolder: Bool) {
        if hasFolder {
            let path = configuration.path(rules.files.www)
            do throws(StartError) {
                try SiteFolders.checkLinks(rules.files, path)
                let folder = try SiteFolders.open(path)
                if configuration.needsNamesOfFiles { try SiteFolders.checkName(of: folder.rawValue, path) }
            } catch { note(error.description) }
        }
        for rule in rules.protections {
            do {
                checkCosts(try Realm(rule, configuration).passwords, configuration.path(rule.file))
            } catch { note(error.description) }
        }
    }

    /// Hashes that are not as slow as each other: a right answer that comes sooner tells whose was the cheap one, and each wrong
    /// password costs as much as the costliest.
    private mutating func checkCosts(_ passwords: PasswordFile, _ path: String) {
        guard passwords.costs.count > 1 else { return }
        let costs = passwords.costs.prefix(Self.costsNamedMax).map { "\($0.cost) (line \($0.line))" }
        let more = passwords.costs.count > costs.count ? " and others" : ""
        let warning =
            "\(path): the hashes are of different costs: \(costs.joined(separator: ", "))\(more); every wrong password costs "
            + "as much as the costliest of each kind; make the others anew with: htpasswd -B -C COST FILE USER"
        if !warnings.contains(warning) { warnings.append(warning) }
    }

    private static let costsNamedMax = 4

    /// A table that is not there is done without; one that can't be read is not.
    private mutating func checkMediaTypes() {
        do {
            _ = try configuration.systemTypes()
        } catch {
            note("\(error); files.media_types is to name a file of media types, or be empty")
        }
    }

    private mutating func checkHandlers() {
        let finder = HandlerFinder(siteFolder: configuration.siteHandlersPath, folders: configuration.handlerFolders)
        for name in configuration.handlers ?? finder.defaultNames() {
            do throws(StartError) {
                guard let path = finder.library(name) else {
                    let folders = [configuration.siteHandlersPath] + configuration.handlerFolders
                    throw .handlerNotFound(name: name, folders: folders)
                }
                let manifest: (routes: [HandlerRoute], migrations: [String])
                do { manifest = try HandlerHost.manifest(ofLibrary: path, name: name) } catch { throw .handler(error) }
                for route in manifest.routes { _ = try Route(route, of: name, handler: 0) }
                migrations.append(.handler(name: name, statements: manifest.migrations))
            } catch {
                note(error.description)
            }
        }
    }

    // MARK: What is written

    /// A site without handlers has no use for a database, but takes one that it has.
    private mutating func checkDatabase() {
        let path = configuration.databasePath
        if configuration.handlers == [], Self.kind(of: path) == nil { return }
        do { try configuration.checkStorePlacement() } catch { note(error.description) }
        let owners = migrations.isEmpty ? [] : migrations + [.uploads]
        do throws(StoreError) {
            try StoreCheck.run(path: path, migrationsFolder: configuration.migrationsPath, handlers: owners)
        } catch .noPlace(let folder, let reason) {
            warnings.append(Self.line(StoreError.noPlace(folder: folder, reason: reason).description))
        } catch {
            note(error.description)
        }
        warnings.append(SQLiteLibrary.linked.description)
    }

    /// A start goes on without its logs, and says so in these words.
    private mutating func checkLogs() {
        let routing = LogRouting(
            folder: configuration.logsPath,
            access: configuration.log.access.destination,
            error: configuration.log.error.destination
        )
        do { try configuration.checkLogPlacement() } catch { note(error.description) }
        warnings += LogNotice.check(routing).map { Self.line($0.description) }
    }

    private mutating func checkAddresses() {
        let holder = AddressHolder(configuration)
        for address in configuration.listenPaths {
            do throws(StartError) {
                // The site's own server does not go away in a moment.
                if holder.has(address) { try Listener.probe(address, configuration.listenRules) }
                try Listener.waitingForAddress { () throws(StartError) in
                    try Listener.probe(address, configuration.listenRules)
                }
            } catch .listen(let error) where error.code == EADDRINUSE && holder.has(address) {
                warnings.append("\(address): this site's running server listens there")
            } catch {
                note(error.description)
            }
        }
    }

    // MARK: The file system

    /// The bits of `S_IFMT`; `nil` when there is nothing of this name.
    private static func kind(of path: String) -> mode_t? {
        var attributes = stat()
        return unsafe stat(path, &attributes) == 0 ? attributes.st_mode & S_IFMT : nil
    }
}
