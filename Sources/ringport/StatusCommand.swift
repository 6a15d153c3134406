/// `ringport status`: asks the site's running server how it does. The main thread.

internal import ArgumentParser
internal import Configuration
internal import Glibc
internal import Server

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how the site's running server does.",
        discussion: """
            Asks the server by the site's status socket, which answers its own user and root. Ends with 0 when all is well, so
            that it can be a container's health check; with 1 when the server stops or a worker hangs, 69 when no server of the
            site runs, 75 when it does not answer within five seconds, 77 when it is another user's.
            """
    )

    @OptionGroup var site: SiteOptions

    @Flag(name: .long, help: "Print one line of JSON.")
    var json = false

    func run() throws {
        // A running server may have been started with another text: what is wrong in the file is `check`'s to say.
        let configuration = try site.reading(listen: [], workers: nil, traces: false).configuration
        let answer: StatusAnswer
        do throws(StatusFailure) {
            answer = try StatusAnswer.ask(configuration.statusPaths, json ? .json : .text)
        } catch {
            throw Console.failure(error.description, status: error.exitStatus)
        }
        print(String(decoding: answer.report, as: UTF8.self), terminator: "")
        if let trouble = answer.trouble { throw Console.failure(trouble, status: 1) }
    }
}
