/// `ringport forms show FORM`. Main thread.

internal import ArgumentParser
internal import HTTP
internal import Store

extension FormsCommand {
    /// The latest submissions to one form, for people.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the latest submissions to a form, the newest last.",
            discussion: """
                Strings are shown as their characters, other values as JSON. What a terminal does not show as itself is \
                written as an escape: \\\\ for a backslash, \\n, \\r, \\t, \\u{85} for a character, \\x{ff} for a byte that \
                is not UTF-8. A line end without \\n in front of it was sent as CR LF.
                """
        )
        /// Columns of a field's name at most for which the further lines of its value are aligned with the first.
        ///
        /// The client chooses both: a long name in front of each of many lines would make a long output of a short body.
        static let alignedNameMax = 24

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
            let name = try reader.formName()
            try reader.query(
                """
                SELECT \(Submission.sql)
                FROM (SELECT * FROM submissions WHERE \(name) = ? ORDER BY id DESC LIMIT ?) ORDER BY id
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
            let (time, remote) = (submission.text("received_at"), submission.text("remote"))
            output.put("#\(printable(submission.id.text.span))  \(printable(time.span))")
            output.put("  from \(printable(remote.span))\n")
            for member in submission.fields.members ?? [] { showField(member, of: submission.fields, output) }
            // A line that begins with a quotation mark, as no field's does.
            for member in submission.exactMembers {
                output.put("    \(TerminalText.escaped(member.span, .ofJSON))\n")
            }
        }

        /// Writes a field's name, and its value with every line of it under the first.
        ///
        /// Browsers send a text area's line ends as CR LF, so that is the line end that needs no escape.
        private func showField(_ member: StoredFields.Member, of fields: StoredFields, _ output: Output) {
            let name = Self.shown(member.name.span)
            output.put("    \(name): ")
            guard let value = fields.string(member) else {
                output.put(TerminalText.escaped(fields.json(member).span, .ofJSON))
                output.put("\n")
                return
            }
            let width = name.count
            let indent = String(repeating: " ", count: 4 + (width <= Self.alignedNameMax ? width + 2 : 4))
            var start = 0
            for index in value.indices where value[index] == UInt8(ascii: "\n") {
                let isPair = index > start && value[index - 1] == UInt8(ascii: "\r")
                output.put(Self.shown(value.span.extracting(start..<(isPair ? index - 1 : index)), isFirst: start == 0))
                output.put(isPair ? "\n" : "\\n\n")
                output.put(indent)
                start = index + 1
            }
            output.put(Self.shown(value.span.extracting(start..<value.count), isFirst: start == 0))
            output.put("\n")
        }

        /// A field's name, which ends where the first colon is that a blank follows, and begins with neither a blank nor a
        /// quotation mark.
        private static func shown(_ name: Span<UInt8>) -> String {
            var escaped: Set<Int> = []
            for index in name.indices {
                switch name[index] {
                case UInt8(ascii: " "), UInt8(ascii: "\""): if index == 0 { escaped.insert(index) }
                case UInt8(ascii: ":"):
                    if index + 1 < name.count, name[index + 1] == UInt8(ascii: " ") { escaped.insert(index) }
                default: break
                }
            }
            return TerminalText.escaped(name, also: escaped.contains)
        }

        /// One line of a string; the first begins with no bracket of JSON, so that a text is never taken for an upload.
        private static func shown(_ line: Span<UInt8>, isFirst: Bool) -> String {
            let looksLikeJSON =
                isFirst && !line.isEmpty && (line[0] == UInt8(ascii: "{") || line[0] == UInt8(ascii: "["))
            return TerminalText.escaped(line) { looksLikeJSON && $0 == 0 }
        }
    }
}
