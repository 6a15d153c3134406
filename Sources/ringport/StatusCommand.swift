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
            site runs, 75 when it does not answer within five seconds, 77 when it is another user's, 78 when none is found and ringport.toml is
            wrong.
            """
    )

    @OptionGroup var site: SiteOptions

    @Flag(name: .long, help: "Print one line of JSON.")
    var json = false

    func run() throws {
        // A running server may have been started with another text, so what is wrong in the file matters only when none is found.
        let reading = try site.reading(listen: [], workers: nil, traces: false)
        let answer: StatusAnswer
        do throws(StatusFailure) {
            answer = try StatusAnswer.ask(reading.configuration.statusPaths, json ? .json : .text)
        } catch {
            for wrong in reading.errors { Console.error("ringport: \(wrong)") }
            let isUnknown = !reading.errors.isEmpty && error.exitStatus == EX_UNAVAILABLE
            throw Console.failure(error.description, status: isUnknown ? EX_CONFIG : error.exitStatus)
        }
        // The socket may be another program's.
        for line in answer.report.split(separator: UInt8(ascii: "\n")) {
            print(TerminalText.escaped(Array(line).span, json ? .ofJSON : .ofText))
        }
        guard fflush(nil) == 0 else {
            throw Console.failure("the report can't be written to standard output", status: EX_IOERR)
        }
        if let trouble = answer.trouble { throw Console.failure(trouble, status: 1) }
    }
}
