/// A response as the server sent it, read strictly: what RFC 9112 does not allow is an error. Pure, any thread.

/// A parsed response.
package struct Response: Equatable, Sendable {
    package let status: Int
    package let reason: String
    package let fields: [Field]
    package let body: [UInt8]

    package struct Field: Equatable, Sendable {
        package let name: String
        package let value: String
    }

    /// The value of a field that may occur once; the name in any case.
    package subscript(_ name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    package var text: String { String(decoding: body, as: UTF8.self) }

    package init(status: Int, reason: String, fields: [Field], body: [UInt8]) {
        self.status = status
        self.reason = reason
        self.fields = fields
        self.body = body
    }

    /// Parses the response at the beginning of `bytes`.
    ///
    /// - Parameters:
    ///   - bytes: what was received.
    ///   - method: the request's method.
    ///   - isEnd: whether the connection has ended, which ends a body that has no length.
    ///   - isOurs: whether Ringport sent it, whose heads keep to the narrowest form that RFC 9112 knows; of another
    ///     server whatever RFC 9112 allows is taken.
    /// - Returns: the response and its length in bytes, or `nil` when more is needed.
    /// - Throws: `HarnessError` when it is not a response that RFC 9112 allows.
    package static func parse(
        _ bytes: [UInt8],
        method: String,
        isEnd: Bool,
        isOurs: Bool = true
    ) throws -> (Response, consumed: Int)? {
        guard let headEnd = find([13, 10, 13, 10], in: bytes, from: 0) else {
            if bytes.count > 64 << 10 { throw HarnessError("a head without end: \(quote(bytes))") }
            return nil
        }
        let (status, reason, fields) = try parseHead(bytes[..<headEnd], isOurs)
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

    private static func parseHead(_ head: ArraySlice<UInt8>, _ isOurs: Bool) throws -> (Int, String, [Field]) {
        // Bytes, not characters: to Swift, CRLF is one character.
        var lines = head.split(separator: 10, omittingEmptySubsequences: false)
        for index in lines.indices.dropLast() where lines[index].popLast() != 13 {
            throw HarnessError("a bare LF: \(quote(Array(head)))")
        }
        let (status, reason) = try parseStatusLine(lines[0], isOurs)
        return try (status, reason, lines.dropFirst().map { try parseField($0, isOurs) })
    }

    /// "HTTP/1.1 200 OK"; a server of another make may call itself HTTP/1.0.
    private static func parseStatusLine(_ line: ArraySlice<UInt8>, _ isOurs: Bool) throws -> (Int, String) {
        let start = line.startIndex
        let isHTTP = line.starts(with: "HTTP/1.1 ".utf8) || !isOurs && line.starts(with: "HTTP/1.0 ".utf8)
        guard isHTTP, line.count >= 13, line[start + 12] == UInt8(ascii: " "),
            let status = Int(String(decoding: line[(start + 9)..<(start + 12)], as: UTF8.self)),
            (100...599).contains(status), line[(start + 13)...].allSatisfy({ (0x20...0x7e).contains($0) })
        else { throw HarnessError("not a status line: \(quote(Array(line)))") }
        return (status, String(decoding: line[(start + 13)...], as: UTF8.self))
    }

    /// RFC 9110, section 5: a token, a colon, and a value.
    ///
    /// One of ours is of visible ASCII with at most one space before it and none behind it, and never needs more.
    private static func parseField(_ line: ArraySlice<UInt8>, _ isOurs: Bool) throws -> Field {
        let name = line.prefix { isToken($0) }
        let rest = line[name.endIndex...]
        guard !name.isEmpty, rest.first == UInt8(ascii: ":") else {
            throw HarnessError("not a field line: \(quote(Array(line)))")
        }
        var value = rest.dropFirst()
        if isOurs {
            if value.first == UInt8(ascii: " ") { value.removeFirst() }
            guard value.first != UInt8(ascii: " "), value.last != UInt8(ascii: " "),
                value.allSatisfy({ (0x20...0x7e).contains($0) })
            else { throw HarnessError("not a value of ours: \(quote(Array(line)))") }
        } else {
            let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
            while let first = value.first, isBlank(first) { value.removeFirst() }
            while let last = value.last, isBlank(last) { value.removeLast() }
        }
        return Field(name: String(decoding: name, as: UTF8.self), value: String(decoding: value, as: UTF8.self))
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
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
    package static func quote(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix(1024), as: UTF8.self).debugDescription + (bytes.count > 1024 ? "…" : "")
    }
}
