/// The program: its subcommands. The main thread.

internal import ArgumentParser

@main
struct Ringport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ringport",
        abstract: "Serves a site's files, stores its forms in SQLite, and keeps a log that can be watched.",
        version: "0.1.0",
        subcommands: [
            ServeCommand.self, TailCommand.self, CheckCommand.self, FormsCommand.self, BackupCommand.self,
            RestoreCommand.self, InitCommand.self,
        ]
    )
}
