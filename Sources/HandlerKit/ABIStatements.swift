/// Statements in the shape that the ABI wants. Any thread, for the time of a call.

internal import CHandlerABI

/// The bytes of all parameters one after the other in one buffer.
struct ABIStatements {
    private let statements: [Statement]
    private var text: [UInt8] = []
    private var valueCount = 0

    init(_ statements: [Statement]) {
        self.statements = statements
        text.reserveCapacity(512)
        for statement in statements {
            valueCount += statement.parameters.count
            for value in statement.parameters {
                switch value {
                case .null, .integer, .real: continue
                case .text(let string): text.append(contentsOf: string.utf8)
                case .utf8(let bytes), .blob(let bytes): text.append(contentsOf: bytes)
                }
            }
        }
    }

    var count: Int { statements.count }

    /// Calls `body` with the statements, valid until it returns.
    func withStatements<Result>(_ body: (UnsafePointer<ringport_statement>?) -> Result) -> Result {
        unsafe text.withUnsafeBufferPointer { text in
            unsafe withUnsafeTemporaryAllocation(of: ringport_value.self, capacity: valueCount) { values in
                unsafe withUnsafeTemporaryAllocation(of: ringport_statement.self, capacity: count) { result in
                    var position = 0
                    var nextValue = 0
                    for (index, statement) in statements.enumerated() {
                        let first = nextValue
                        for parameter in statement.parameters {
                            // `valueCount` counted exactly these.
                            unsafe values.initializeElement(
                                at: nextValue,
                                to: ringport_value(parameter, text: text, position: &position)
                            )
                            nextValue += 1
                        }
                        unsafe result.initializeElement(
                            at: index,
                            to: ringport_statement(
                                sql: ringport_slice(
                                    bytes: statement.sql.utf8Start,
                                    length: statement.sql.utf8CodeUnitCount
                                ),
                                parameters: values.baseAddress.map { unsafe UnsafePointer($0 + first) },
                                parameters_count: statement.parameters.count
                            )
                        )
                    }
                    return unsafe body(result.baseAddress.map { unsafe UnsafePointer($0) })
                }
            }
        }
    }
}

extension ringport_value {
    /// A parameter whose bytes, if it has any, are the next ones of `text`.
    fileprivate init(_ value: Statement.Value, text: UnsafeBufferPointer<UInt8>, position: inout Int) {
        unsafe self.init()
        switch value {
        case .null: unsafe kind = UInt32(RINGPORT_NULL)
        case .integer(let number):
            unsafe kind = UInt32(RINGPORT_INTEGER)
            unsafe integer = number
        case .real(let number):
            unsafe kind = UInt32(RINGPORT_REAL)
            unsafe real = number
        case .text(let string): unsafe take(string.utf8.count, UInt32(RINGPORT_TEXT), text, &position)
        case .utf8(let bytes): unsafe take(bytes.count, UInt32(RINGPORT_TEXT), text, &position)
        case .blob(let bytes): unsafe take(bytes.count, UInt32(RINGPORT_BLOB), text, &position)
        }
    }

    private mutating func take(
        _ length: Int,
        _ kind: UInt32,
        _ text: UnsafeBufferPointer<UInt8>,
        _ position: inout Int
    ) {
        unsafe self.kind = kind
        unsafe bytes = ringport_slice(UnsafeBufferPointer(rebasing: text[position..<position + length]))
        position += length
    }
}
