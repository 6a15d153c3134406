/// The folders that are served, opened, and the rules of each site. The main thread at the start and when it reloads.

internal import CPlatform
internal import Glibc
internal import Platform

/// The folders and policies of the configuration's sites.
struct SiteFolders {
    /// Each folder once, though several sites may be served from it.
    let open: [SiteFolder]
    let hosts: HostTable
    let realms: [Realm]

    /// Opens the folders.
    ///
    /// - Throws: `noSite` when one is not there.
    init(_ configuration: ServerConfiguration) throws(StartError) {
        var open: [SiteFolder] = []
        var realms: [Realm] = []
        var policies: [SitePolicy] = []
        let sites = [("", configuration.rules)] + configuration.hosts.map { ($0.redirectTo, $0.rules) }
        for (movedTo, rules) in sites {
            let path = configuration.path(rules.files.www)
            let folder = open.firstIndex { $0.path == path } ?? open.count
            try Self.checkLinks(rules.files, path)
            if folder == open.count {
                open.append(SiteFolder(path: path, descriptor: Descriptor.Shared(try Self.open(path))))
            }
            var guarded: [Realm] = []
            for rule in rules.protections { guarded.append(try Realm(rule, configuration)) }
            let first = realms.count
            realms += guarded
            policies.append(SitePolicy(rules, folder: folder, movedTo: movedTo, firstRealm: first))
        }
        self.open = open
        self.realms = realms
        hosts = HostTable(policies, hosts: configuration.hosts.map(\.names))
        guard configuration.needsNamesOfFiles else { return }
        for folder in open { try Self.checkName(of: folder.descriptor.rawValue, folder.path) }
    }

    /// Looks whether the kernel tells the name of an open folder.
    ///
    /// - Throws: `unknownNames` when it does not.
    static func checkName(of folder: Int32, _ path: String) throws(StartError) {
        if case .unknown(let error) = KernelPath.look(folder) { throw .unknownNames(folder: path, error) }
    }

    /// Looks whether links can be followed as a site wants it.
    ///
    /// - Throws: `linksInside` when they can't.
    static func checkLinks(_ rules: FileRules, _ path: String) throws(StartError) {
        if rules.symlinks == .inside, !FolderOpening.isInOneStep { throw .linksInside(folder: path) }
    }

    static func open(_ path: String) throws(StartError) -> Descriptor {
        let number = unsafe ringport_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard number >= 0 else { throw .noSite(SystemError("open \(path)")) }
        return Descriptor(owning: number)
    }

    /// True when both are known to be one folder.
    static func isSame(_ one: Descriptor.Shared, _ other: Descriptor.Shared) -> Bool {
        var first = stat()
        var second = stat()
        return unsafe fstat(one.rawValue, &first) == 0 && fstat(other.rawValue, &second) == 0
            && first.st_ino == second.st_ino && first.st_dev == second.st_dev
    }
}
