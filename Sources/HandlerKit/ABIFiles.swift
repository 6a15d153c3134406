/// Files in the shape that the ABI wants. Any thread, for the time of a call.

internal import CHandlerABI

/// Names and contents one after the other in one buffer.
struct ABIFiles {
    private let files: [Upload]
    private var text: [UInt8] = []

    init(_ files: [Upload]) {
        self.files = files
        text.reserveCapacity(files.reduce(0) { $0 + $1.name.utf8.count + $1.bytes.count })
        for file in files {
            text.append(contentsOf: file.name.utf8)
            text.append(contentsOf: file.bytes)
        }
    }

    /// Calls `body` with the files, valid until it returns.
    func withFiles<Result>(_ body: (UnsafeBufferPointer<ringport_file>) -> Result) -> Result {
        unsafe text.withUnsafeBufferPointer { text in
            unsafe withUnsafeTemporaryAllocation(of: ringport_file.self, capacity: files.count) { result in
                var position = 0
                // The lengths are those that `init` appended, in the same order, so each slice lies within `text`.
                func slice(_ length: Int) -> ringport_slice {
                    defer { position += length }
                    return unsafe ringport_slice(UnsafeBufferPointer(rebasing: text[position..<position + length]))
                }
                for (index, file) in files.enumerated() {
                    let name = unsafe slice(file.name.utf8.count)
                    let bytes = unsafe slice(file.bytes.count)
                    unsafe result.initializeElement(at: index, to: ringport_file(name: name, bytes: bytes))
                }
                return unsafe body(UnsafeBufferPointer(result))
            }
        }
    }
}
