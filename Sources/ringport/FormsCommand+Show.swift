/// `ringport forms show FORM`. Main thread.

internal import ArgumentParser
internal import Store

extension FormsCommand {
    /// The latest submissions to one form, for people.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the latest submissions to a form, the newest last."
        )

        @Argument(help: "The form, as in /forms/<form>.")
        var form: String

        @Option(name: .customShort("n"), help: ArgumentHelp("How many submissions.", valueName: "count"))
        var count = 10

        @OptionGroup var site: Site

        func validate() throws {
            guard count >= 1 else { throw ValidationError("-n wants a number of submissions, 1 or more.") }
        }

        func run() throws {
            let reader = try site.open()
            let output = try Output()
            let failure = try reader.read { reader throws(StoreError) -> Failure? in
                if let failure = try reader.require(form: form) { return failure }
                try show(&reader, output)
                return nil
            }
            try output.finish()
            if let failure { throw failure }
        }

        /// Writes a heading for each submission, and under it a line for each field.
        ///
        /// A field is a row of its own here.
        private func show(_ reader: inout ReadConnection, _ output: Output) throws(StoreError) {
            var current: Int64?
            try reader.query(
                """
                SELECT s.id, s.received_at, s.remote, f.key, \(FieldValue.sql)
                FROM (SELECT * FROM submissions WHERE form = ? ORDER BY id DESC LIMIT ?) AS s
                LEFT JOIN json_each(s.fields) AS f ORDER BY s.id, f.id
                """,
                bind: { binder in
                    binder.text(form)
                    binder.integer(Int64(count))
                }
            ) { row throws(StoreError) in
                let id = row.integer(0)
                if id != current {
                    if current != nil { output.put("\n") }
                    output.put("#\(id)  \(row.string(1))  from \(row.withText(2, printable))\n")
                    current = id
                }
                if !row.isNull(3) { showField(row, output) }
                return output.isGood ? .more : .enough
            }
        }

        /// Writes a field's name, and its value with every line of it under the first.
        private func showField(_ row: borrowing Row, _ output: Output) {
            let name = row.withText(3, printable)
            output.put("    \(name): ")
            let indent = String(repeating: " ", count: 4 + name.count + 2)
            // A browser sends a text area's line ends as CR LF, which is one Character.
            let lines = row.string(4).split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
            for (number, line) in lines.enumerated() {
                if number > 0 { output.put(indent) }
                output.put(printable(line.utf8.span))
                output.put("\n")
            }
        }
    }

    /// How a field's value is read out of the JSON that a submission is stored as.
    enum FieldValue {
        /// The value as text: a string as it was sent, a list or an object as JSON, nothing for null.
        ///
        /// `f` is the row of `json_each`, which gives truth values as numbers.
        static let sql = """
            CASE f.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'null' THEN '' ELSE f.value END
            """
    }
}
