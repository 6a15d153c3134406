/// `ringport forms files`. Main thread.

internal import ArgumentParser
internal import FileLog
internal import Glibc
internal import Platform
internal import Server
internal import Store

/// One line for each uploaded file.
struct FormsFilesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "files",
        abstract: "List the uploaded files: size, day, and the submission that each belongs to.",
        discussion: """
            A file that no submission names was saved by another handler, or by an older version for a form that was then \
            not stored. What a running server is just writing is not listed.
            """
    )

    @Flag(name: .long, help: "Only files that no submission names.")
    var unnamed = false

    @OptionGroup var site: FormsCommand.Site

    /// The submission that names a file.
    private struct Owner {
        let form: String
        let id: String
    }

    func run() throws {
        let folder = try site.options.serverConfiguration().uploadsPath
        let files = try UploadListing.files(in: folder)
        let owners = try owners(of: Set(files.map(\.name)))
        let output = try FormsCommand.Output()
        var count = 0
        var size = 0
        var withoutOwner = 0
        for file in files {
            let owner = owners[file.name]
            if owner == nil { withoutOwner += 1 }
            count += 1
            size += file.size
            if unnamed, owner != nil { continue }
            let place = owner.map { "\($0.form) \($0.id)" } ?? "no submission"
            let name = FormsCommand.printable(file.name.utf8.span)
            output.put("\(name)  \(file.size.counted("byte"))  \(Self.day(file.modification))  \(place)\n")
        }
        output.put("\(count.counted("file")), \(size.counted("byte")); \(withoutOwner) that no submission names\n")
        try output.finish()
    }

    /// Finds the submissions that name files.
    ///
    /// An upload is an object in a field, or in an array of one; a text that a client sent is neither.
    private func owners(of names: Set<String>) throws -> [String: Owner] {
        var owners: [String: Owner] = [:]
        guard !names.isEmpty else { return owners }
        do {
            try site.open().read { reader throws(StoreError) in
                guard try reader.hasSubmissions() else { return }
                try reader.query(
                    """
                    SELECT t.value, s.form, s.id FROM submissions AS s,
                        json_tree(CASE WHEN json_valid(s.fields) THEN s.fields ELSE '{}' END) AS t
                    WHERE t.key = 'file' AND t.type = 'text' AND t.path <> '$'
                    """
                ) { row throws(StoreError) in
                    let name = row.string(0)
                    if names.contains(name) {
                        owners[name] = Owner(
                            form: row.withText(1, FormsCommand.printable),
                            id: row.withText(2, FormsCommand.printable)
                        )
                    }
                    return .more
                }
            }
        } catch StoreError.missing {
            // Nothing has been stored: no submission names a file.
        }
        return owners
    }

    /// The day of a time, in UTC.
    private static func day(_ seconds: Int) -> String {
        var time = time_t(seconds)
        var parts = unsafe tm()
        unsafe gmtime_r(&time, &parts)
        var text = [CChar](repeating: 0, count: 16)
        let count = unsafe strftime(&text, text.count, "%Y-%m-%d", &parts)
        return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
