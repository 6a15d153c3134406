/// A table of a Markdown file that a test compares with the code, or writes. Test threads.

import Testing

/// The table between two comments, `<!-- name:begin -->` and `<!-- name:end -->`.
struct MarkdownTable {
    /// Lines before the first row, the rows, and what follows them.
    private var before: [String] = []
    private var rows: [String] = []
    private var after: [String] = []

    /// Compares the rows of a table with what they should be, or makes them so when the environment asks for it.
    ///
    /// - Parameters:
    ///   - path: of the file, from the repository's folder.
    ///   - name: of the table.
    ///   - expected: the rows that should be there, given those that are, by their first cell.
    /// - Returns: the rows that should be there.
    /// - Throws: when there is no such file or table, and what `expected` throws.
    @discardableResult
    static func compare(
        _ path: String,
        _ name: String,
        _ expected: ([String: [String]]) throws -> [[String]]
    ) throws -> [[String]] {
        let text = try #require(TextFile.read(path), "there is no \(path)")
        var table = try #require(MarkdownTable(text, name), "\(path) has no table <!-- \(name):begin -->")
        let known = table.rows.map(cells)
        let wanted = try expected(Dictionary(known.map { ($0[0], $0) }) { first, _ in first })
        let lines = wanted.map { "| \($0.joined(separator: " | ")) |" }
        if TextFile.isWritten {
            table.rows = lines
            try #require(TextFile.write((table.before + table.rows + table.after).joined(separator: "\n"), to: path))
        }
        for line in lines where !table.rows.contains(line) { Issue.record("\(path), \(name): lacks \(line)") }
        for line in table.rows where !lines.contains(line) { Issue.record("\(path), \(name): is not so: \(line)") }
        #expect(table.rows == lines, "\(path), \(name): RINGPORT_WRITE_DOCS=1 swift test --filter GeneratedDocs")
        return wanted
    }

    /// Finds the table; `nil` when there is none of this name.
    private init?(_ text: String, _ name: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let begin = lines.firstIndex(of: "<!-- \(name):begin -->"),
            let end = lines[begin...].firstIndex(of: "<!-- \(name):end -->"), end - begin > 2
        else { return nil }
        // The comment, the line of titles, and the line below it.
        before = Array(lines[...(begin + 2)])
        rows = Array(lines[(begin + 3)..<end])
        after = Array(lines[end...])
    }

    private static func cells(_ line: String) -> [String] {
        line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map { cell in
            let trimmed = cell.drop { $0 == " " }.reversed().drop { $0 == " " }
            return String(trimmed.reversed())
        }
    }
}
