/// `ringport restore FILE`: puts a backup in the place of the site's database. The main thread.

internal import ArgumentParser
internal import FileLog
internal import Glibc
internal import Platform
internal import Server
internal import Store

struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup in the place of the site's database, while no server runs.",
        discussion: """
            The file is checked and copied; it stays as it is. The database that was there is kept beside the new one, \
            under a name that this command prints. While a server writes the site nothing is done, and the status is 75.
            """
    )

    @Argument(help: "A database, as ringport backup makes it.", completion: .file())
    var file: String

    @OptionGroup var site: SiteOptions

    func run() throws {
        umask(0o027)
        let configuration = try site.serverConfiguration()
        let database = configuration.databasePath
        let uploads = configuration.uploadsPath
        let outcome = try Console.answer { () throws(StoreError) in
            let restore = try Restore(database: database) { noted, isSameDatabase in
                do throws(SystemError) {
                    _ = try UploadSweep.run(uploads, noted: noted, isSameDatabase: isSameDatabase)
                    return true
                } catch {
                    Console.error("ringport: \(error); what a killed server has left there stays until the next start")
                    return false
                }
            }
            return try restore.run(from: file)
        }
        print("\(database): \(outcome.size) bytes from \(file), checked")
        if let kept = outcome.kept { print("the database that was there is \(kept)") }
    }
}
