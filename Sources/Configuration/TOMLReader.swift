/// TOML text to a tree of values with their lines. Pure; any thread.

internal import TOMLKit

enum TOMLReader {
    /// Reads a document.
    ///
    /// - Throws: where the text is no TOML, or holds a NUL: TOMLKit hands strings on as C has them, cut at one.
    static func read(_ text: String) throws(ConfigurationProblem) -> TOMLNode {
        if let index = text.utf8.firstIndex(of: 0) {
            let line = 1 + text.utf8[..<index].count { $0 == UInt8(ascii: "\n") }
            throw ConfigurationProblem(line: line, reason: "holds a NUL, which no text may; is this the right file?")
        }
        let lines = TOMLLines(text)
        if let line = lines.lineOfDepth {
            throw ConfigurationProblem(line: line, reason: "is nested too deeply; no key has so many parts")
        }
        if let line = lines.lineWithoutName {
            // TOMLKit's parser ends the process where a name or a value is missing in some places.
            throw ConfigurationProblem(line: line, reason: "is no TOML: a name is missing, or wants quotation marks")
        }
        if let line = lines.lineWithoutValue {
            throw ConfigurationProblem(line: line, reason: "is no TOML: a value is missing")
        }
        let root: TOMLTable
        do {
            root = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            throw ConfigurationProblem(line: error.source.begin.line, reason: words(error.description))
        } catch {
            throw ConfigurationProblem(line: nil, reason: "is no TOML: \(error)")
        }
        // TOMLKit never frees a table; its content at least is given back.
        defer { root.clear() }
        if let line = lines.lineOfNUL { throw ConfigurationProblem(line: line, reason: "has a text with a NUL") }
        return TOMLNode(line: 1, value: .table(members(root, [], 1, lines.lines)))
    }

    private static func words(_ description: String) -> String {
        let remedy = description.contains("redefine") ? "; each key and each table stands once" : ""
        return "is no TOML: \(description)\(remedy)"
    }

    private static func members(
        _ table: TOMLTable,
        _ way: [TOMLStep],
        _ line: Int,
        _ lines: [[TOMLStep]: Int]
    ) -> [(name: String, node: TOMLNode)] {
        var members: [(name: String, node: TOMLNode)] = []
        for name in table.keys {
            guard let value = table[name] else { continue }
            members.append((name, node(value, way + [.name(name)], line, lines)))
        }
        // TOMLKit has them by name. Equal lines leave that order: sorting is stable by the index.
        return members.enumerated()
            .sorted { ($0.element.node.line, $0.offset) < ($1.element.node.line, $1.offset) }
            .map(\.element)
    }

    /// A value and all within it; one whose line is not known has the line of what holds it.
    private static func node(
        _ value: any TOMLValueConvertible,
        _ way: [TOMLStep],
        _ line: Int,
        _ lines: [[TOMLStep]: Int]
    ) -> TOMLNode {
        let line = lines[way] ?? line
        let content: TOMLNode.Value
        switch value.type {
        case .table: content = .table(value.table.map { members($0, way, line, lines) } ?? [])
        case .array:
            var elements: [TOMLNode] = []
            if let array = value.array {
                for (index, element) in array.enumerated() {
                    elements.append(node(element, way + [.index(index)], line, lines))
                }
            }
            content = .array(elements)
        case .string: content = .text(value.string ?? "")
        case .int: content = .integer(value.int ?? 0)
        case .double: content = .number(value.double ?? .nan)
        case .bool: content = .flag(value.bool ?? false)
        case .date, .time, .dateTime: content = .instant
        }
        return TOMLNode(line: line, value: content)
    }
}
