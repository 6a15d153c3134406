/// `ringport forms show FORM`. Main thread.

internal import ArgumentParser
internal import HTTP
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
        private func show(_ reader: inout ReadConnection, _ output: Output) throws(StoreError) {
            var isFirst = true
            try reader.query(
                """
                SELECT \(Submission.sql)
                FROM (SELECT * FROM submissions WHERE form = ? ORDER BY id DESC LIMIT ?) ORDER BY id
                """,
                bind: { binder in
                    binder.text(form)
                    binder.integer(Int64(count))
                }
            ) { row throws(StoreError) in
                if !isFirst { output.put("\n") }
                isFirst = false
                show(Submission(row), output)
                return output.isGood ? .more : .enough
            }
        }

        private func show(_ submission: Submission, _ output: Output) {
            let (time, remote) = (submission.texts[1], submission.texts[2])
            output.put("#\(submission.id)  \(printable(time.span))  from \(printable(remote.span))\n")
            for member in submission.fields.members ?? [] {
                let name = member.name.span.isUTF8 ? member.name : submission.fields.nameJSON(member)
                showField(printable(name.span), submission.fields.cell(member), output)
            }
            // What a terminal can't show is shown as an export in JSON has it.
            for member in submission.exactMembers { output.put("    \(printable(member.span))\n") }
        }

        /// Writes a field's name, and its value with every line of it under the first.
        private func showField(_ name: String, _ value: [UInt8], _ output: Output) {
            output.put("    \(name): ")
            let indent = String(repeating: " ", count: 4 + name.count + 2)
            // A browser sends a text area's line ends as CR LF, which is one Character.
            let lines = String(decoding: value, as: UTF8.self)
                .split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
            for (number, line) in lines.enumerated() {
                if number > 0 { output.put(indent) }
                output.put(printable(line.utf8.span))
                output.put("\n")
            }
        }
    }
}
