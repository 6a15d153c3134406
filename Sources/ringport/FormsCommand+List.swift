/// `ringport forms list`. Main thread.

internal import ArgumentParser
internal import Store

extension FormsCommand {
    /// One line for each form that has been sent.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the forms that have been sent: how often, first and last."
        )

        /// Columns that a cell is padded to at most: a form's name, but for one that was stored by hand.
        private static let alignedWidthMax = 64

        @OptionGroup var site: Site

        func run() throws {
            var lines = [["form", "submissions", "first", "last"]]
            do {
                try site.open().read { reader throws(StoreError) in
                    guard try reader.hasSubmissions() else { return }
                    let name = try reader.formName()
                    try reader.query(
                        """
                        SELECT \(name), count(*), min(received_at), max(received_at)
                        FROM submissions GROUP BY 1 ORDER BY 1
                        """
                    ) { row throws(StoreError) in
                        lines.append([
                            row.withText(0, printable), String(row.integer(1)), row.withText(2, printable),
                            row.withText(3, printable),
                        ])
                        return .more
                    }
                }
            } catch StoreError.missing {
                // A site that nobody has written to yet is in order.
            }
            let output = try Output()
            if lines.count == 1 {
                output.put("nothing has been stored yet\n")
            } else {
                for line in Self.aligned(lines) { output.put(line + "\n") }
            }
            try output.finish()
        }

        /// Pads every column but the last to its widest cell; numbers, in the second, to the right.
        private static func aligned(_ lines: [[String]]) -> [String] {
            let widths = (0..<4).map { column in min(lines.map { $0[column].count }.max() ?? 0, alignedWidthMax) }
            return lines.map { cells in
                func padding(_ column: Int) -> String {
                    String(repeating: " ", count: max(0, widths[column] - cells[column].count))
                }
                return "\(cells[0])\(padding(0))  \(padding(1))\(cells[1])  \(cells[2])\(padding(2))  \(cells[3])"
            }
        }
    }
}
