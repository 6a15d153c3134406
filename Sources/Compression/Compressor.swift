/// Coding content for clients that take that: small results, whatever it costs. A pool thread.

internal import CBrotli
internal import CZlib
internal import CZstd
package import HTTP

/// Codes a content once, to be sent many times.
///
/// Measured on one core of a small server: 100 KiB of JavaScript take 0.25 s as br, 0.06 s as zstd and 0.01 s as gzip; 1 MiB
/// and more, at the lower efforts, 0.1 to 0.4 s a MiB.
package enum Compressor {
    /// Codes bytes.
    ///
    /// The highest effort up to half a MiB; beyond that one that takes a tenth of the time. Takes at most about 100 MiB of
    /// memory meanwhile (zstd's tables).
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
