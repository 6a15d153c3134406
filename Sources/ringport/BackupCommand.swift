/// `ringport backup FILE`: copies the site's database, beside a running server or without one. The main thread.

internal import ArgumentParser
internal import Store

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the site's database to a file, while the server runs or not.",
        discussion: """
            The copy is one state of the database: every form that was answered before the command began is in it. It is \
            checked and on the disk before it gets its name, so that an older copy of that name is never half replaced. \
            Uploaded files, in db/uploads/, are not in it: copy that folder afterwards.
            """
    )

    @Argument(help: "The copy; a file of that name is replaced.", completion: .file())
    var file: String

    @OptionGroup var site: SiteOptions

    func run() throws {
        let database = try site.databasePath()
        let size = try Console.answer { () throws(StoreError) in try Backup.make(of: database, at: file) }
        print("\(file): \(size) bytes, checked")
    }
}
