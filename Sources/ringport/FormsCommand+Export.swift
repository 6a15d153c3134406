/// `ringport forms export FORM --format csv|json|ndjson`. Main thread.

internal import ArgumentParser
internal import Store

extension FormsCommand {
    /// All submissions to one form, for programs, streamed: memory does not grow with their number.
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Export all submissions to a form, the oldest first.",
            discussion: """
                csv is RFC 4180 in UTF-8: a line for each submission, a column for each field, up to \
                \(SubmissionTable.fieldColumnsMax); rarer fields are together in the column other_fields, as a JSON \
                object: beyond \(SubmissionTable.rareFieldColumnsMax) columns all that fewer than one submission in \
                \(SubmissionTable.submissionsPerRareField) has. Text that a spreadsheet would take for a formula gets \
                an apostrophe in front, also where it has some already; --raw leaves it as it was sent. --bom begins \
                with a byte order mark, without which Excel does not read UTF-8. A field called like another column has \
                fields. in front of its name. json is one array, ndjson an object on each line; neither changes \
                anything. What is stored and is no JSON, is nested more than \(StoredFields.depthMax) deep, or is not \
                UTF-8, is there as well: in the column unreadable of csv, as fields_text or fields_hex in json.
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

        @Flag(help: "Begin csv with a byte order mark, for Excel.")
        var bom = false

        @OptionGroup var site: Site

        func validate() throws {
            guard !bom || format == .csv else {
                throw ValidationError("--bom is for csv: JSON has no byte order mark (RFC 8259, section 8.1).")
            }
        }

        func run() throws {
            let reader = try site.open()
            let output = try Output()
            let failure = try reader.read { reader throws(StoreError) -> Failure? in
                if let failure = try reader.require(form: form) { return failure }
                switch format {
                case .csv:
                    if bom { output.put("\u{FEFF}") }
                    try SubmissionTable(form: form, isRaw: raw).put(&reader, to: output)
                case .json: try putObjects(&reader, to: output, before: "[\n", between: ",\n", after: "\n]\n")
                case .ndjson: try putObjects(&reader, to: output, before: "", between: "\n", after: "\n")
                }
                return nil
            }
            try output.finish()
            if let failure { throw failure }
        }

        /// Writes each submission as an object.
        private func putObjects(
            _ reader: inout ReadConnection,
            to output: Output,
            before: String,
            between: String,
            after: String
        ) throws(StoreError) {
            var isFirst = true
            let name = try reader.formName()
            try reader.query(
                "SELECT \(Submission.sql) FROM submissions WHERE \(name) = ? ORDER BY id",
                bind: { $0.text(form) }
            ) { row throws(StoreError) in
                output.put(isFirst ? before : between)
                isFirst = false
                output.put(Submission(row).json.span)
                return output.isGood ? .more : .enough
            }
            output.put(after)
        }
    }
}
