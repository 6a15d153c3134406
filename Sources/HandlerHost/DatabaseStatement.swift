/// One SQL statement of a handler with its parameters. Made on a pool thread; read there or on the store writer.

internal import CHandlerABI

/// A parameter, or a column of a row.
@safe
package enum DatabaseValue {
    case null
    case integer(Int64)
    case real(Double)
    /// UTF-8, if the handler kept its promise. Valid as long as what gave the value.
    case text(UnsafeBufferPointer<UInt8>)
    case blob(UnsafeBufferPointer<UInt8>)
}

/// A statement and its parameters, whose memory belongs to the `DatabaseWrite` that holds it, or to the handler that
/// waits for its query.
@safe
package struct DatabaseStatement {
    /// The text: the same object for the same statement each time, so that comparing it is comparing a pointer.
    package let sql: String
    // Valid as long as this value is used, by the type's contract: `DatabaseWrite` keeps its arena, and a query's handler
    // waits inside the callback that got them.
    private let parameters: UnsafeBufferPointer<ringport_value>

    init(sql: String, parameters: UnsafeBufferPointer<ringport_value>) {
        self.sql = sql
        unsafe self.parameters = unsafe parameters
    }

    package var parameterCount: Int { unsafe parameters.count }

    /// Calls `body` with each parameter in order.
    ///
    /// The bytes of text and blobs stay where they are as long as the write, or during the query.
    package func forEachParameter(_ body: (DatabaseValue) -> Void) {
        for index in unsafe parameters.indices { unsafe body(DatabaseValue(parameters[index])) }
    }
}

extension DatabaseValue {
    /// - Precondition: `kind` has been checked by `ringport_statement.isSound`; the bytes are valid.
    @unsafe
    init(_ value: ringport_value) {
        let bytes = unsafe UnsafeBufferPointer(start: value.bytes.bytes, count: value.bytes.length)
        switch unsafe value.kind {
        case UInt32(RINGPORT_INTEGER): self = unsafe .integer(value.integer)
        case UInt32(RINGPORT_REAL): self = unsafe .real(value.real)
        case UInt32(RINGPORT_TEXT): self = unsafe .text(bytes)
        case UInt32(RINGPORT_BLOB): self = unsafe .blob(bytes)
        default: self = .null
        }
    }
}
