/// Submissions as comma-separated values. Main thread.

internal import HTTP
internal import Store

extension FormsCommand {
    /// Writes the submissions to one form as a table (RFC 4180, in UTF-8), whatever they hold.
    ///
    /// The submissions are read twice, for the columns and for the lines; memory holds one of them, and the names that
    /// `FieldTally` bounds.
    struct SubmissionTable {
        /// Fields that have a column of their own.
        ///
        /// Visitors choose the names: a few thousand hostile ones would make every line megabytes long.
        static let fieldColumnsMax = 1000
        /// Fields that have a column however rare they are.
        ///
        /// Beyond them a field needs one submission in `submissionsPerRareField` to have one: a few bodies of many names
        /// make no table of hundreds of empty columns.
        static let rareFieldColumnsMax = 64
        static let submissionsPerRareField = 100
        /// The columns that every submission has, and the places of their texts in a submission.
        private static let fixedColumns = ["id", "received_at", "remote", "user_agent", "referer"]
        /// The column of an object with the fields that have none of their own.
        private static let othersColumn = "other_fields"
        /// The column of an object with what is stored and is no text: see `Submission.exactMembers`.
        private static let exactColumn = "unreadable"

        private let form: String
        private let isRaw: Bool
        /// The columns of fields, by name.
        private var columns: [[UInt8]: Int] = [:]
        private var hasOthers = false
        private var hasExact = false

        /// - Parameters:
        ///   - form: a form that has submissions.
        ///   - isRaw: true when values that look like formulas stay as they are.
        init(form: String, isRaw: Bool) {
            self.form = form
            self.isRaw = isRaw
        }

        /// Writes the header and a line for each submission.
        consuming func put(_ reader: inout ReadConnection, to output: Output) throws(StoreError) {
            var header = Self.fixedColumns.map { Array($0.utf8) }
            header += Self.headings(try findColumns(&reader), isRaw: isRaw)
            if hasOthers { header.append(Array(Self.othersColumn.utf8)) }
            if hasExact { header.append(Array(Self.exactColumn.utf8)) }
            Self.put(header, to: output)
            try forEach(&reader) { submission in
                Self.put(cells(of: submission), to: output)
                return output.isGood
            }
        }

        /// Decides which fields have columns.
        ///
        /// - Returns: their names, in the order of the columns.
        private mutating func findColumns(_ reader: inout ReadConnection) throws(StoreError) -> [[UInt8]] {
            var tally = FieldTally()
            var hasExact = false
            var count = 0
            try forEach(&reader) { submission in
                count += 1
                for member in submission.fields.members ?? [] { tally.add(member.name) }
                hasExact = hasExact || !submission.exactMembers.isEmpty
                return true
            }
            let (names, isShort) = tally.mostFrequent(
                Self.fieldColumnsMax,
                beyond: Self.rareFieldColumnsMax,
                only: (count + Self.submissionsPerRareField - 1) / Self.submissionsPerRareField
            )
            for (index, name) in names.enumerated() { columns[name] = index }
            self.hasExact = hasExact
            hasOthers = isShort
            return names
        }

        private func forEach(
            _ reader: inout ReadConnection,
            _ body: (Submission) -> Bool
        ) throws(StoreError) {
            let (form, name) = (form, try reader.formName())
            try reader.query(
                "SELECT \(Submission.sql) FROM submissions WHERE \(name) = ? ORDER BY id",
                bind: { $0.text(form) }
            ) { row throws(StoreError) in
                body(Submission(row)) ? .more : .enough
            }
        }

        // MARK: The header

        /// The headings of fields: their names, all different, and different from the other columns'.
        ///
        /// A field that is called like another column, in capitals too, has `fields.` in front; so has a field whose name
        /// begins like that, and one without a name.
        private static func headings(_ names: [[UInt8]], isRaw: Bool) -> [[UInt8]] {
            let prefix = Array("fields.".utf8)
            let reserved = Set((fixedColumns + [othersColumn, exactColumn]).map { Array($0.utf8) })
            return names.map { name in
                let lowercased = name.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
                if name.isEmpty || reserved.contains(lowercased) || lowercased.starts(with: prefix) {
                    return prefix + name
                }
                return isRaw ? name : FormulaGuard.guarded(name)
            }
        }

        // MARK: The lines

        private func cells(of submission: Submission) -> [[UInt8]] {
            let id = submission.id
            var cells = [id.isInteger ? id.text : cell(id.text)]
            cells += Self.fixedColumns.dropFirst().map { cell(submission.text($0)) }
            let (values, others) = fieldCells(of: submission.fields)
            cells += values
            if hasOthers { cells.append(others) }
            if hasExact { cells.append(Self.object(submission.exactMembers)) }
            return cells
        }

        /// The text of a column for a table.
        private func cell(_ text: [UInt8]) -> [UInt8] {
            let characters = text.span.isUTF8 ? text : Array(String(decoding: text, as: UTF8.self).utf8)
            return isRaw ? characters : FormulaGuard.guarded(characters)
        }

        /// The values of the fields that have columns, and an object with the others.
        private func fieldCells(of fields: StoredFields) -> (values: [[UInt8]], others: [UInt8]) {
            var cells = [[UInt8]](repeating: [], count: columns.count)
            var found: [Int: [StoredFields.Member]] = [:]
            var others: [[UInt8]] = []
            for member in fields.members ?? [] {
                if let column = columns[member.name] {
                    found[column, default: []].append(member)
                } else {
                    others.append(fields.nameJSON(member) + [UInt8(ascii: ":")] + fields.json(member))
                }
            }
            for (column, members) in found {
                if members.count == 1 {
                    let cell = fields.cell(members[0])
                    cells[column] = isRaw || fields.isNumber(members[0]) ? cell : FormulaGuard.guarded(cell)
                } else {
                    // As a form's field that was sent several times.
                    let list = members.map { fields.json($0) }.joined(separator: [UInt8(ascii: ",")])
                    cells[column] = [UInt8(ascii: "[")] + list + [UInt8(ascii: "]")]
                }
            }
            return (cells, Self.object(others))
        }

        /// A JSON object of members; nothing without any.
        private static func object(_ members: [[UInt8]]) -> [UInt8] {
            guard !members.isEmpty else { return [] }
            return [UInt8(ascii: "{")] + members.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "}")]
        }

        /// Writes one record; a field is quoted when it must be (RFC 4180, section 2, rules 5 to 7).
        private static func put(_ cells: [[UInt8]], to output: Output) {
            let quote = UInt8(ascii: "\"")
            var line: [UInt8] = []
            for (index, cell) in cells.enumerated() {
                if index > 0 { line.append(UInt8(ascii: ",")) }
                let mustQuote = cell.contains { byte in
                    byte == quote || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n")
                        || byte == UInt8(ascii: "\r")
                }
                guard mustQuote else {
                    line += cell
                    continue
                }
                line.append(quote)
                for byte in cell {
                    if byte == quote { line.append(byte) }
                    line.append(byte)
                }
                line.append(quote)
            }
            line += "\r\n".utf8
            output.put(line.span)
        }
    }
}
