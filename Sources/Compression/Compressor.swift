/// Coding content for clients that take that: small results, whatever it costs. A pool thread.

internal import CBrotli
internal import CZlib
internal import CZstd
package import HTTP

/// Codes a content once, to be sent many times.
///
/// Seconds of one core for HTML and JavaScript as br, zstd and gzip: 100 KiB take 0.10, 0.03 and 0.01, 512 KiB 0.62, 0.15
/// and 0.02, with lower efforts 1 MiB 0.06, 0.03 and 0.06, 8 MiB 0.4, 0.25 and 0.2. Half a MiB becomes 0.16, 0.17 and 0.20 of it.
package enum Compressor {
    /// Codes bytes.
    ///
    /// The highest effort up to half a MiB; beyond that one that takes a tenth of the time. Besides the content and
    /// a result that is reserved at about the content's size, that takes memory meanwhile: 17 MiB for half a MiB, 50 MiB
    /// for 8 MiB, whatever the content (br; zstd nearly as much, gzip half a MiB). Windows are bounded: 4 MiB for br, and
    /// for zstd no more than the 8 MiB that clients have to take (RFC 9659).
    ///
    /// - Parameters:
    ///   - bytes: the content.
    ///   - coding: what it is to be coded in.
    /// - Returns: the coded content. The same content always gives the same bytes.
    /// - Throws: when the library can't.
    package static func compress(_ bytes: [UInt8], _ coding: ContentCoding) throws(CompressionError) -> [UInt8] {
        let isSmall = bytes.count <= 512 * 1024
        // The libraries read the content during the call only.
        let coded = unsafe bytes.withUnsafeBytes { bytes in
            switch coding {
            case .br: unsafe brotli(bytes, quality: isSmall ? BROTLI_MAX_QUALITY : 9)
            case .zstd: unsafe zstd(bytes, level: isSmall ? 19 : 12)
            case .gzip: unsafe gzip(bytes)
            }
        }
        guard let coded else { throw .failed }
        return coded
    }

    private static func brotli(
        _ bytes: UnsafeRawBufferPointer,
        quality: Int32
    ) -> [UInt8]? {
        // A window no larger than the content costs the client no memory that it does not need.
        var window = BROTLI_MIN_WINDOW_BITS
        while window < 22, (1 << Int(window)) - 16 < bytes.count { window += 1 }
        return unsafe fill(BrotliEncoderMaxCompressedSize(bytes.count)) { target in
            var count = target.count
            let isCoded = unsafe BrotliEncoderCompress(
                quality,
                window,
                BROTLI_MODE_GENERIC,
                bytes.count,
                bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
                &count,
                target.baseAddress
            )
            return isCoded == BROTLI_TRUE ? count : 0
        }
    }

    private static func zstd(_ bytes: UnsafeRawBufferPointer, level: Int32) -> [UInt8]? {
        unsafe fill(ZSTD_compressBound(bytes.count)) { target in
            let count = unsafe ZSTD_compress(target.baseAddress, target.count, bytes.baseAddress, bytes.count, level)
            return ZSTD_isError(count) == 0 ? count : 0
        }
    }

    private static func gzip(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        unsafe fill(ringport_gzip_bound(bytes.count)) { target in
            unsafe ringport_gzip(bytes.baseAddress, bytes.count, target.baseAddress, target.count)
        }
    }

    /// Lets `body` write at most `capacity` bytes; it returns how many, 0 when it failed: no coding has an empty result.
    private static func fill(
        _ capacity: Int,
        _ body: (UnsafeMutableBufferPointer<UInt8>) -> Int
    ) -> [UInt8]? {
        guard capacity > 0 else { return nil }
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            count = unsafe body(buffer)
        }
        return bytes.isEmpty ? nil : bytes
    }
}
