/// A server of another make that the table is held up to. Test threads.

import Glibc
import Harness
import Platform

/// One of the servers of `Tests/ConformanceTests/Peers`, running.
final class Peer {
    /// Which server, and how it is started and asked for its version.
    struct Kind: Sendable {
        let name: String
        let arguments: @Sendable (_ configuration: String) -> [String]
        let versionArgument: String

        /// Debian keeps servers where the `PATH` of an ordinary user does not look.
        var program: String? {
            ["/usr/sbin/", "/usr/bin/", "/usr/local/sbin/", "/usr/local/bin/"].map { $0 + name }
                .first { unsafe access($0, X_OK) == 0 }
        }

        /// As the server says it: "1.22.1".
        var version: String {
            get throws {
                guard let program else { return "not installed" }
                let outcome = try Program.run(program: program, [versionArgument])
                let match = (outcome.output + outcome.errors).firstMatch(of: /[0-9]+(\.[0-9]+)+/)
                return match.map { String($0.0) } ?? "of an unknown version"
            }
        }
    }

    static let kinds: [Kind] = [
        Kind(name: "nginx", arguments: { ["-c", $0] }, versionArgument: "-v"),
        Kind(name: "lighttpd", arguments: { ["-D", "-f", $0] }, versionArgument: "-v"),
        Kind(name: "h2o", arguments: { ["-c", $0] }, versionArgument: "-v"),
    ]

    let port: UInt16
    private let process: ChildProcess
    private let site: TestSite

    /// Starts a server on the site of the table and waits until it accepts.
    ///
    /// - Throws: when it is not installed, or does not start.
    init(_ kind: Kind) throws {
        guard let program = kind.program else { throw HarnessError("\(kind.name) is not installed") }
        site = try Site.make()
        port = try FreePort.find()
        try site.makeFolder("run")
        let template = try RepositoryFile.read("Tests/ConformanceTests/Peers/\(kind.name).conf")
        let values = [
            "PORT": "\(port)", "WWW": site.root + "/www", "FOLDER": site.root + "/run", "MIME": "/etc/nginx/mime.types",
            "USER": try Program.run(program: "id", ["-un"]).output.filter { $0 != "\n" },
        ]
        let text = values.reduce(template) { $0.replacing("@\($1.key)@", with: $1.value) }
        try site.write("run/\(kind.name).conf", text)
        process = try ChildProcess(program, kind.arguments(site.root + "/run/\(kind.name).conf"))
        try process.waitUntilListening(port: port, kind.name)
    }

    deinit {
        process.send(signal: SIGTERM)
        _ = try? process.waitUntilEnded()
    }
}
