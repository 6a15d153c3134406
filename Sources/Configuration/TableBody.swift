/// What a table may hold: keys, and tables of its own. The main thread.

/// The members of a table whose values are parts of a `Target`.
struct TableBody<Target> {
    var keys: [ConfigurationKey<Target>] = []
    /// In the order in which they are applied, and written.
    var tables: [ConfigurationTable<Target>] = []
    /// What becomes of the target before the table's members are applied.
    var prepare: (TOMLNode, inout Target) -> Void = { _, _ in }
    /// What is wrong with values that are right one by one, and the key to blame; `nil` when nothing is.
    var check: (Target) -> (key: String, reason: String)? = { _ in nil }

    /// The same members of something that has the target as a part.
    func lifted<Whole>(_ path: WritableKeyPath<Whole, Target>) -> TableBody<Whole> {
        TableBody<Whole>(
            keys: keys.map { $0.lifted(path) },
            tables: tables.map { $0.lifted(path) },
            prepare: { prepare($0, &$1[keyPath: path]) },
            check: { check($0[keyPath: path]) }
        )
    }

    // MARK: Reading

    /// Changes the target as a table says.
    ///
    /// - Parameters:
    ///   - node: the table.
    ///   - label: what it is called, `limits` or `host.redirect`; empty for the whole text.
    ///   - target: what is changed.
    /// - Throws: the first thing that is wrong, and where.
    func apply(_ node: TOMLNode, _ label: String, to target: inout Target) throws(ConfigurationProblem) {
        guard let members = node.table else { throw Self.shape(node, label, isList: false) }
        for (name, member) in members where !knows(name) { throw unknown(name, member, label) }
        prepare(node, &target)
        try applyKeys(node, label, to: &target)
        for table in tables {
            guard let member = node.member([table.name[...]]) else { continue }
            try table.apply(member, Self.joined(label, table.name), &target)
        }
        if let (key, reason) = check(target) {
            let line = node.member([key[...]])?.line ?? node.line
            throw ConfigurationProblem(line: line, reason: "\(Self.joined(label, key)) \(reason)")
        }
    }

    private func applyKeys(
        _ node: TOMLNode,
        _ label: String,
        to target: inout Target
    ) throws(ConfigurationProblem) {
        for key in keys {
            guard let member = node.member([key.name[...]]) else {
                guard !key.isRequired else {
                    throw ConfigurationProblem(line: node.line, reason: "[[\(label)]] lacks \(key.name), \(key.takes)")
                }
                continue
            }
            do throws(ValueProblem) {
                try key.read(member, &target)
            } catch {
                let name = Self.joined(label, key.name)
                throw ConfigurationProblem(line: error.line, reason: "\(name) \(error.reason)")
            }
        }
    }

    private func knows(_ name: String) -> Bool {
        keys.contains { $0.name == name } || tables.contains { $0.name == name }
    }

    private func unknown(_ name: String, _ node: TOMLNode, _ label: String) -> ConfigurationProblem {
        let names = keys.map(\.name) + tables.map(\.name)
        let isTable = node.table != nil
        let full = Self.joined(label, Self.shortened(name))
        let what = isTable ? "[\(full)] is not known" : "\(full) is not known"
        if let nearest = NearestName.of(name, among: names) {
            return ConfigurationProblem(line: node.line, reason: "\(what); did you mean \(nearest)?")
        }
        // A key above the first table is one whose table was forgotten.
        if !isTable, let table = tables.first(where: { $0.keyNames.contains(name) }) {
            let reason = "\(what) here; it belongs below \(table.header(within: label))"
            return ConfigurationProblem(line: node.line, reason: reason)
        }
        let known =
            keys.map(\.name) + tables.map { label.isEmpty ? $0.header(within: label) : $0.name }
        return ConfigurationProblem(
            line: node.line,
            reason: "\(what); known are: \(known.joined(separator: ", "))"
        )
    }

    static func joined(_ label: String, _ name: String) -> String {
        label.isEmpty ? name : "\(label).\(name)"
    }

    private static func shortened(_ name: String) -> String {
        name.count <= 64 ? TOMLText.key(name) : TOMLText.key(String(name.prefix(64))) + "…"
    }

    /// What to say about a table where a list of tables should be, and the other way round.
    static func shape(_ node: TOMLNode, _ label: String, isList: Bool) -> ConfigurationProblem {
        ConfigurationProblem(
            line: node.line,
            reason: isList
                ? "\(label) is a list of tables; write [[\(label)]] above each"
                : "\(label) is a table; write [\(label)]"
        )
    }

    // MARK: Writing

    /// Writes every key with its value, and every table.
    ///
    /// - Parameters:
    ///   - target: whose values are written.
    ///   - defaults: what they would be if the text said nothing.
    ///   - label: the table's name; empty for the whole text.
    ///   - lines: what has been written so far.
    func render(_ target: Target, defaults: Target, _ label: String, to lines: inout [String]) {
        for key in keys { render(key, target, defaults, to: &lines) }
        for table in tables { table.renderEmpty(target, &lines) }
        for table in tables { table.render(target, defaults, Self.joined(label, table.name), &lines) }
    }

    private func render(_ key: ConfigurationKey<Target>, _ target: Target, _ defaults: Target, to lines: inout [String])
    {
        let usual = key.text(defaults)
        guard let text = key.text(target) else {
            if let otherwise = key.otherwise { lines.append("# \(key.name): \(otherwise)") }
            return
        }
        let line = "\(key.name) = \(text)"
        if key.isRequired || text == usual {
            lines.append(line)
        } else {
            lines.append("\(line)  # default: \(key.otherwise ?? usual ?? "none")")
        }
    }
}
