/// Servers that have mounts and limits of their own, without any privilege outside. Test threads.

import Harness
import Testing

/// User and mount namespaces (unshare(1), nsenter(1)).
enum Namespaces {
    /// False where the machine does not let its users have namespaces; in CI that is a failure of the tests that need them.
    static let areAllowed =
        ChildProcess.variable("CI") == "true"
        || (try? Program.run(program: "unshare", ["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]))?.succeeded == true

    static let needed: Comment = "needs user and mount namespaces: unshare -rm"

    /// Words that start a program in namespaces of its own after a script of the shell has changed them.
    static func launcher(_ script: String) -> [String] {
        ["unshare", "-rm", "sh", "-ec", script + "\nexec \"$@\"", "sh"]
    }

    /// Runs a script of the shell in the namespaces of a server that was started so, in its site's folder.
    ///
    /// - Returns: what it printed.
    @discardableResult
    static func run(_ script: String, in server: ServerProcess) throws -> String {
        let outcome = try Program.run(
            program: "nsenter",
            ["-t", "\(server.process.processID)", "-U", "-m", "--preserve-credentials"]
                + ["sh", "-ec", "cd '\(server.site.root)'\n" + script]
        )
        guard outcome.succeeded else { throw HarnessError("\(script): \(outcome)") }
        return outcome.output
    }
}

extension Client {
    /// Asks for a file until it has rested long enough to be kept, as it has a tag from then on.
    func askUntilKept(_ target: String) throws -> Response {
        while true {
            let response = try exchange(Request.get(target))
            if response.status != 200 || response["ETag"] != nil { return response }
        }
    }
}
