/// `ringport forms export FORM --format csv|json|ndjson`. Main thread.

internal import ArgumentParser
internal import Store

extension FormsCommand {
    /// All submissions to one form, for programs, streamed: memory does not grow with their number.
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Export all submissions to a form, the oldest first.",
            discussion: """
                csv is RFC 4180 in UTF-8: a line for each submission, a column for each field that any of them has. A \
                value that a spreadsheet would take for a formula gets an apostrophe in front; --raw leaves it as it was \
                sent. json is one array, ndjson an object on each line; neither changes anything.
                """
        )

        /// The three formats.
        enum Format: String, ExpressibleByArgument, CaseIterable {
            case csv, json, ndjson
        }

        @Argument(help: "The form, as in /forms/<form>.")
        var form: String

        @Option(help: "csv, json or ndjson.")
        var format: Format

        @Flag(help: "In csv, leave values that look like formulas as they are.")
        var raw = false

        @OptionGroup var site: Site

        func run() throws {
            let reader = try site.open()
            let output = try Output()
            let failure = try reader.read { reader throws(StoreError) -> Failure? in
                if let failure = try reader.require(form: form) { return failure }
                switch format {
                case .csv: return try SubmissionTable(form: form, isRaw: raw).put(&reader, to: output)
                case .json: try putObjects(&reader, to: output, before: "[\n", between: ",\n", after: "\n]\n")
                case .ndjson: try putObjects(&reader, to: output, before: "", between: "\n", after: "\n")
                }
                return nil
            }
            try output.finish()
            if let failure { throw failure }
        }

        /// Writes each submission as an object.
        ///
        /// SQLite makes the JSON, so nothing is read and written anew here, and a number keeps every digit that was
        /// sent.
        private func putObjects(
            _ reader: inout ReadConnection,
            to output: Output,
            before: String,
            between: String,
            after: String
        ) throws(StoreError) {
            var isFirst = true
            try reader.query(
                """
                SELECT json_object('id', id, 'form', form, 'received_at', received_at, 'remote', remote,
                    'user_agent', user_agent, 'referer', referer, 'fields', json(fields))
                FROM submissions WHERE form = ? ORDER BY id
                """,
                bind: { $0.text(form) }
            ) { row throws(StoreError) in
                output.put(isFirst ? before : between)
                isFirst = false
                row.withText(0) { output.put($0) }
                return output.isGood ? .more : .enough
            }
            output.put(after)
        }
    }
}
