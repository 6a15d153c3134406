/// Why a request is refused: the closed list, with what the client and the log are told. Values; any thread.

/// A reason to refuse a request.
///
/// Its name goes to the log, its explanation to the client.
package enum RejectReason: UInt8, CaseIterable, Error, Sendable {
    // The connection does not speak HTTP/1.1.
    case tlsOnPlainPort, http2Preface, versionNotSupported
    // The request line.
    case badRequestLine, methodTooLong, targetTooLong, badTarget, noTunnel
    // Lines.
    case bareCarriageReturn, bareLineFeed
    // Fields.
    case badFieldName, whitespaceBeforeColon, lineFolding, badFieldValue, headTooLarge, tooManyFields
    case missingHost, repeatedHost, badHost, unknownExpectation
    // The length of the body.
    case badContentLength, conflictingLength, badTransferCoding, unknownTransferCoding, transferCodingInOldVersion
    case lengthRequired, bodyTooLarge
    // A chunked body.
    case badChunkSize, badChunkEnding, chunkLineTooLong, chunkExtensionsTooLarge, trailerTooLarge
    // The path.
    case badPercentEncoding, nullInPath, controlInPath, encodedSlash, aboveRoot, badPathEncoding

    /// The status that says it best (RFC 9110 §15).
    package var status: UInt16 { row.status }

    /// The reason in the log: words joined by dashes.
    package var name: StaticString { row.name }

    /// One sentence for whoever reads the error page.
    package var explanation: StaticString { row.explanation }

    private var row: (status: UInt16, name: StaticString, explanation: StaticString) {
        switch self {
        case .tlsOnPlainPort: (400, "tls-on-plain-port", "This port speaks plain HTTP, and the client began TLS.")
        case .http2Preface: (505, "http2-preface", "This server speaks HTTP/1.1, and the client began HTTP/2.")
        case .versionNotSupported: (505, "version-not-supported", "This server speaks HTTP/1.1 and HTTP/1.0 only.")
        case .badRequestLine: (400, "bad-request-line", "The first line is not a method, a target and a version.")
        case .methodTooLong: (501, "method-too-long", "The method is longer than any this server knows.")
        case .targetTooLong: (414, "target-too-long", "The first line of the request is too long.")
        case .badTarget: (400, "bad-target", "The request target is not a valid URI.")
        case .noTunnel: (501, "no-tunnel", "This server is no proxy: it opens no tunnel to another.")
        case .bareCarriageReturn: (400, "bare-carriage-return", "A carriage return stands without a line feed.")
        case .bareLineFeed: (400, "bare-line-feed", "A line ends with a line feed alone.")
        case .badFieldName: (400, "bad-field-name", "A header field's name is missing or not a token.")
        case .whitespaceBeforeColon: (400, "whitespace-before-colon", "Whitespace stands before a field's colon.")
        case .lineFolding: (400, "line-folding", "A header line begins with whitespace.")
        case .badFieldValue: (400, "bad-field-value", "A header field's value holds a control character.")
        case .headTooLarge: (431, "head-too-large", "The header of the request is too large.")
        case .tooManyFields: (431, "too-many-fields", "The request has too many header fields.")
        case .missingHost: (400, "missing-host", "An HTTP/1.1 request must have a Host field.")
        case .repeatedHost: (400, "repeated-host", "The request has more than one Host field.")
        case .badHost: (400, "bad-host", "The Host field is not a host and an optional port.")
        case .unknownExpectation: (417, "unknown-expectation", "The only expectation understood is 100-continue.")
        case .badContentLength: (400, "bad-content-length", "Content-Length is not one decimal number.")
        case .conflictingLength:
            (400, "conflicting-length", "Content-Length and Transfer-Encoding exclude each other.")
        case .badTransferCoding: (400, "bad-transfer-coding", "The last transfer coding must be chunked, and only it.")
        case .unknownTransferCoding: (501, "unknown-transfer-coding", "The only transfer coding understood is chunked.")
        case .transferCodingInOldVersion:
            (400, "transfer-coding-in-old-version", "HTTP/1.0 has no transfer codings.")
        case .lengthRequired: (411, "length-required", "The request needs a Content-Length.")
        case .bodyTooLarge: (413, "body-too-large", "The body of the request is too large.")
        case .badChunkSize:
            (400, "bad-chunk-size", "A chunk's size is not a hexadecimal number of 63 bits on a line of its own.")
        case .badChunkEnding: (400, "bad-chunk-ending", "A chunk does not end where its size says.")
        case .chunkLineTooLong: (400, "chunk-line-too-long", "The line of a chunk's size is too long.")
        case .chunkExtensionsTooLarge: (400, "chunk-extensions-too-large", "The chunk extensions are too large.")
        case .trailerTooLarge: (431, "trailer-too-large", "The fields after the body are too large.")
        case .badPercentEncoding: (400, "bad-percent-encoding", "A percent sign lacks its two hexadecimal digits.")
        case .nullInPath: (400, "null-in-path", "The path holds a null character.")
        case .controlInPath: (400, "control-in-path", "The path holds a control character.")
        case .encodedSlash: (400, "encoded-slash", "The path holds an encoded slash.")
        case .aboveRoot: (400, "above-root", "The path leads above the root.")
        case .badPathEncoding: (400, "bad-path-encoding", "The path is not UTF-8.")
        }
    }
}
