/// A value of a TOML document, with its line. Pure values; any thread.

/// A value, and where it begins.
struct TOMLNode: Sendable {
    /// What it is; a table's members are in the order of their lines.
    indirect enum Value: Sendable {
        case table([(name: String, node: TOMLNode)])
        case array([TOMLNode])
        case text(String)
        case integer(Int)
        case number(Double)
        case flag(Bool)
        /// A date or a time, which no key takes.
        case instant
    }

    /// From 1.
    let line: Int
    let value: Value

    var text: String? { if case .text(let text) = value { text } else { nil } }
    var integer: Int? { if case .integer(let integer) = value { integer } else { nil } }
    var flag: Bool? { if case .flag(let flag) = value { flag } else { nil } }
    var array: [TOMLNode]? { if case .array(let array) = value { array } else { nil } }
    var table: [(name: String, node: TOMLNode)]? { if case .table(let table) = value { table } else { nil } }

    /// The number, also one that is written without a point.
    var number: Double? {
        switch value {
        case .number(let number): number
        case .integer(let integer): Double(integer)
        default: nil
        }
    }

    /// The node at the end of a way through tables; `nil` when there is none.
    func member(_ names: some Sequence<Substring>) -> TOMLNode? {
        var node = self
        for name in names {
            guard let next = node.table?.first(where: { $0.name == name })?.node else { return nil }
            node = next
        }
        return node
    }
}
