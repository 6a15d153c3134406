/// The program: its subcommands. The main thread.

internal import ArgumentParser
internal import Glibc
internal import Server

@main
struct Ringport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ringport",
        abstract: "Serves a site's files, stores its forms in SQLite, and keeps a log that can be watched.",
        version: Release.version,
        subcommands: [
            ServeCommand.self, TailCommand.self, CheckCommand.self, FormsCommand.self, BackupCommand.self,
            RestoreCommand.self, StatusCommand.self, InitCommand.self,
        ]
    )

    static func main() {
        do throws(TailArguments.Refusal) {
            let arguments = Array(CommandLine.arguments.dropFirst())
            // `killall -USR1 ringport` is meant for the server, and goes to all of this name. The server waits for the signal
            // with it blocked, and what is blocked is delivered all the same (signal(7), `sig_ignored` in the kernel).
            _ = signal(SIGUSR1, SIG_IGN)
            main(try TailArguments.translated(arguments))
        } catch {
            exit(withError: ValidationError(error.description))
        }
    }
}
