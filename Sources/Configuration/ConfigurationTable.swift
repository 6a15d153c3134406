/// A table of the configuration, or a list of tables that are alike. The main thread.

/// A table, by what can be done with it; what it fills is a part of a `Target`.
struct ConfigurationTable<Target> {
    /// Within the table that holds it.
    let name: String
    let isList: Bool
    /// Sentences for whoever writes the file.
    let meaning: String
    /// Lines of TOML.
    let example: String
    let keyNames: [String]
    /// Changes a target as the table says, and notes all that is wrong with it.
    let apply: (TOMLNode, String, inout Target, inout [ConfigurationProblem]) -> Void
    /// Gives keys that no reload applies the values of the first target, and names those that had others.
    let holdBack: (Target, inout Target, String) -> [String]
    let render: (Target, Target, String, inout [String]) -> Void
    /// Writes a list without tables as a key, which has to stand before any table.
    let renderEmpty: (Target, inout [String]) -> Void
    /// The guide's sections, given what holds when the text says nothing, and the table's full name.
    let guide: (Target, String) -> [GuideSection]

    func header(within label: String) -> String {
        let name = label.isEmpty ? name : "\(label).\(name)"
        return isList ? "[[\(name)]]" : "[\(name)]"
    }

    /// The same table of something that has the target as a part.
    func lifted<Whole>(_ path: WritableKeyPath<Whole, Target>) -> ConfigurationTable<Whole> {
        ConfigurationTable<Whole>(
            name: name,
            isList: isList,
            meaning: meaning,
            example: example,
            keyNames: keyNames,
            apply: { apply($0, $1, &$2[keyPath: path], &$3) },
            holdBack: { holdBack($0[keyPath: path], &$1[keyPath: path], $2) },
            render: { render($0[keyPath: path], $1[keyPath: path], $2, &$3) },
            renderEmpty: { renderEmpty($0[keyPath: path], &$1) },
            guide: { guide($0[keyPath: path], $1) }
        )
    }
}

extension ConfigurationTable {
    /// `[name]`.
    static func table(_ name: String, _ meaning: String, _ body: TableBody<Target>, example: String) -> Self {
        ConfigurationTable(
            name: name,
            isList: false,
            meaning: meaning,
            example: example,
            keyNames: body.keys.map(\.name),
            apply: { body.apply($0, $1, to: &$2, &$3) },
            holdBack: { body.holdBack($0, &$1, $2) },
            render: { target, defaults, label, lines in
                lines += ["", "[\(label)]"]
                body.render(target, defaults: defaults, label, to: &lines)
            },
            renderEmpty: { _, _ in },
            guide: { defaults, label in
                let section = GuideSection(
                    title: "[\(label)]",
                    meaning: meaning,
                    rows: body.keys.map { GuideRow($0, defaults) },
                    example: example
                )
                return [section] + body.tables.flatMap { $0.guide(defaults, "\(label).\($0.name)") }
            }
        )
    }

    /// `[[name]]`.
    ///
    /// - Parameters:
    ///   - name: of the list.
    ///   - meaning: for the guide.
    ///   - body: what each table may hold.
    ///   - example: for the guide.
    ///   - blank: a table that says nothing, given what the text says elsewhere.
    ///   - check: what is wrong with a table after others; `nil` when nothing is.
    ///   - elements: the list that there is; `nil` for one that is written under another name.
    ///   - put: takes the list that was read.
    /// - Returns: the list of tables.
    static func list<Element>(
        _ name: String,
        _ meaning: String,
        _ body: TableBody<Element>,
        example: String,
        blank: @escaping (Target) -> Element,
        check: @escaping (Element, [Element]) -> String? = { _, _ in nil },
        elements: @escaping (Target) -> [Element]?,
        put: @escaping (inout Target, [Element]) -> Void
    ) -> Self {
        precondition(body.keys.allSatisfy(\.appliesAtReload), "a reload takes a list of tables as a whole")
        return ConfigurationTable(
            name: name,
            isList: true,
            meaning: meaning,
            example: example,
            keyNames: body.keys.map(\.name),
            apply: { node, label, target, problems in
                guard let nodes = node.array, nodes.allSatisfy({ $0.table != nil }) else {
                    return problems.append(TableBody<Element>.shape(node, label, isList: true))
                }
                var list: [Element] = []
                for node in nodes {
                    var element = blank(target)
                    var found: [ConfigurationProblem] = []
                    body.apply(node, label, to: &element, &found)
                    if found.isEmpty, let problem = check(element, list) {
                        found.append(ConfigurationProblem(line: node.line, reason: "[[\(label)]] \(problem)"))
                    }
                    problems += found
                    // A table whose needed keys are right says enough for the rest of a check.
                    if !body.lacksNeeded(found, label) { list.append(element) }
                }
                put(&target, list)
            },
            holdBack: { _, _, _ in [] },
            render: { target, _, label, lines in
                for element in elements(target) ?? [] {
                    lines += ["", "[[\(label)]]"]
                    body.render(element, defaults: blank(target), label, to: &lines)
                }
            },
            renderEmpty: { target, lines in
                if elements(target)?.isEmpty ?? false { lines.append("\(name) = []") }
            },
            guide: { defaults, label in
                [
                    GuideSection(
                        title: "[[\(label)]]",
                        meaning: meaning,
                        rows: body.keys.map { GuideRow($0, blank(defaults)) },
                        example: example
                    )
                ]
            }
        )
    }

    /// `[name]` whose keys are not known before.
    static func names(
        _ name: String,
        _ meaning: String,
        _ path: WritableKeyPath<Target, [String: String]>,
        key: TextRule,
        keyName: String,
        _ value: TextRule,
        appliesAtReload: Bool = false,
        example: String
    ) -> Self {
        ConfigurationTable(
            name: name,
            isList: false,
            meaning: meaning,
            example: example,
            keyNames: [],
            apply: { node, label, target, problems in
                guard let members = node.table else {
                    return problems.append(TableBody<Target>.shape(node, label, isList: false))
                }
                target[keyPath: path] = [:]
                for (name, member) in members {
                    if let problem = key.problem(with: name) {
                        problems.append(ConfigurationProblem(line: member.line, reason: "[\(label)] \(problem)"))
                        continue
                    }
                    do throws(ValueProblem) {
                        target[keyPath: path][name] = try ValueKind.text(value).read(member)
                    } catch {
                        let reason = "\(label).\(TOMLText.key(name)) \(error.reason)"
                        problems.append(ConfigurationProblem(line: error.line, reason: reason))
                    }
                }
            },
            holdBack: { old, new, label in
                guard !appliesAtReload, new[keyPath: path] != old[keyPath: path] else { return [] }
                new[keyPath: path] = old[keyPath: path]
                return [label]
            },
            render: { target, _, label, lines in
                lines += ["", "[\(label)]"]
                for (name, value) in target[keyPath: path].sorted(by: { $0.key < $1.key }) {
                    lines.append("\(TOMLText.key(name)) = \(TOMLText.quoted(value))")
                }
            },
            renderEmpty: { _, _ in },
            guide: { _, label in
                let row = GuideRow(
                    name: keyName,
                    usual: "none",
                    takes: value.takes,
                    appliesAtReload: appliesAtReload,
                    meaning: key.takes
                )
                return [GuideSection(title: "[\(label)]", meaning: meaning, rows: [row], example: example)]
            }
        )
    }
}
