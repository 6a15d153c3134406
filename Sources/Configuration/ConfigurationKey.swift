/// A key of a table: its name, what it takes and means, what it changes. The main thread.

/// One key whose value is part of a `Target`.
struct ConfigurationKey<Target> {
    let name: String
    let takes: String
    /// Sentences for whoever writes the file.
    let meaning: String
    /// Whether its table makes no sense without it.
    var isRequired = false
    /// What holds without it, where that can't be written as a value.
    var otherwise: String?
    /// True when a reload applies a new value; otherwise it holds from the next start on.
    var appliesAtReload = false
    let read: (TOMLNode, inout Target) throws(ValueProblem) -> Void
    /// Gives a target the value that another has.
    let copy: (Target, inout Target) -> Void
    /// The value in TOML; `nil` when it is written by leaving the key away.
    let text: (Target) -> String?

    init<Value>(
        _ name: String,
        _ path: WritableKeyPath<Target, Value>,
        _ kind: ValueKind<Value>,
        _ meaning: String,
        isRequired: Bool = false,
        otherwise: String? = nil,
        appliesAtReload: Bool = false
    ) {
        self.name = name
        takes = kind.takes
        self.meaning = meaning
        self.isRequired = isRequired
        self.otherwise = otherwise
        self.appliesAtReload = appliesAtReload
        read = { (node, target) throws(ValueProblem) in target[keyPath: path] = try kind.read(node) }
        copy = { $1[keyPath: path] = $0[keyPath: path] }
        text = { kind.text($0[keyPath: path]) }
    }

    private init<Part>(_ key: ConfigurationKey<Part>, at path: WritableKeyPath<Target, Part>) {
        name = key.name
        takes = key.takes
        meaning = key.meaning
        isRequired = key.isRequired
        otherwise = key.otherwise
        appliesAtReload = key.appliesAtReload
        copy = { key.copy($0[keyPath: path], &$1[keyPath: path]) }
        read = { (node, target) throws(ValueProblem) in try key.read(node, &target[keyPath: path]) }
        text = { key.text($0[keyPath: path]) }
    }

    /// The same key of something that has the target as a part.
    func lifted<Whole>(_ path: WritableKeyPath<Whole, Target>) -> ConfigurationKey<Whole> {
        ConfigurationKey<Whole>(self, at: path)
    }
}
