/// `ringport check`: looks whether a site could be served, and says how. The main thread.

internal import ArgumentParser
internal import Server

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a site and its configuration without serving it."
    )

    @OptionGroup var site: SiteOptions

    func run() throws {
        let configuration = try site.serverConfiguration(listen: [], workers: nil, traces: false)
        do throws(StartError) {
            try Server.check(configuration)
        } catch {
            // What is wrong with the site is wrong with its configuration; what is wrong with the machine is not.
            var status: Int32 = 78
            if case .port = error { status = error.exitStatus }
            throw Console.failure(error.description, status: status)
        }
        print(
            "\(configuration.root): ready to be served on \(configuration.listen.map(\.description).joined(separator: ", "))"
        )
    }
}
