/// `ringport serve`: starts the server, says where it listens, waits for signals, stops. The main thread.

internal import ArgumentParser
internal import CompletionPort
internal import Configuration
internal import FileLog
internal import Glibc
internal import Platform
internal import Server

struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves a site.",
        discussion: """
            A site is a folder with www/ in it; handlers/, db/ and logs/ are made or read as they are needed, and
            ringport.toml may say more. SIGTERM and SIGINT stop the server when it has answered what it was asked,
            SIGUSR1 opens the logs anew, SIGHUP does that and takes ringport.toml, files of passwords and the folder www/
            anew. A server that was started with a terminal as its standard input is stopped by SIGHUP instead, which is sent
            when the terminal is gone.
            """
    )

    @OptionGroup var site: SiteOptions

    @Option(
        name: .long,
        help: ArgumentHelp("Address to listen on; may be given several times.", valueName: "address")
    )
    var listen: [String] = []

    @Option(name: .long, help: "Completion workers; one for each processor that the process may use when not given.")
    var workers: Int?

    @Option(name: .long, help: "What the completion ports are made of: auto, io_uring or epoll.")
    var engine: EngineWish?

    @Flag(name: .long, help: "Write a line for each completion to error.log.")
    var trace = false

    func run() throws {
        OpenStream.occupyStandardNumbers()
        // Before anything else can change what standard input is.
        let hangup = HangupMeaning.atStart
        let reading = try site.serverReading(listen: listen, workers: workers, engine: engine, traces: trace)
        let configuration = reading.configuration
        // What the server makes is its user's and group's: submissions and logs are nobody else's to read.
        umask(0o027)
        raiseDescriptorLimit()
        let signals = Signals()
        let failure = Monitor<StartError?>(nil)
        let server: Server
        do {
            server = try Server(configuration) { error in
                failure.withLock { $0 = error }
                // The main thread waits for signals, and for nothing else.
                kill(getpid(), SIGTERM)
            }
        } catch {
            throw Console.failure(error.description, status: error.exitStatus)
        }
        for warning in server.warnings { Console.error("ringport: \(warning)") }
        let room = server.engine.hasSocketTables ? "" : ", for \(server.connectionsMax) connections"
        Console.error("ringport: completion port: \(server.engine)\(room)")
        for address in server.addresses { Console.error("ringport: listening on \(address.readyText)") }
        wait(for: signals, server, reading, hangup)
        let begun = Instant.now
        let deadline = begun.advanced(by: server.drainDuration)
        // Whoever asks again does not want to wait. The thread ends with the process; where the system has none to give, a second
        // signal changes nothing, and clients have their answers all the same.
        let hurry = server.hurry
        let impatience = try? NamedThread(name: "signals") {
            while ![SIGTERM, SIGINT].contains(signals.next()) {}
            hurry()
        }
        defer { extendLifetime(impatience) }
        let isClean = server.stop(deadline: deadline)
        if let error = failure.withLock({ $0 }) {
            throw Console.failure(error.description, status: error.exitStatus)
        }
        guard isClean else {
            throw Console.failure(
                "what was still under way after \(Self.seconds(Instant.now.since(begun))) was cut off",
                status: 75
            )
        }
        // Standard error has been told how much of them is lost.
        guard server.isLogComplete else { throw ExitCode(75) }
    }

    /// A duration in seconds with one decimal.
    private static func seconds(_ duration: Duration) -> String {
        let tenths = duration.nanoseconds / 100_000_000
        return "\(tenths / 10).\(tenths % 10) seconds"
    }

    /// Returns when the server is to stop.
    private func wait(
        for signals: Signals,
        _ server: Server,
        _ reading: ConfigurationReading,
        _ hangup: HangupMeaning
    ) {
        var configuration = reading.configuration
        var hadText = reading.hasText
        while true {
            switch signals.next() {
            case SIGUSR1: server.reopenLogs()
            case SIGHUP where hangup == .reload: reload(server, &configuration, &hadText)
            default: return
            }
        }
    }

    /// Reads the configuration again, and has the server go by it as far as that can change while it runs.
    ///
    /// - Parameters:
    ///   - server: what is to follow.
    ///   - configuration: what the server was started with and has taken since; changed when all of the new one is right.
    ///   - hadText: the configuration's file was there, and not empty, when it was last taken.
    private func reload(
        _ server: Server,
        _ configuration: inout ServerConfiguration,
        _ hadText: inout Bool
    ) {
        var errors: [String] = []
        var wanted = configuration
        var hasText = hadText
        do {
            let reading = try site.reading(
                listen: listen,
                workers: workers,
                engine: engine,
                traces: trace,
                isReload: true,
                hadText: hadText
            )
            errors = reading.errors.map(\.description)
            wanted = reading.configuration
            hasText = reading.hasText
        } catch {
            errors = ["\(error)"]
        }
        let waiting = ConfigurationText.holdBack(&wanted, to: configuration)
        let outcome = server.reload(wanted, waiting: waiting, errors: errors)
        for line in outcome.lines { Console.error("ringport: \(line)") }
        guard outcome.isTaken else { return }
        configuration = wanted
        hadText = hasText
    }
}

/// The signals that the main thread waits for; no thread is interrupted by one.
private struct Signals {
    private var set = sigset_t()

    /// Blocks them, before any other thread is there.
    init() {
        unsafe sigemptyset(&set)
        for signal in [SIGTERM, SIGINT, SIGHUP, SIGUSR1] { unsafe sigaddset(&set, signal) }
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        // Writing to a client or a terminal that is gone is an error like any other.
        signal(SIGPIPE, SIG_IGN)
    }

    func next() -> Int32 {
        var set = set
        var number: Int32 = 0
        while unsafe sigwait(&set, &number) != 0 {}
        return number
    }
}
