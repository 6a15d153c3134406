/// `ringport check`: prints what holds for a site, and looks whether it could be served. The main thread.

internal import ArgumentParser
internal import CompletionPort
internal import Configuration
internal import Server

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a site and its configuration without serving it.",
        discussion: """
            Prints every key of the configuration with the value that holds, and the default where that is another, as a
            configuration that can be used again. Then opens what the server would open, and says in a line each what
            can't be opened. Ends with status 78 when something is wrong. An address that this site's own running server has
            is only noted.
            """
    )

    @OptionGroup var site: SiteOptions

    @Option(
        name: .long,
        help: ArgumentHelp("Address to look at instead; may be given several times.", valueName: "address")
    )
    var listen: [String] = []

    @Option(name: .long, help: "The completion ports' engine to try instead: auto, io_uring or epoll.")
    var engine: EngineWish?

    func run() throws {
        let reading = try site.reading(listen: listen, workers: nil, engine: engine, traces: false)
        let configuration = reading.configuration
        for error in reading.errors { Console.error("ringport: \(error)") }
        if reading.errors.isEmpty {
            print(ConfigurationText.text(of: configuration, defaults: site.defaults), terminator: "")
        }
        // Of a file that can't be read it is not known what it names.
        var wrongKeys = reading.isReadable ? reading.wrongKeys : ["files.www", "files.media_types", "server.listen"]
        if !listen.isEmpty { wrongKeys.remove("server.listen") }
        let check = SiteCheck(configuration, wrongKeys: wrongKeys)
        for warning in check.warnings { Console.error("ringport: \(warning)") }
        for problem in check.problems { Console.error("ringport: \(problem)") }
        // What is wrong with the site is wrong with its configuration; what is wrong with the machine is not.
        if let port = check.port { throw Console.failure(port.description, status: port.exitStatus) }
        guard reading.errors.isEmpty, check.problems.isEmpty else { throw ExitCode(78) }
        if let engine = check.engine { Console.error("ringport: completion port: \(engine)") }
        let addresses = configuration.listen.map(\.description).joined(separator: ", ")
        Console.error("ringport: \(configuration.root) is ready to be served on \(addresses)")
    }
}
