/// A response as the server sent it, read strictly: what RFC 9112 does not allow is an error. Pure, any thread.

/// A parsed response.
struct Response: Equatable, Sendable {
    let status: Int
    let reason: String
    let fields: [Field]
    let body: [UInt8]

    struct Field: Equatable, Sendable {
        let name: String
        let value: String
    }

    /// The value of a field that may occur once; the name in any case.
    subscript(_ name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// Parses the response at the beginning of `bytes`.
    ///
    /// - Parameters:
    ///   - bytes: what was received.
    ///   - method: the request's method.
    ///   - isEnd: whether the connection has ended, which ends a body that has no length.
    /// - Returns: the response and its length in bytes, or `nil` when more is needed.
    /// - Throws: `HarnessError` when it is not a response that RFC 9112 allows.
    static func parse(_ bytes: [UInt8], method: String, isEnd: Bool) throws -> (Response, consumed: Int)? {
        guard let headEnd = find([13, 10, 13, 10], in: bytes, from: 0) else {
            if bytes.count > 64 << 10 { throw HarnessError("a head without end: \(quote(bytes))") }
            return nil
        }
        let (status, reason, fields) = try parseHead(Array(bytes[..<headEnd]))
        func response(_ body: [UInt8]) -> Response {
            Response(status: status, reason: reason, fields: fields, body: body)
        }
        func values(_ name: String) -> [String] { fields.filter { $0.name.lowercased() == name }.map(\.value) }

        // RFC 9112, section 6.3: which responses have no body, then chunked, then Content-Length, then until the end.
        let bodyStart = headEnd + 4
        if method == "HEAD" || status == 204 || status == 304 || status < 200 { return (response([]), bodyStart) }
        let lengths = values("content-length")
        let codings = values("transfer-encoding")
        if !codings.isEmpty {
            guard codings == ["chunked"], lengths.isEmpty else { throw HarnessError("an ambiguous length: \(fields)") }
            guard let (body, end) = try parseChunks(bytes, from: bodyStart) else { return nil }
            return (response(body), end)
        }
        if !lengths.isEmpty {
            guard lengths.count == 1, let length = Int(lengths[0]), length >= 0 else {
                throw HarnessError("a bad Content-Length: \(lengths)")
            }
            guard bytes.count >= bodyStart + length else { return nil }
            return (response(Array(bytes[bodyStart..<bodyStart + length])), bodyStart + length)
        }
        return isEnd ? (response(Array(bytes[bodyStart...])), bytes.count) : nil
    }

    private static func parseHead(_ head: [UInt8]) throws -> (Int, String, [Field]) {
        // Bytes, not characters: to Swift, CRLF is one character.
        var lines = head.split(separator: 10, omittingEmptySubsequences: false)
        for index in lines.indices.dropLast() where lines[index].popLast() != 13 {
            throw HarnessError("a bare LF: \(quote(head))")
        }
        return try parseLines(lines.map { String(decoding: $0, as: UTF8.self) })
    }

    private static func parseLines(_ lines: [String]) throws -> (Int, String, [Field]) {
        guard let match = lines[0].wholeMatch(of: /HTTP\/1\.1 ([1-5][0-9][0-9]) ([\x20-\x7e]*)/),
            let status = Int(match.1)
        else { throw HarnessError("not a status line: \(lines[0])") }
        let fields = try lines.dropFirst().map { line in
            // RFC 9110, section 5: a token, a colon, and a value of visible ASCII; ours never need more.
            let line = line.wholeMatch(of: /([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\x21-\x7e][\x20-\x7e]*|)/)
            guard let match = line else { throw HarnessError("not a field line among \(lines)") }
            return Field(name: String(match.1), value: String(match.2))
        }
        return (status, String(match.2), fields)
    }

    private static func parseChunks(_ bytes: [UInt8], from start: Int) throws -> ([UInt8], Int)? {
        var body: [UInt8] = []
        var position = start
        while let lineEnd = find([13, 10], in: bytes, from: position) {
            let digits = String(decoding: bytes[position..<lineEnd], as: UTF8.self)
            guard let size = Int(digits, radix: 16), size >= 0 else { throw HarnessError("bad chunk size: \(digits)") }
            let dataEnd = lineEnd + 2 + size
            guard bytes.count >= dataEnd + 2 else { return nil }
            guard bytes[dataEnd] == 13, bytes[dataEnd + 1] == 10 else { throw HarnessError("a chunk without its CRLF") }
            if size == 0 { return (body, dataEnd + 2) }
            body += bytes[(lineEnd + 2)..<dataEnd]
            position = dataEnd + 2
        }
        return nil
    }

    private static func find(_ pattern: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        let last = bytes.count - pattern.count
        guard start <= last else { return nil }
        return (start...last).first { position in
            bytes[position] == pattern[0] && bytes[position..<position + pattern.count].elementsEqual(pattern)
        }
    }

    /// Bytes for a message: at most the first kilobyte.
    static func quote(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix(1024), as: UTF8.self).debugDescription + (bytes.count > 1024 ? "…" : "")
    }
}
