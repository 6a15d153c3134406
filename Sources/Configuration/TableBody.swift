/// The members that a table may hold: keys, and tables of its own. The main thread.

/// The members of a table whose values are parts of a `Target`.
struct TableBody<Target> {
    var keys: [ConfigurationKey<Target>] = []
    /// In the order in which they are applied, and written.
    var tables: [ConfigurationTable<Target>] = []
    /// Prepares the target before the table's members are applied.
    var prepare: (TOMLNode, inout Target) -> Void = { _, _ in }
    /// The complaint about values that are right one by one, and the key to blame; `nil` when there is none.
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

    /// The same members, each key applied by a reload.
    func appliedAtReload() -> Self {
        var body = self
        for index in body.keys.indices { body.keys[index].appliesAtReload = true }
        return body
    }

    // MARK: Reading

    /// Changes the target as a table says.
    ///
    /// - Parameters:
    ///   - node: the table.
    ///   - label: what it is called, `limits` or `host.redirect`; empty for the whole text.
    ///   - target: what is changed; a key with a wrong value leaves what it would change as it is.
    ///   - problems: takes all that is wrong, and where.
    func apply(_ node: TOMLNode, _ label: String, to target: inout Target, _ problems: inout [ConfigurationProblem]) {
        guard let members = node.table else { return problems.append(Self.shape(node, label, isList: false)) }
        var found = members.filter { !knows($0.name) }.map { unknown($0.name, $0.node, label) }
        prepare(node, &target)
        // A key that is needed may be there under a name that is not known: that is said once.
        let misspelt = Set(found.compactMap(\.key))
        for key in keys {
            let problems = apply(key, node, label, to: &target)
            let isThere = node.member([key.name[...]]) != nil
            if !isThere, misspelt.contains(Self.joined(label, key.name)) { continue }
            found += problems
        }
        for table in tables {
            guard let member = node.member([table.name[...]]) else { continue }
            table.apply(member, Self.joined(label, table.name), &target, &found)
        }
        problems += found
        // Values that were not taken may be what would have made the others right.
        guard !found.contains(where: { $0.key != nil }), let (key, reason) = check(target) else { return }
        let line = node.member([key[...]])?.line ?? node.line
        problems.append(Self.problem(line, Self.joined(label, key), reason))
    }

    /// Applies one key, or leaves the target as it is and says all that is wrong.
    private func apply(
        _ key: ConfigurationKey<Target>,
        _ node: TOMLNode,
        _ label: String,
        to target: inout Target
    ) -> [ConfigurationProblem] {
        let name = Self.joined(label, key.name)
        guard let member = node.member([key.name[...]]) else {
            guard key.isRequired else { return [] }
            let reason = "[[\(label)]] lacks \(key.name), \(key.takes)"
            return [ConfigurationProblem(line: node.line, reason: reason, key: name)]
        }
        do throws(ValueProblem) {
            try key.read(member, &target)
            return []
        } catch {
            return ([error] + error.others).map { Self.problem($0.line, name, $0.reason) }
        }
    }

    private static func problem(_ line: Int, _ key: String, _ reason: String) -> ConfigurationProblem {
        ConfigurationProblem(line: line, reason: "\(key) \(reason)", key: key)
    }

    /// True when one of the problems is about a key that the table can't do without.
    func lacksNeeded(_ problems: [ConfigurationProblem], _ label: String) -> Bool {
        keys.contains { key in key.isRequired && problems.contains { $0.key == Self.joined(label, key.name) } }
    }

    // MARK: Reloading

    /// Gives keys that no reload applies the values that hold.
    ///
    /// - Parameters:
    ///   - old: the values that hold.
    ///   - new: the values that are wanted; changed.
    ///   - label: the table's name; empty for the whole text.
    /// - Returns: the full names of the keys that had other values.
    func holdBack(_ old: Target, _ new: inout Target, _ label: String) -> [String] {
        var names: [String] = []
        for key in keys where !key.appliesAtReload {
            if key.text(old) != key.text(new) { names.append(Self.joined(label, key.name)) }
            key.copy(old, &new)
        }
        for table in tables { names += table.holdBack(old, &new, Self.joined(label, table.name)) }
        return names
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
            let reason = "\(what); did you mean \(nearest)?"
            return ConfigurationProblem(line: node.line, reason: reason, key: Self.joined(label, nearest))
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

    /// The complaint about a table where a list of tables should be, and the other way round.
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
