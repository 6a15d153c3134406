/// `ringport init`: makes a new site. The main thread, in a process that serves nothing.
///
/// It writes files itself, with no log thread: there is no server in this process, and so no worker to keep from waiting.
/// The tidy tests name this file as the one that may, beside FileLog.

internal import ArgumentParser
internal import Glibc
internal import Platform

/// Makes a folder with what a site needs, ready to be served.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a new site.",
        discussion: "The folder is made when it isn't there. One that holds something already is left alone."
    )

    @Argument(help: "The new site's folder.", completion: .directory)
    var directory: String

    func run() throws {
        try Self.makeFolder(directory)
        guard try Self.isEmpty(directory) else {
            throw ValidationError("\(directory) holds something already; `init` begins in an empty folder.")
        }
        for folder in ["www", "db", "db/migrations", "handlers"] { try Self.makeFolder("\(directory)/\(folder)") }
        for (path, text) in SiteTemplate.files { try Self.write(text, to: "\(directory)/\(path)") }
        print(
            """
            A new site is in \(directory). Next:

              ringport serve --root \(directory)
              open http://127.0.0.1:8080 and send the form
              ringport forms list --root \(directory)

            Pages are in www/, settings in ringport.toml, SQL that the start applies once in db/migrations/, and
            handler libraries in handlers/.
            """
        )
    }

    private static func makeFolder(_ path: String) throws(SystemError) {
        guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else { throw SystemError("make \(path)") }
    }

    private static func isEmpty(_ path: String) throws(SystemError) -> Bool {
        guard let directory = unsafe opendir(path) else { throw SystemError("open \(path)") }
        defer { unsafe _ = closedir(directory) }
        var count = 0
        while unsafe readdir(directory) != nil { count += 1 }
        return count == 2  // "." and ".."
    }

    /// Writes a new file; the mode `x` refuses to replace one, fopen(3).
    private static func write(_ text: String, to path: String) throws(SystemError) {
        guard let file = unsafe fopen(path, "wxe") else { throw SystemError("make \(path)") }
        let isWritten = unsafe fputs(text, file) >= 0
        // What fputs(3) kept in its buffer is written now, so both have to be asked.
        guard unsafe fclose(file) == 0, isWritten else { throw SystemError("write \(path)") }
    }
}
