/// The ABI's slices as Swift has them. Any thread.

internal import CHandlerABI

extension UnsafeBufferPointer<UInt8> {
    /// The bytes of a slice, which are valid as long as the ABI says of that slice.
    ///
    /// NULL beside a length is no bytes.
    init(_ slice: ringport_slice) {
        guard let bytes = unsafe slice.bytes, unsafe slice.length > 0 else {
            unsafe self.init(start: nil, count: 0)
            return
        }
        unsafe self.init(start: bytes, count: slice.length)
    }
}

extension String {
    /// A copy of a slice; what is not UTF-8 is replaced.
    init(copying slice: ringport_slice) {
        self = unsafe String(decoding: UnsafeBufferPointer(slice), as: UTF8.self)
    }
}
