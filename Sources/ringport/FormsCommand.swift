/// `ringport forms`: what visitors have sent, without a server and beside a running one. Main thread.

internal import ArgumentParser
internal import Glibc
internal import Store

/// The ways to look at stored submissions.
struct FormsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forms",
        abstract: "Show and export what visitors have sent.",
        subcommands: [List.self, Show.self, Export.self, FormsFilesCommand.self]
    )

    /// The options that all subcommands have.
    struct Site: ParsableArguments {
        @OptionGroup var options: SiteOptions

        /// The submissions' database.
        ///
        /// - Throws: `StoreError.missing` when nothing has been stored here, and why it can't be read otherwise;
        ///   `ExitCode` after saying what is wrong with the configuration.
        func open() throws -> StoreReader {
            // The reader of a pipe may leave early (`| head`). Nothing is written here that could be left half done, so
            // this process ends as every other tool does.
            _ = signal(SIGPIPE, SIG_DFL)
            return try StoreReader(path: options.databasePath())
        }
    }

    /// The message instead of a result, with exit code 1.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}

extension ReadConnection {
    /// True when the database has submissions: in the table that the forms handler makes, or in a view of that name.
    mutating func hasSubmissions() throws(StoreError) -> Bool {
        try number("SELECT count(*) FROM sqlite_schema WHERE type IN ('table', 'view') AND name = 'submissions'") == 1
    }

    /// The name of a submission's form, as an expression.
    ///
    /// It is the column, by which the index finds the rows of a form. A table that was made by hand may hold names that are
    /// no text, which the order of SQLite's types shows without reading the table.
    mutating func formName() throws(StoreError) -> String {
        let isText = try number(
            """
            SELECT NOT EXISTS (SELECT 1 FROM submissions WHERE form < '')
                AND NOT EXISTS (SELECT 1 FROM submissions WHERE form >= x'')
                AND NOT EXISTS (SELECT 1 FROM submissions WHERE form IS NULL)
            """
        )
        return isText == 1 ? "form" : "CAST(ifnull(form, '') AS TEXT)"
    }

    /// Refuses a form without submissions, and names those that have some.
    mutating func require(form: String) throws(StoreError) -> FormsCommand.Failure? {
        guard try hasSubmissions() else {
            return FormsCommand.Failure(description: "no form has been sent to this site yet")
        }
        let name = try formName()
        let count = try number("SELECT EXISTS (SELECT 1 FROM submissions WHERE \(name) = ?)") { $0.text(form) }
        guard count == 0 else { return nil }
        var known: [String] = []
        try query("SELECT DISTINCT \(name) FROM submissions ORDER BY 1 LIMIT 20") { row throws(StoreError) in
            known.append(row.withText(0, FormsCommand.printable))
            return .more
        }
        let others = known.isEmpty ? "nor to any other" : "there are submissions to: \(known.joined(separator: ", "))"
        return FormsCommand.Failure(description: "nothing has been sent to a form named '\(form)'; \(others)")
    }
}
