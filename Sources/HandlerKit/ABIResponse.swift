/// A response in the shape that the ABI wants. Any thread, for the time of a call.

internal import CHandlerABI
internal import HTTPTypes

/// Field names and values one after the other in one buffer, and where each is.
struct ABIResponse {
    private let response: Response
    private var text: [UInt8] = []

    init(_ response: Response) {
        self.response = response
        text.reserveCapacity(128)
        for field in response.fields {
            text.append(contentsOf: field.name.utf8)
            text.append(contentsOf: field.value.utf8)
        }
    }

    /// Calls `body` with a response that is valid until it returns.
    func withResponse<Result>(_ body: (UnsafePointer<ringport_response>) -> Result) -> Result {
        unsafe text.withUnsafeBufferPointer { text in
            unsafe withUnsafeTemporaryAllocation(of: ringport_field.self, capacity: response.fields.count) { fields in
                var position = 0
                // The lengths are those that `init` appended, in the same order, so each slice lies within `text`.
                func slice(_ length: Int) -> ringport_slice {
                    defer { position += length }
                    return unsafe ringport_slice(UnsafeBufferPointer(rebasing: text[position..<position + length]))
                }
                for (index, field) in response.fields.enumerated() {
                    let name = unsafe slice(field.name.utf8.count)
                    let value = unsafe slice(field.value.utf8.count)
                    unsafe fields.initializeElement(at: index, to: ringport_field(name: name, value: value))
                }
                return unsafe response.body.withUnsafeBufferPointer { bytes in
                    var raw = unsafe ringport_response()
                    unsafe raw.size = UInt32(MemoryLayout<ringport_response>.size)
                    unsafe raw.status = UInt32(response.status.code)
                    unsafe raw.fields = UnsafePointer(fields.baseAddress)
                    unsafe raw.fields_count = response.fields.count
                    unsafe raw.body = ringport_slice(bytes)
                    // -1 is RINGPORT_NOWHERE, SIZE_MAX.
                    unsafe raw.rowid_position = response.rowIDPosition ?? -1
                    return unsafe body(&raw)
                }
            }
        }
    }
}

extension ringport_slice {
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        unsafe self.init(bytes: bytes.baseAddress, length: bytes.count)
    }
}
