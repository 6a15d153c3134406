/// `ringport tail`: shows the end of the access log and follows it. The main thread; this command has no other.
///
/// A line is written as soon as it is read, a batch at a time. SIGINT and SIGPIPE end the program as they end any filter:
/// silently, by their default actions.

internal import ArgumentParser
internal import FileLog
internal import Glibc
internal import HTTP
internal import Platform

/// The command and its options.
struct TailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Show the last lines of the access log, and follow it across rotation.",
        discussion: """
            With conditions, -n counts the lines that satisfy them. In a GLOB, which the target without its query must \
            match, * stands for anything but a slash, ** for anything, ? for one byte that is not a slash.
            """
    )

    @Option(name: .customShort("n", allowingJoined: true), help: "How many lines to begin with.")
    var count = 10

    @Flag(name: [.customShort("f"), .customLong("follow")], help: "Wait for more lines, and for the file if need be.")
    var follow = false

    @Option(help: ArgumentHelp("Only these statuses: 404, 4xx, or several with commas.", valueName: "list"))
    var status: String?

    @Option(help: "Only this method.")
    var method: String?

    @Option(help: ArgumentHelp("Only targets that match.", valueName: "glob"))
    var path: String?

    @Flag(help: "One JSON object a line.")
    var json = false

    @Option(help: ArgumentHelp("The site.", valueName: "dir"))
    var root = "."

    @Argument(help: ArgumentHelp("The log to show. (default: logs/access.log of the site)", valueName: "file"))
    var file: String?

    func validate() throws {
        guard count >= 0 else { throw ValidationError("-n: \(count) is less than nothing") }
        _ = try makeFilter()
    }

    func run() throws {
        // Whoever started this may ignore SIGPIPE, which would be inherited.
        _ = signal(SIGPIPE, SIG_DFL)
        let filter = try makeFilter()
        do throws(SystemError) {
            if follow {
                try showAndFollow(filter)
            } else {
                try showLast(filter)
            }
        } catch {
            // Nobody reads any more: that is how a pipe into `head` ends.
            if error.code == EPIPE { return }
            throw Failure(error: error, log: log)
        }
    }

    /// Shows what is there, and ends.
    private func showLast(_ filter: LogFilter) throws(SystemError) {
        var lines = TailLines(filter: filter, json: json)
        guard let file = try ReadableLog(path: log) else { throw SystemError(ENOENT, "open \(log)") }
        try file.seekToLast(count) { filter.passes($0) }
        try file.readLines { lines.append($0) }
        try lines.flush()
    }

    /// Shows what is there, then whatever comes, until nobody reads it.
    private func showAndFollow(_ filter: LogFilter) throws(SystemError) {
        var lines = TailLines(filter: filter, json: json)
        let follower = try LogFollower(path: log, last: count) { filter.passes($0) }
        repeat {
            try follower.readAvailable { lines.append($0) }
            try lines.flush()
        } while try follower.wait(output: STDOUT_FILENO)
    }

    private var log: String { file ?? (root == "." ? "logs/access.log" : "\(root)/logs/access.log") }

    private func makeFilter() throws -> LogFilter {
        do throws(LogFilter.StatusListError) {
            return try LogFilter(statuses: status, method: method, path: path.map { PathGlob($0) })
        } catch {
            throw ValidationError("--status: \(error)")
        }
    }

    /// Why the log can't be shown, and what to do.
    private struct Failure: Error, CustomStringConvertible {
        let error: SystemError
        let log: String

        var description: String {
            guard error.code == ENOENT else { return "\(error)" }
            return "there is no \(log). Give --root or the file, or -f to wait for it."
        }
    }
}
