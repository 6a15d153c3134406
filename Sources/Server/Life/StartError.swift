/// Reasons why the server can't start, in words that say what, where and what to do. Values; any thread.

package import CompletionPort
package import HandlerHost
package import Platform
package import Store

/// The closed list of reasons for which `Server.init` fails.
package enum StartError: Error, CustomStringConvertible {
    /// The completion port that is asked for can't be had here.
    case port(PortUnavailable)
    /// The site has no `www/`.
    case noSite(SystemError)
    /// An address can't be listened on.
    case listen(SystemError)
    /// The file of a Unix socket can't be made.
    case socketFile(SystemError, String)
    /// Something else has the name of a Unix socket's file.
    case noSocket(String)
    /// The file of a Unix socket can't be given to whom it is to be.
    case socketOwner(String)
    case store(StoreError)
    case handler(HandlerLoadError)
    /// A handler that is to be used is in none of the folders.
    case handlerNotFound(name: String, folders: [String])
    /// A handler has a route for a method that the server does not know.
    case handlerMethod(name: String, path: String, method: String)
    /// A file of users that a site asks for is missing or wrong.
    case passwords(path: String, String)
    /// The table of media types can't be read.
    case mediaTypes(String)
    /// The kernel does not tell where links lead, and a site with a guard follows them.
    case unknownNames(folder: String, SystemError)
    /// Links that stay beneath their folder can't be told from others here.
    case linksInside(folder: String)
    /// The database is in a folder of pages.
    case publicStore(folder: String, www: String)
    /// The logs are in a folder of pages.
    case publicLogs(folder: String, www: String)
    case system(SystemError)

    package var description: String {
        switch self {
        case .port(let error): error.description
        case .noSite(let error):
            "\(error)\n  \(Self.siteRemedy(error.code))"
        case .listen(let error): "\(error)\n  \(Self.listenRemedy(error.code))"
        case .socketFile(let error, let path): "\(error)\n  \(Self.socketRemedy(error.code, path))"
        case .noSocket(let path):
            "listen on unix:\(path): something else has this name, and is left alone\n"
                + "  Move it away, or choose another path."
        case .socketOwner(let reason): "[server] socket_owner: \(reason)\n  Write user, user:group or :group."
        case .store(let error): "\(error)"
        case .handler(let error): "\(error)"
        case .handlerNotFound(let name, let folders):
            "no library lib\(name).so for the handler \(name)\n  Looked in: \(folders.joined(separator: ", "))"
        case .handlerMethod(let name, let path, let method):
            "the handler \(name) wants \(method) \(path), and the server knows no method \(method)"
        case .passwords(_, let reason):
            "\(reason)\n  [[auth]] names a file of lines user:hash. Make one with: htpasswd -cB FILE USER"
        case .mediaTypes(let reason):
            "\(reason)\n  files.media_types names a table in the form of /etc/mime.types; \"\" is for none."
        case .unknownNames(let folder, let error):
            "\(folder): the server can't learn by which names files are served: \(error)\n  \(Self.namesRemedy)"
        case .linksInside(let folder):
            "\(folder): files.symlinks = \"inside\" needs openat2(2), which this kernel lacks (before Linux 5.6) or a filter "
                + "refuses\n  Set files.symlinks = \"refuse\", or \"follow\" where every link may be followed."
        case .publicStore(let folder, let www):
            "\(folder): visitors could fetch the database, as it is in \(www)\n  Choose another [store] folder, or files.www."
        case .publicLogs(let folder, let www):
            "\(folder): visitors could fetch the logs, as they are in \(www)\n  Choose another [log] folder, or files.www."
        case .system(let error): error.description
        }
    }

    /// The program's exit status, by the names of sysexits.h.
    package var exitStatus: Int32 {
        switch self {
        case .port, .listen, .socketFile, .noSocket: 69  // EX_UNAVAILABLE
        case .noSite: 66  // EX_NOINPUT
        case .store: 73  // EX_CANTCREAT
        case .handler, .handlerNotFound, .handlerMethod, .passwords, .mediaTypes, .unknownNames, .linksInside,
            .publicStore, .publicLogs, .socketOwner:
            78  // EX_CONFIG
        case .system: 71  // EX_OSERR
        }
    }
}
