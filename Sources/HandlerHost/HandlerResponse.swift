/// A handler's response, encoded. Made on the thread that answers, sent by a completion worker.

internal import CHandlerABI

/// A status, and in one buffer the field lines as they go on the wire and the body.
///
/// The lines are safe to send as they are: names are tokens, values have no line end, and the fields that frame a message
/// are left out, so that no handler can end a head, begin a second response or contradict the server.
package struct HandlerResponse: Sendable {
    /// 200...599.
    package let status: UInt16
    /// Field lines, each ended by CRLF, without the empty line; then the body.
    package private(set) var bytes: [UInt8]
    /// The position of the body in `bytes`.
    package let bodyStart: Int
    /// The position in the body at which the row id of a write is put in, after the commit.
    private let rowIDPosition: Int?

    package var bodyLength: Int { bytes.count - bodyStart }

    /// The status and the lines alone: the body's memory is not held by it.
    package var withoutBody: HandlerResponse {
        var response = self
        response.bytes = Array(bytes[..<bodyStart])
        return response
    }

    /// The fault that makes a response unusable.
    enum Refusal: Error, Equatable {
        case size
        case status(UInt32)
        case fieldName
        case fieldValue(name: String)
        case rowIDPosition
    }

    /// Checks and copies a response of a handler.
    ///
    /// - Parameters:
    ///   - response: valid during the call, as the ABI says.
    ///   - forCommit: whether a row id may be put in later.
    /// - Throws: what is impossible about it.
    init(copying response: UnsafePointer<ringport_response>, forCommit: Bool) throws(Refusal) {
        guard unsafe response.pointee.size >= UInt32(MemoryLayout<ringport_response>.size) else { throw .size }
        let response = unsafe response.pointee
        guard (200...599).contains(unsafe response.status) else { throw unsafe .status(response.status) }
        guard unsafe response.fields != nil || response.fields_count == 0, unsafe response.fields_count >= 0 else {
            throw .size
        }
        let fields = unsafe UnsafeBufferPointer(start: response.fields, count: response.fields_count)
        let body = unsafe UnsafeBufferPointer(response.body)
        // RINGPORT_NOWHERE, SIZE_MAX, is -1 as an Int.
        let wanted = unsafe forCommit ? response.rowid_position : -1
        guard wanted == -1 || (0...body.count).contains(wanted) else { throw .rowIDPosition }
        rowIDPosition = wanted == -1 ? nil : wanted

        let fieldsLength = try unsafe Self.length(of: fields)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(fieldsLength + body.count + (wanted == -1 ? 0 : Self.rowIDLengthMax))
        for index in fields.indices {
            let name = unsafe UnsafeBufferPointer(fields[index].name)
            if unsafe FieldRules.isHosts(name.span) { continue }
            unsafe bytes.append(contentsOf: name)
            bytes.append(UInt8(ascii: ":"))
            bytes.append(UInt8(ascii: " "))
            unsafe bytes.append(contentsOf: UnsafeBufferPointer(fields[index].value))
            bytes.append(UInt8(ascii: "\r"))
            bytes.append(UInt8(ascii: "\n"))
        }
        unsafe bytes.append(contentsOf: body)
        self.bytes = bytes
        bodyStart = fieldsLength
        status = UInt16(unsafe response.status)
    }

    /// Makes a response of the server's own.
    package init(status: UInt16, fields: [(name: StaticString, value: StaticString)], body: [UInt8]) {
        let lines = fields.flatMap { Array("\($0.name): \($0.value)\r\n".utf8) }
        self.status = status
        bytes = lines + body
        bodyStart = lines.count
        rowIDPosition = nil
    }

    /// A decimal Int64 has at most 20 bytes: with them reserved, putting one in moves bytes and allocates nothing.
    private static let rowIDLengthMax = 20

    /// Checks field lines.
    ///
    /// - Returns: the bytes that they take on the wire, those left out that are the host's.
    private static func length(of fields: UnsafeBufferPointer<ringport_field>) throws(Refusal) -> Int {
        var length = 0
        for index in fields.indices {
            let name = unsafe UnsafeBufferPointer(fields[index].name)
            let value = unsafe UnsafeBufferPointer(fields[index].value)
            guard unsafe FieldRules.isName(name.span) else { throw .fieldName }
            guard unsafe FieldRules.isValue(value.span) else {
                throw unsafe .fieldValue(name: String(decoding: name, as: UTF8.self))
            }
            if unsafe !FieldRules.isHosts(name.span) { length += name.count + value.count + 4 }
        }
        return length
    }

    /// Puts the row id into the body where the handler wanted it.
    mutating func insert(rowID: Int64) {
        guard let rowIDPosition else { return }
        bytes.insert(contentsOf: String(rowID).utf8, at: bodyStart + rowIDPosition)
    }
}
