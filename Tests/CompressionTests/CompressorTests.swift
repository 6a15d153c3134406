/// Coded content is the content again when it is decoded, by the decoders of the same libraries.

import CBrotli
import CZlib
import CZstd
import Compression
import HTTP
import Testing

@Suite struct CompressorTests {
    private static let contents: [[UInt8]] = [
        [], [0], Array("hello, hello, hello\n".utf8),
        Array(String(repeating: "The quick brown fox. ", count: 5000).utf8),
        (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) },
    ]

    @Test(arguments: ContentCoding.allCases)
    func whatIsDecodedIsWhatWasCoded(coding: ContentCoding) throws {
        for content in Self.contents {
            let coded = try Compressor.compress(content, coding)
            #expect(decoded(coded, coding, capacity: content.count) == content, "\(content.count) bytes")
        }
    }

    @Test(arguments: ContentCoding.allCases)
    func repetitionsTakeLittle(coding: ContentCoding) throws {
        let coded = try Compressor.compress(Self.contents[3], coding)
        #expect(coded.count < 1000)
    }

    @Test func theSameContentGivesTheSameBytes() throws {
        for coding in ContentCoding.allCases {
            let results = try (0..<2).map { _ in
                try Compressor.compress(Self.contents[4], coding)
            }
            #expect(results[0] == results[1])
        }
    }

    private func decoded(_ coded: [UInt8], _ coding: ContentCoding, capacity: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: capacity + 1) { buffer, count in
            switch coding {
            case .br:
                var size = buffer.count
                let status = unsafe BrotliDecoderDecompress(coded.count, coded, &size, buffer.baseAddress)
                count = status == BROTLI_DECODER_RESULT_SUCCESS ? size : 0
            case .zstd:
                let size = unsafe ZSTD_decompress(buffer.baseAddress, buffer.count, coded, coded.count)
                count = ZSTD_isError(size) == 0 ? size : 0
            case .gzip:
                count = unsafe ringport_gunzip(coded, coded.count, buffer.baseAddress, buffer.count)
            }
        }
    }
}
