/// The text of a configuration, and what it changes. Pure: no file is touched; any thread.

package import Server
internal import TOMLKit

package enum ConfigurationText {
    /// Changes the configuration as the text says.
    ///
    /// - Parameters:
    ///   - text: TOML.
    ///   - path: what the error calls the text.
    ///   - configuration: what the text changes.
    /// - Throws: what is wrong with the text, and in which line.
    package static func apply(
        text: String,
        path: String,
        to configuration: inout ServerConfiguration
    ) throws(ConfigurationError) {
        let root: TOMLTable
        do {
            root = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            throw ConfigurationError(path: path, line: error.source.begin.line, reason: error.description)
        } catch {
            throw ConfigurationError(path: path, line: nil, reason: "\(error)")
        }
        let tables = Set(ConfigurationKey.all.map(\.table)).sorted()
        for name in root.keys {
            guard tables.contains(name), let table = root[name]?.table else {
                throw unknown(path, text, "[\(name)]", name, tables.map { "[\($0)]" }, among: tables)
            }
            try apply(table, name, path, text, to: &configuration)
        }
        if let contradiction = configuration.contradiction {
            throw ConfigurationError(path: path, line: nil, reason: contradiction)
        }
    }

    private static func apply(
        _ table: TOMLTable,
        _ tableName: String,
        _ path: String,
        _ text: String,
        to configuration: inout ServerConfiguration
    ) throws(ConfigurationError) {
        let keys = ConfigurationKey.all.filter { $0.table == tableName }
        for name in table.keys {
            guard let key = keys.first(where: { $0.name == name }), let value = table[name] else {
                throw unknown(path, text, "\(tableName).\(name)", name, keys.map(\.name), among: keys.map(\.name))
            }
            if let problem = key.take(value, &configuration) {
                throw ConfigurationError(
                    path: path,
                    line: line(of: name, in: text),
                    reason: "\(tableName).\(name) \(problem)"
                )
            }
        }
    }

    // MARK: Unknown names

    private static func unknown(
        _ path: String,
        _ text: String,
        _ what: String,
        _ name: String,
        _ known: [String],
        among candidates: [String]
    ) -> ConfigurationError {
        let nearest = candidates.min { distance($0, name) < distance($1, name) }
        let hint = nearest.flatMap { distance($0, name) <= 3 ? "did you mean \($0)?" : nil }
        return ConfigurationError(
            path: path,
            line: line(of: name, in: text),
            reason: "\(what) is not known; \(hint ?? "known are: \(known.joined(separator: ", "))")"
        )
    }

    /// The first line that begins with the name, as a key or as a table.
    private static func line(of name: String, in text: String) -> Int? {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.firstIndex { line in
            let start = line.drop { $0 == " " || $0 == "\t" || $0 == "[" || $0 == "\"" }
            return start.hasPrefix(name)
        }.map { $0 + 1 }
    }

    /// Letters to insert, remove or replace (Levenshtein).
    static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for other in right.indices {
                let replaced = diagonal + (letter == right[other] ? 0 : 1)
                diagonal = row[other + 1]
                row[other + 1] = min(replaced, row[other] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
