/// A row of a query's result. On the thread that asked.

internal import CHandlerABI

/// The columns of one row, there until the closure that got it returns.
@safe
public struct Row: ~Copyable {
    // Valid as long as this value, which only `Host.query` makes, within the host's callback.
    private let columns: UnsafeBufferPointer<ringport_value>

    init(columns: UnsafePointer<ringport_value>, count: Int) {
        unsafe self.columns = unsafe UnsafeBufferPointer(start: columns, count: count)
    }

    public var count: Int { unsafe columns.count }

    public func isNull(_ column: Int) -> Bool { unsafe columns[column].kind == UInt32(RINGPORT_NULL) }

    /// The integer; 0 when the column holds none.
    public func integer(_ column: Int) -> Int64 {
        unsafe columns[column].kind == UInt32(RINGPORT_INTEGER) ? columns[column].integer : 0
    }

    /// The number; 0 when the column holds none.
    public func real(_ column: Int) -> Double {
        unsafe columns[column].kind == UInt32(RINGPORT_REAL) ? columns[column].real : Double(integer(column))
    }

    /// The text; empty when the column holds none.
    public func text(_ column: Int) -> String {
        unsafe columns[column].kind == UInt32(RINGPORT_TEXT) ? String(columns[column].bytes) : ""
    }

    /// The bytes of a blob or a text; empty when the column holds neither.
    public func bytes(_ column: Int) -> [UInt8] {
        guard unsafe columns[column].kind >= UInt32(RINGPORT_TEXT) else { return [] }
        return unsafe Array(UnsafeBufferPointer(columns[column].bytes))
    }
}
