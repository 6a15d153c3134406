/// `ringport tail`: shows the end of the access log and follows it. The main thread; this command has no other.
///
/// A line is written as soon as it is read, a batch at a time. SIGINT, SIGTERM, SIGHUP and SIGPIPE end the program as they
/// end any filter: silently, by their default actions. Next: FileLog/LogFollower.swift

internal import ArgumentParser
internal import Configuration
internal import FileLog
internal import Glibc
internal import HTTP
internal import Platform
internal import Server

/// The command and its options; `TailArguments` has brought those of GNU tail into these.
struct TailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Show the last lines of the access log, and follow it whatever happens to it.",
        discussion: """
            The options are those of GNU tail, where there are such: -n 5, -n +5, -5, -f, -F, -q, -s; - is standard input. \
            -f and -F are the same: the log is followed by its name, across rotation and while it can't be read, and what \
            makes no event, as on a network file system, is found by looking every -s seconds. -f with - has no effect on a \
            pipe.

            With conditions, -n counts the lines that satisfy them: -n +5 begins with the fifth of these. In a GLOB, which \
            the target without its query must match, * stands for anything but a slash, ** for anything, ? for one byte \
            that is not a slash.

            On a terminal, and with --json, characters that would steer it or change the direction of text are escaped.
            """
    )

    @Option(
        name: [.customShort("n"), .customLong("lines")],
        help: ArgumentHelp("Begin with the last N lines, or with line N when it is +N. (default: 10)", valueName: "n"),
        transform: { argument in
            guard let start = LogStart(argument: argument) else {
                throw ValidationError("give a number of lines, as 5, or +5 to begin with the fifth line")
            }
            return start
        }
    )
    var start = LogStart.last(10)

    @Flag(
        name: [.customShort("f"), .customShort("F"), .customLong("follow")],
        help: "Wait for more lines, and for the file if need be."
    )
    var follow = false

    @Flag(help: "What -f does anyway.")
    var retry = false

    @Flag(name: [.customShort("q"), .customLong("quiet")], help: "Show no header, which there never is.")
    var quiet = false

    @Option(
        name: [.customShort("s"), .customLong("sleep-interval")],
        help: ArgumentHelp("With -f, look at the log at least this often.", valueName: "seconds")
    )
    var interval = 1.0

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

    @Argument(help: ArgumentHelp("The log to show. (default: the site's access.log)", valueName: "file"))
    var files: [String] = []

    func validate() throws {
        guard files.count <= 1 else {
            throw ValidationError("one log is shown at a time, not \(files.joined(separator: " and "))")
        }
        guard (0.01...86_400).contains(interval) else {
            throw ValidationError("-s: \(interval) is not between 0.01 and 86400 seconds")
        }
        _ = try makeFilter()
    }

    func run() throws {
        // Its parent may ignore SIGPIPE, which would be inherited.
        _ = signal(SIGPIPE, SIG_DFL)
        let filter = try makeFilter()
        let log = files.first ?? siteLog()
        do throws(SystemError) {
            switch (log, follow) {
            case ("-", true): try followInput(filter)
            case ("-", false): try show(ReadableLog(sharing: STDIN_FILENO, as: "standard input"), filter)
            case (_, true): try showAndFollow(log, filter)
            case (_, false):
                let file = try ReadableLog(path: log, waits: true)
                guard let file else { throw SystemError(ENOENT, "open \(log)") }
                try show(file, filter)
            }
        } catch {
            // Nobody reads any more: that is how a pipe into `head` ends.
            if error.code == EPIPE { return }
            throw Failure(error: error, log: log)
        }
    }

    /// Shows what is there, and ends.
    private func show(_ file: ReadableLog, _ filter: LogFilter) throws(SystemError) {
        var lines = TailLines(json: json)
        try file.seek(to: start) { filter.passes($0) }
        var splitter = LineSplitter()
        var stream = file.isStream ? StreamStart(start) : nil
        func take(_ line: Span<UInt8>) {
            guard filter.passes(line), stream?.take(line) ?? true else { return }
            lines.append(line)
        }
        while try file.readBlock(restart: { splitter.finish(take) }, { splitter.take($0, take) }) { try lines.flush() }
        splitter.finish(take)
        stream?.last.forEach { lines.append($0) }
        try lines.flush()
    }

    /// Follows a file that is standard input; a pipe has an end, to which it is shown.
    private func followInput(_ filter: LogFilter) throws(SystemError) {
        let file = try ReadableLog(sharing: STDIN_FILENO, as: "standard input")
        if file.isStream { try show(file, filter) } else { try showAndFollow("/dev/stdin", filter) }
    }

    /// Shows what is there, then whatever comes, until nobody reads it.
    private func showAndFollow(_ log: String, _ filter: LogFilter) throws(SystemError) {
        var lines = TailLines(json: json)
        var limits = FollowerLimits()
        limits.lookInterval = .seconds(interval)
        let follower = try LogFollower(path: log, from: start, limits: limits) {
            filter.passes($0)
        } note: {
            Console.error("ringport: \($0)")
        }
        repeat {
            var hasMore = true
            while hasMore {
                hasMore = follower.readAvailable { line in
                    if filter.passes(line) { lines.append(line) }
                }
                try lines.flush()
            }
        } while try follower.wait(output: STDOUT_FILENO)
    }

    /// The log of the site, in the folder that its configuration names; of a wrong configuration what is right counts.
    private func siteLog() -> String {
        let usual = ServerConfiguration.usual(root: root, workers: 1, handlerFolders: [])
        let reading = ConfigurationFile.read(root + "/ringport.toml", isRequired: false, over: usual)
        let path = reading.configuration.accessLogPath
        return path.hasPrefix("./") ? String(path.dropFirst(2)) : path
    }

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
            switch error.code {
            case ENOENT: "there is no \(log). Give --root or the file, or -f to wait for it."
            case EISDIR: "\(log) is a folder. Give the file in it."
            default: "\(error)"
            }
        }
    }
}
