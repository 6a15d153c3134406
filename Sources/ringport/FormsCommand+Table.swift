/// Submissions as comma-separated values. Main thread.

internal import Store

extension FormsCommand {
    /// Writes the submissions to one form as a table (RFC 4180, in UTF-8).
    struct SubmissionTable {
        /// The columns that every submission has.
        private static let fixedColumns = ["id", "received_at", "remote", "user_agent", "referer"]
        /// Columns beyond which there is no table.
        ///
        /// Visitors choose the names of fields: a few thousand hostile ones would make every line megabytes long.
        private static let fieldColumnsMax = 1000

        private let form: String
        private let isRaw: Bool
        /// The values of the row being gathered, at their columns.
        private var cells: [String] = []

        /// - Parameters:
        ///   - form: a form that has submissions.
        ///   - isRaw: whether values that look like formulas stay as they are.
        init(form: String, isRaw: Bool) {
            self.form = form
            self.isRaw = isRaw
        }

        /// Writes the header and a line for each submission, or says why that makes no table.
        consuming func put(_ reader: inout ReadConnection, to output: Output) throws(StoreError) -> Failure? {
            let names = try fieldNames(&reader)
            guard names.count <= Self.fieldColumnsMax else {
                return Failure(
                    description: """
                        the submissions to '\(form)' have more than \(Self.fieldColumnsMax) different fields, which is \
                        too many for a table; --format json exports them
                        """
                )
            }
            var columns: [String: Int] = [:]
            for (index, name) in names.enumerated() { columns[name] = Self.fixedColumns.count + index }
            // A field may be called "id" too; two columns of one name would be told apart by nobody.
            let header = Self.fixedColumns + names.map { Self.fixedColumns.contains($0) ? "fields.\($0)" : $0 }
            put(header, to: output)
            try putRows(&reader, columns, to: output)
            return nil
        }

        /// The names of all fields of all submissions, in the order in which they first came: DISTINCT keeps that of
        /// the index and of the objects.
        ///
        /// One more than the limit at most.
        private func fieldNames(_ reader: inout ReadConnection) throws(StoreError) -> [String] {
            var names: [String] = []
            try reader.query(
                """
                SELECT DISTINCT f.key FROM submissions AS s CROSS JOIN json_each(s.fields) AS f WHERE s.form = ? LIMIT ?
                """,
                bind: { binder in
                    binder.text(form)
                    binder.integer(Int64(Self.fieldColumnsMax + 1))
                }
            ) { row throws(StoreError) in
                names.append(row.string(0))
                return .more
            }
            return names
        }

        /// Gathers the fields of each submission, which come one in a row, and writes the line when the next one begins.
        ///
        /// The index delivers the submissions in this order; asking for an order of the fields too would have SQLite hold
        /// all of them to sort.
        private mutating func putRows(
            _ reader: inout ReadConnection,
            _ columns: [String: Int],
            to output: Output
        ) throws(StoreError) {
            var current: Int64?
            let empty = [String](repeating: "", count: Self.fixedColumns.count + columns.count)
            let form = form
            try reader.query(
                """
                SELECT s.id, s.received_at, s.remote, s.user_agent, s.referer, f.key, \(FieldValue.sql)
                FROM submissions AS s LEFT JOIN json_each(s.fields) AS f WHERE s.form = ? ORDER BY s.id
                """,
                bind: { $0.text(form) }
            ) { row throws(StoreError) in
                if row.integer(0) != current {
                    if current != nil { put(cells, to: output) }
                    current = row.integer(0)
                    cells = empty
                    for column in Self.fixedColumns.indices { cells[column] = row.string(column) }
                }
                if !row.isNull(5), let column = columns[row.string(5)] { cells[column] = row.string(6) }
                return output.isGood ? .more : .enough
            }
            if current != nil { put(cells, to: output) }
        }

        /// Writes one record.
        private func put(_ cells: [String], to output: Output) {
            for (index, cell) in cells.enumerated() {
                if index > 0 { output.put(UInt8(ascii: ",")) }
                put(cell: isRaw || !Self.looksLikeFormula(cell) ? cell : "'" + cell, to: output)
            }
            output.put("\r\n")
        }

        /// Writes one field, quoted when it must be (RFC 4180, section 2, rules 5 to 7).
        private func put(cell: String, to output: Output) {
            let mustQuote = cell.utf8.contains { byte in
                byte == UInt8(ascii: "\"") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n")
                    || byte == UInt8(ascii: "\r")
            }
            guard mustQuote else { return output.put(cell) }
            output.put(UInt8(ascii: "\""))
            for byte in cell.utf8 {
                if byte == UInt8(ascii: "\"") { output.put(byte) }
                output.put(byte)
            }
            output.put(UInt8(ascii: "\""))
        }

        /// Whether a spreadsheet would calculate a value that a stranger sent, and perhaps call a program for it.
        ///
        /// It would for what begins with `=`, `+`, `-`, `@`, a tab or a CR
        /// (https://owasp.org/www-community/attacks/CSV_Injection). Numbers, and telephone numbers, do no harm.
        private static func looksLikeFormula(_ cell: String) -> Bool {
            guard let first = cell.utf8.first else { return false }
            switch first {
            case UInt8(ascii: "="), UInt8(ascii: "@"), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
                return true
            case UInt8(ascii: "+"), UInt8(ascii: "-"):
                return !cell.utf8.dropFirst().allSatisfy { byte in
                    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: ".")
                        || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")")
                }
            default:
                return false
            }
        }
    }
}
