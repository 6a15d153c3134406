/// SQL with its parameters. A value; any thread.

/// One SQL statement.
///
/// ```swift
/// Statement("INSERT INTO guests (name, visits) VALUES (?, ?)", [.text(name), .integer(1)])
/// ```
///
/// The text is a `StaticString`: it is part of the program, so no input can ever become part of it, and the database
/// finds the prepared statement by its address.
public struct Statement: Sendable {
    let sql: StaticString
    let parameters: [Value]

    /// A parameter of a statement.
    public enum Value: Sendable {
        case null
        case integer(Int64)
        case real(Double)
        case text(String)
        /// Text that is at hand as UTF-8 bytes.
        case utf8([UInt8])
        case blob([UInt8])
    }

    /// Makes a statement.
    ///
    /// - Parameters:
    ///   - sql: one statement, with `?` for each parameter.
    ///   - parameters: one for each `?`, in order.
    public init(_ sql: StaticString, _ parameters: [Value] = []) {
        precondition(sql.hasPointerRepresentation, "a statement has more than one character")
        self.sql = sql
        self.parameters = parameters
    }
}
