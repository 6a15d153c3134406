/// One of the C library's converters to UTF-8 (iconv(3)). On the pool thread that made it.

import Glibc

/// A converter of single characters, which the C library loads from a file of its own.
@safe
struct Converter: ~Copyable {
    // From `iconv_open`, closed once, in `deinit`; used by one thread at a time, since the value can't be copied.
    private let descriptor: iconv_t

    /// Opens the converter; nil when this machine does not have it.
    init?(from name: StaticString) {
        let opened = name.withUTF8Buffer { text in
            unsafe text.withMemoryRebound(to: CChar.self) { unsafe iconv_open("UTF-8", $0.baseAddress) }
        }
        // POSIX: (iconv_t)-1 for a failure.
        guard let opened = unsafe opened, unsafe opened != iconv_t(bitPattern: -1) else { return nil }
        unsafe descriptor = unsafe opened
    }

    deinit { unsafe _ = iconv_close(descriptor) }

    /// Converts one character.
    ///
    /// - Parameters:
    ///   - bytes: one to four bytes, the first in the lowest bits.
    ///   - count: how many.
    /// - Returns: its UTF-8, the first byte in the lowest bits; 0 when the bytes are not one character.
    func character(_ bytes: UInt32, count: Int) -> UInt32 {
        var input = bytes.littleEndian
        var output: UInt64 = 0
        // A converter has a state: what an earlier call left is forgotten.
        unsafe _ = iconv(descriptor, nil, nil, nil, nil)
        let size = unsafe withUnsafeMutableBytes(of: &input) { input in
            unsafe withUnsafeMutableBytes(of: &output) { output in
                unsafe Self.convert(descriptor, input, count, output)
            }
        }
        // What takes more than four bytes is no single character of any encoding.
        return (1...4).contains(size) ? UInt32(truncatingIfNeeded: UInt64(littleEndian: output)) : 0
    }

    /// Converts all of the input, and what the converter holds back for a character that may follow.
    ///
    /// - Returns: how many bytes were written; -1 when the input is not whole or has no meaning.
    private static func convert(
        _ descriptor: iconv_t,
        _ input: UnsafeMutableRawBufferPointer,
        _ count: Int,
        _ output: UnsafeMutableRawBufferPointer
    ) -> Int {
        // The bytes of a number may be looked at as characters.
        var source = unsafe input.baseAddress?.assumingMemoryBound(to: CChar.self)
        var target = unsafe output.baseAddress?.assumingMemoryBound(to: CChar.self)
        var (left, free) = (count, output.count)
        guard unsafe iconv(descriptor, &source, &left, &target, &free) == 0, left == 0,
            unsafe iconv(descriptor, nil, nil, &target, &free) == 0
        else { return -1 }
        return output.count - free
    }
}
