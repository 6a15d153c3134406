/// Taking a site anew while it is served. The main thread.
///
/// DESIGN. The new configuration is judged and built completely, folders opened and passwords read, before any worker hears of
/// it. Then each worker is posted the whole in one message, and answers requests that begin after it by the new
/// rules. A request under way holds the version that it began with.

internal import CompletionPort
internal import FileLog
internal import HTTP
internal import Platform

extension Server {
    /// Opens the log files anew, and has new requests answered by another configuration of the site (SIGHUP).
    ///
    /// - Parameters:
    ///   - configuration: what is to hold; what sizes memory or threads is as it was.
    ///   - waiting: names of the keys whose new values hold from the next start on.
    ///   - errors: what is wrong with the configuration's text; nothing but the logs is taken anew then.
    /// - Returns: true when the configuration holds now, and lines for standard error, which are in `error.log` too.
    @discardableResult
    package func reload(
        _ configuration: ServerConfiguration,
        waiting: [String] = [],
        errors: [String] = []
    ) -> (isTaken: Bool, lines: [String]) {
        log.reopen()
        var errors = errors
        if errors.isEmpty {
            let reason = waiting.isEmpty ? "" : ", as \(waiting.joined(separator: ", ")) waits for a start"
            errors = configuration.contradictions.map { $0 + reason }
        }
        if errors.isEmpty { errors = SiteCheck.reloadProblems(configuration) }
        if errors.isEmpty {
            do throws(StartError) {
                try follow(configuration)
            } catch {
                // It was there a moment ago.
                errors = [SiteCheck.line("\(error)")]
            }
        }
        guard errors.isEmpty else {
            let lines = errors.map { "not reloaded, all stays as it was: \($0)" }
            for line in lines { log.error(.error, "\(line)") }
            return (false, lines)
        }
        let lines = waiting.map { "\($0) changes at the next start" }
        for line in lines { log.error(.warning, "\(line)") }
        return (true, lines)
    }

    /// Builds what a configuration comes to, then posts it.
    private func follow(_ wanted: ServerConfiguration) throws(StartError) {
        guard let old = site else { return }
        var configuration = wanted
        // Answers under way were made by the old fields, and find room by the new limit.
        configuration.limits.responseHeadSizeMax = max(
            old.limits.responseHeadSizeMax,
            wanted.limits.responseHeadSizeMax + wanted.fieldsSizeMax
        )
        let folders = try SiteFolders(configuration)
        let types = try configuration.systemTypes()
        if !folders.realms.isEmpty {
            do { try old.passwords.start() } catch { throw .system(error) }
        }
        let site = old.renewed(configuration, folders, systemTypes: types)
        self.configuration = configuration
        self.site = site
        old.passwords.follow(configuration.limits)
        old.variants.keep(atMost: configuration.compression.cacheSizeMax)
        let progress = ReloadProgress(workers: workers.count, log)
        for worker in workers { worker.posts.post(.reload(site, folders.open, progress)) }
    }

    /// The time that a stop may take.
    package var drainDuration: Duration { configuration.deadlines.drain }
}

extension Site {
    /// The same parts of the server with other rules.
    func renewed(_ configuration: ServerConfiguration, _ folders: SiteFolders, systemTypes: [UInt8]) -> Site {
        var site = self
        site.limits = configuration.limits
        site.allowances = Allowances(configuration.deadlines, bodyRateMin: configuration.limits.bodyRateMin)
        site.headLimits = HeadLimits(configuration.limits)
        site.hosts = folders.hosts
        site.proxies = TrustedProxies(configuration.proxies)
        site.realms = folders.realms
        site.codings = CodingPolicy(configuration.compression)
        site.mediaTypes = MediaTypes(own: configuration.mediaTypes.types, system: systemTypes)
        return site
    }
}

extension HeadLimits {
    init(_ limits: Limits) {
        self.init(
            headSizeMax: limits.headSizeMax,
            requestLineSizeMax: limits.requestLineSizeMax,
            fieldCountMax: limits.fieldCountMax
        )
    }
}
