/// Kinds of values that keys take: how each is read, and written. Pure; the main thread.

/// A complaint about a value.
struct ValueProblem: Error {
    let line: Int
    /// Follows the key's name.
    let reason: String
    /// Further complaints about the value, as about other elements of a list.
    var others: [ValueProblem] = []

    init(_ node: TOMLNode, _ reason: String) {
        line = node.line
        self.reason = reason
    }
}

/// A kind of values.
struct ValueKind<Value> {
    /// The values that are taken, in words for people.
    let takes: String
    let read: (TOMLNode) throws(ValueProblem) -> Value
    /// The value in TOML; `nil` for one that is written by leaving the key away.
    let text: (Value) -> String?
}

extension ValueKind<Int> {
    static func count(_ range: ClosedRange<Int>) -> Self {
        let takes = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return ValueKind(takes: takes) { (node) throws(ValueProblem) in
            guard let number = node.integer, range.contains(number) else { throw ValueProblem(node, "is \(takes)") }
            return number
        } text: {
            "\($0)"
        }
    }

    static func oneOf(_ numbers: [Int]) -> Self {
        let takes = "one of \(numbers.map(String.init).joined(separator: ", "))"
        return ValueKind(takes: takes) { (node) throws(ValueProblem) in
            guard let number = node.integer, numbers.contains(number) else { throw ValueProblem(node, "is \(takes)") }
            return number
        } text: {
            "\($0)"
        }
    }
}

extension ValueKind<[Int]> {
    /// A list of some of a few numbers, none twice; empty is written by leaving the key away.
    ///
    /// - Parameters:
    ///   - numbers: those that are taken.
    ///   - otherwise: what is said of another number, behind "does not take 200; ".
    /// - Returns: the kind.
    static func some(of numbers: [Int], otherwise: String) -> Self {
        let takes = "a list of some of \(numbers.map(String.init).joined(separator: ", "))"
        return ValueKind(takes: takes) { (node) throws(ValueProblem) in
            guard let nodes = node.array else { throw ValueProblem(node, "is \(takes)") }
            var found: [Int] = []
            for element in nodes {
                guard let number = element.integer else { throw ValueProblem(element, "is \(takes)") }
                guard numbers.contains(number) else {
                    throw ValueProblem(element, "does not take \(number); \(otherwise)")
                }
                guard !found.contains(number) else {
                    throw ValueProblem(element, "has \(number) twice; once is enough")
                }
                found.append(number)
            }
            return found
        } text: { numbers in
            numbers.isEmpty ? nil : "[\(numbers.map(String.init).joined(separator: ", "))]"
        }
    }
}

extension ValueKind<Bool> {
    static var flag: Self {
        ValueKind(takes: "true or false") { (node) throws(ValueProblem) in
            guard let flag = node.flag else { throw ValueProblem(node, "is true or false") }
            return flag
        } text: {
            "\($0)"
        }
    }
}

extension ValueKind<Duration> {
    /// Seconds, to the thousandth.
    static var seconds: Self {
        let takes = "a number of seconds from 0.001 to 86400"
        return ValueKind(takes: takes) { (node) throws(ValueProblem) in
            guard let number = node.number, number >= 0.001, number <= 86_400 else {
                throw ValueProblem(node, "is \(takes)")
            }
            return .milliseconds(Int64((number * 1000).rounded()))
        } text: {
            TOMLText.seconds($0)
        }
    }
}

extension ValueKind<String> {
    /// A text that a rule accepts.
    static func text(_ rule: TextRule) -> Self {
        ValueKind(takes: rule.takes) { (node) throws(ValueProblem) in
            guard let text = node.text else { throw ValueProblem(node, "is \(rule.takes)") }
            if let problem = rule.problem(with: text) { throw ValueProblem(node, problem) }
            return text
        } text: {
            TOMLText.quoted($0)
        }
    }
}

extension ValueKind<String?> {
    /// A text that may be left away.
    static func optionalText(_ rule: TextRule) -> Self {
        let kind = ValueKind<String>.text(rule)
        return ValueKind(takes: kind.takes) { (node) throws(ValueProblem) in
            try kind.read(node)
        } text: {
            $0.flatMap(kind.text)
        }
    }
}

extension ValueKind<[String]> {
    /// A list of texts, each of which a rule accepts; none twice.
    static func list(_ takes: String, of rule: TextRule, isEmptyAllowed: Bool = true) -> Self {
        ValueKind(takes: takes) { (node) throws(ValueProblem) in
            guard let nodes = node.array else { throw ValueProblem(node, "is \(takes)") }
            var texts: [String] = []
            var problems: [ValueProblem] = []
            for element in nodes {
                guard let text = element.text else {
                    // A list of another kind is said once.
                    return try refuse(problems + [ValueProblem(element, "is \(takes)")])
                }
                if let problem = rule.problem(with: text) {
                    problems.append(ValueProblem(element, problem))
                } else if texts.contains(text) {
                    problems.append(ValueProblem(element, "has \(TOMLText.quoted(text)) twice; once is enough"))
                } else {
                    texts.append(text)
                }
            }
            guard problems.isEmpty else { return try refuse(problems) }
            guard isEmptyAllowed || !texts.isEmpty else { throw ValueProblem(node, "is empty, and is \(takes)") }
            return texts
        } text: {
            TOMLText.list($0)
        }
    }
}

/// Refuses a list for all that is wrong with its elements.
private func refuse(_ problems: [ValueProblem]) throws(ValueProblem) -> [String] {
    guard var first = problems.first else { return [] }
    first.others = Array(problems.dropFirst())
    throw first
}

extension ValueKind<[String]?> {
    /// A list that may be left away.
    static func optionalList(_ takes: String, of rule: TextRule) -> Self {
        let kind = ValueKind<[String]>.list(takes, of: rule)
        return ValueKind(takes: takes) { (node) throws(ValueProblem) in
            try kind.read(node)
        } text: {
            $0.flatMap(kind.text)
        }
    }
}

extension ValueKind where Value: Equatable {
    /// A few values of any type, each written in one way: `true`, `false`, or a text with its quotation marks.
    static func literals(_ values: [(literal: String, value: Value)]) -> Self {
        let names = values.map(\.literal)
        let takes = names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
        return ValueKind(takes: takes) { (node) throws(ValueProblem) in
            let literal = node.flag.map { "\($0)" } ?? node.text.map(TOMLText.quoted)
            if let found = values.first(where: { $0.literal == literal }) { return found.value }
            guard let literal else { throw ValueProblem(node, "is \(takes)") }
            let near = node.text.flatMap { _ in NearestName.of(literal, among: names) }
            throw ValueProblem(
                node,
                "does not take \(literal); " + (near.map { "did you mean \($0)?" } ?? "write \(takes)")
            )
        } text: { value in
            values.first { $0.value == value }?.literal
        }
    }
}

extension ValueKind {
    /// A kind of value that a list of texts stands for.
    func mapped<Other>(
        _ make: @escaping (Value) -> Other?,
        back: @escaping (Other) -> Value,
        otherwise: String
    ) -> ValueKind<Other> {
        ValueKind<Other>(takes: takes) { (node) throws(ValueProblem) in
            guard let other = make(try read(node)) else { throw ValueProblem(node, otherwise) }
            return other
        } text: {
            text(back($0))
        }
    }
}
