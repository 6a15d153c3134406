/// One string for each SQL text of a handler. Any thread.

internal import CHandlerABI
internal import Glibc
internal import Platform

/// Turns the SQL of the ABI, bytes at an address, into strings that are made once.
///
/// A handler's SQL is constant text at a constant address; the store finds a prepared statement by comparing strings, and
/// a string with itself is one comparison of pointers.
final class SQLTexts: Sendable {
    /// Handlers that build their SQL for each request would otherwise fill the memory: beyond this the texts are made anew.
    private static let textsMax = 256

    private struct Key: Hashable {
        let address: UInt
        let length: Int
    }

    private let texts = Monitor<[Key: String]>([:])

    /// The text of a slice.
    func text(_ slice: ringport_slice) -> String {
        let bytes = unsafe UnsafeBufferPointer(slice)
        let key = Key(address: UInt(bitPattern: bytes.baseAddress), length: bytes.count)
        let known = texts.withLock { $0[key] }
        // An address may have been used again for another text.
        if var known, known.withUTF8({ unsafe Self.isEqual($0, bytes) }) { return known }
        let text = unsafe String(decoding: bytes, as: UTF8.self)
        texts.withLock { texts in
            if texts.count < Self.textsMax || texts[key] != nil { texts[key] = text }
        }
        return text
    }

    private static func isEqual(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
        guard left.count == right.count, let start = left.baseAddress, let other = right.baseAddress else {
            return left.count == right.count
        }
        return unsafe memcmp(start, other, left.count) == 0
    }
}
