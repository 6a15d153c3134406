/// `ringport forms list`. Main thread.

internal import ArgumentParser
internal import Store

extension FormsCommand {
    /// One line for each form that has been sent.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the forms that have been sent: how often, first and last."
        )

        @OptionGroup var site: Site

        func run() throws {
            var lines = [["form", "submissions", "first", "last"]]
            do {
                try site.open().read { reader throws(StoreError) in
                    guard try reader.hasSubmissions() else { return }
                    try reader.query(
                        """
                        SELECT form, count(*), min(received_at), max(received_at)
                        FROM submissions GROUP BY form ORDER BY form
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
            let widths = (0..<4).map { column in lines.map { $0[column].count }.max() ?? 0 }
            return lines.map { cells in
                let form = cells[0] + String(repeating: " ", count: widths[0] - cells[0].count)
                let count = String(repeating: " ", count: widths[1] - cells[1].count) + cells[1]
                let first = cells[2] + String(repeating: " ", count: widths[2] - cells[2].count)
                return "\(form)  \(count)  \(first)  \(cells[3])"
            }
        }
    }
}
