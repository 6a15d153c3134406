/// The ABI's slices as Swift has them. Any thread.

internal import CHandlerABI

extension UnsafeBufferPointer<UInt8> {
    /// The bytes of a slice, valid as long as the ABI says of that slice.
    init(_ slice: ringport_slice) {
        unsafe self.init(start: slice.bytes, count: slice.bytes == nil ? 0 : slice.length)
    }
}

extension String {
    /// A copy of a slice; what is not UTF-8 is replaced.
    init(_ slice: ringport_slice) {
        self = unsafe String(decoding: UnsafeBufferPointer(slice), as: UTF8.self)
    }

    /// A copy of a field's value: UTF-8, else ISO-8859-1, in which every byte is a character.
    init(fieldValue bytes: Span<UInt8>) {
        if TextDecoder.isUTF8(bytes) {
            self.init(copying: bytes)
        } else {
            var text = ""
            for index in bytes.indices { text.unicodeScalars.append(Unicode.Scalar(bytes[index])) }
            self = text
        }
    }

    /// A copy of bytes; what is not UTF-8 is replaced.
    public init(copying bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}

extension UInt8 {
    /// This byte, an ASCII capital made small.
    var asciiLowercased: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }
}
