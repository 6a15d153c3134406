/// That a message which says what to set names something that can be set. Test threads.

import Testing

@Suite struct NamedSettingsTests {
    /// Keys by table, as docs/CONFIGURATION.md has them, which the configuration's own test holds to the code.
    private static let keys: [String: Set<String>] = {
        var keys: [String: Set<String>] = [:]
        var table = ""
        for line in SourceTree.read("docs/CONFIGURATION.md").split(separator: "\n") {
            if let heading = line.firstMatch(of: /^#+ `\[+([a-z_.]+)\]+`/) {
                table = String(heading.1)
                keys[table] = []
            } else if let row = line.firstMatch(of: /^\| `([a-z_]+)` \|/) {
                keys[table, default: []].insert(String(row.1))
            }
        }
        return keys
    }()

    /// Options by their names, as the README lists them.
    private static let options: Set<String> = {
        let part = SourceTree.read("README.md").split(separator: "## ").first { $0.hasPrefix("The command line") } ?? ""
        return Set(part.matches(of: /--[a-z]+(?:-[a-z]+)*/).map { String($0.output) })
    }()

    /// Options of docker and of `swift test`.
    private static let otherPrograms: Set<String> = ["--security-opt", "--filter"]

    /// The settings and options in a line's texts that do not exist.
    private static func unknown(in line: Substring, code: String) -> [String] {
        var unknown: [String] = []
        func isText(_ match: Substring) -> Bool { !code.contains(match) }
        for match in line.matches(of: /\[([a-z_]+(?:\.[a-z_]+)*)\](?: ([a-z_]+))?/) where isText(match.output.0) {
            // A subscript of what is put into the text.
            guard line[..<match.range.lowerBound].last?.isLetter != true else { continue }
            let name = String(match.1)
            let table = name.hasPrefix("host.") ? String(name.dropFirst(5)) : name
            guard let known = keys[name] ?? keys[table] else {
                unknown.append("[\(name)]")
                continue
            }
            // Behind `[[auth]]` the sentence goes on; behind `[store]` comes a key.
            let isList = line[..<match.range.lowerBound].hasSuffix("[")
            if !isList, let key = match.2, !known.contains(String(key)) { unknown.append("[\(name)] \(key)") }
        }
        for match in line.matches(of: /\b([a-z]+)\.([a-z_]+)\b(?![(.])/) where isText(match.output.0) {
            let before = line[..<match.range.lowerBound].last
            guard before != ".", before != "(", before != "/", before != "-" else { continue }
            guard let known = keys[String(match.1)], !["log", "so", "toml", "db", "sql"].contains(match.2) else {
                continue
            }
            let isTable = keys[String(match.output.0)] != nil || match.1 == "host" && keys[String(match.2)] != nil
            if !isTable, !known.contains(String(match.2)) { unknown.append(String(match.output.0)) }
        }
        for match in line.matches(of: /--[a-z]+(?:-[a-z]+)*/) where isText(match.output) {
            if !options.union(otherPrograms).contains(String(match.output)) { unknown.append(String(match.output)) }
        }
        return unknown
    }

    @Test func everySettingThatAMessageNamesExists() {
        #expect(Self.keys.count > 15 && Self.options.count > 8)
        // That file names what GNU tail has, and the command refuses or translates.
        let foreign = "Sources/ringport/TailArguments.swift"
        for file in SourceTree.shared.product where file.path.hasPrefix("Sources/") && file.path != foreign {
            for (index, line) in file.lines.enumerated() where hasText(line, file.code[index]) {
                for name in Self.unknown(in: line, code: file.code[index]) {
                    Issue.record("\(file.path):\(index + 1): there is no \(name)")
                }
            }
        }
    }

    /// True when something was taken out of a line that is not a comment, and may name a setting.
    private func hasText(_ line: Substring, _ code: String) -> Bool {
        guard line.utf8.count > code.utf8.count else { return false }
        let start = line.utf8.drop { $0 == UInt8(ascii: " ") }
        guard !start.starts(with: "//".utf8) else { return false }
        return start.contains { "[-.".utf8.contains($0) }
    }

    @Test func whatDoesNotExistIsFound() {
        func unknown(_ text: String) -> [String] { Self.unknown(in: "say(\"\(text)\")", code: "say(\"\")") }
        #expect(unknown("set [log] folder, [log] access = \\\"stdout\\\", limits.body_size_max or --root") == [])
        #expect(unknown("set [log] directory or [logs] folder") == ["[log] directory", "[logs]"])
        #expect(unknown("limits.body_size is above; use --log") == ["limits.body_size", "--log"])
        #expect(unknown("[[auth]] names a file; choose files.www") == [])
    }
}
