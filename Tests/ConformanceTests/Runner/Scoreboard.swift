/// How many cases of each section each server passes, as Markdown. Pure, any thread.

/// What came of the table with several servers.
struct Scoreboard {
    /// A server's outcome: what is wrong with each case by the section's name, `nil` for nothing.
    struct Column {
        let name: String
        let version: String
        let faults: [String: [String?]]

        var title: String { version.isEmpty ? name : "\(name) \(version)" }

        func passed(_ section: Section) -> Int { faults[section.name, default: []].count { $0 == nil } }
    }

    let sections: [Section]
    let columns: [Column]

    /// The section with only the cases that every static server can be asked.
    static func common(_ section: Section) -> Section {
        Section(
            name: section.name,
            title: section.title,
            cases: section.cases.filter { $0.onlyRingport == nil }
        )
    }

    /// The table: a row for each section, a column for each server.
    var rows: [String] {
        let titles = columns.map(\.title)
        let head = [
            "| section | cases | \(titles.joined(separator: " | ")) |",
            "| --- |" + String(repeating: " ---: |", count: columns.count + 1),
        ]
        let rows = sections.map { section in
            let counts = columns.map { "\($0.passed(section))" }
            return "| \(section.name), \(section.title) | \(section.cases.count) | \(counts.joined(separator: " | ")) |"
        }
        let sums = columns.map { column in "\(sections.reduce(0) { $0 + column.passed($1) })" }
        let count = sections.reduce(0) { $0 + $1.cases.count }
        return head + rows + ["| **all** | **\(count)** | \(sums.map { "**\($0)**" }.joined(separator: " | ")) |"]
    }

    /// What each server fails, as lists.
    var failures: [String] {
        columns.flatMap { column -> [String] in
            let lines = sections.flatMap { section in
                zip(section.cases, column.faults[section.name, default: []]).compactMap { row, fault in
                    fault.map { "- \(row.section): \(row.claim): \(Self.plain($0))" }
                }
            }
            let title = "<details><summary>\(column.title): \(lines.count)</summary>"
            return ["", title, ""] + (lines.isEmpty ? ["Nothing."] : lines) + ["", "</details>"]
        }
    }

    /// A message as one line that Markdown leaves alone.
    private static func plain(_ text: String) -> String {
        let line = text.map { "|<>*`_".contains($0) || $0.isNewline ? " " : String($0) }.joined()
        return line.count > 160 ? line.prefix(160) + "…" : line
    }

    /// Where a server passes more of a section than the first one does, which is Ringport.
    var defeats: [String] {
        guard let ours = columns.first else { return [] }
        return sections.flatMap { section in
            columns.dropFirst().filter { $0.passed(section) > ours.passed(section) }
                .map { "\($0.name) passes \($0.passed(section)) of \(section.name), Ringport \(ours.passed(section))" }
        }
    }

    /// The document with the table and the lists between their marks.
    func written(into text: String) throws -> String {
        try text.replacing(between: "scoreboard", with: rows).replacing(between: "failures", with: failures)
    }
}
