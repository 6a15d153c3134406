/// The way of a query's rows from the store to a handler. Used on the thread that asked.

internal import CHandlerABI

/// Gathers the columns of a row and hands the row to the handler.
///
/// Text and blobs are copied into a buffer that each row uses again, since what a database gives is gone when the next
/// column is looked at.
@safe
package struct DatabaseRows: ~Copyable {
    private let row: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<ringport_value>?, Int) -> Int32
    // The handler's, given back to it during the query only.
    private let user: UnsafeMutableRawPointer?
    private var columns: [ringport_value] = unsafe []
    private var bytes: [UInt8] = []

    init(
        row: @escaping @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<ringport_value>?, Int) -> Int32,
        user: UnsafeMutableRawPointer?
    ) {
        unsafe self.row = unsafe row
        unsafe self.user = unsafe user
    }

    package mutating func null() {
        unsafe columns.append(ringport_value())
    }

    package mutating func integer(_ value: Int64) {
        var column = unsafe ringport_value()
        unsafe column.kind = UInt32(RINGPORT_INTEGER)
        unsafe column.integer = value
        unsafe columns.append(column)
    }

    package mutating func real(_ value: Double) {
        var column = unsafe ringport_value()
        unsafe column.kind = UInt32(RINGPORT_REAL)
        unsafe column.real = value
        unsafe columns.append(column)
    }

    package mutating func text(_ value: Span<UInt8>) {
        append(value, kind: UInt32(RINGPORT_TEXT))
    }

    package mutating func blob(_ value: Span<UInt8>) {
        append(value, kind: UInt32(RINGPORT_BLOB))
    }

    private mutating func append(_ value: Span<UInt8>, kind: UInt32) {
        var column = unsafe ringport_value()
        unsafe column.kind = kind
        unsafe column.bytes.length = value.count
        unsafe columns.append(column)
        for index in value.indices { bytes.append(value[index]) }
    }

    /// Hands the row over.
    ///
    /// - Returns: whether the handler wants another.
    package mutating func endRow() -> Bool {
        let wantsMore = unsafe bytes.withUnsafeBufferPointer { bytes in
            // The columns' bytes lie one after the other. They get their addresses only now that the buffer no longer grows.
            var position = 0
            for index in unsafe columns.indices {
                guard unsafe columns[index].kind >= UInt32(RINGPORT_TEXT) else { continue }
                let length = unsafe columns[index].bytes.length
                unsafe columns[index].bytes.bytes = unsafe bytes.baseAddress.map { unsafe $0 + position }
                position += length
            }
            return unsafe columns.withUnsafeBufferPointer { unsafe row(user, $0.baseAddress, $0.count) } == 0
        }
        unsafe columns.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        return wantsMore
    }
}
