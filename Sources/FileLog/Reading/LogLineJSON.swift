/// A line of `access.log` as a JSON object. Pure; used by `ringport tail --json`.

internal import HTTP

/// Writes lines as JSON (RFC 8259), one object a line.
package enum LogLineJSON {
    /// Appends the object and a line feed.
    ///
    /// A line in another format becomes `{"line": ...}`. Bytes that are not UTF-8 become U+FFFD. No character that
    /// steers a terminal or isn't seen stands there as itself.
    package static func append(_ line: Span<UInt8>, to output: inout [UInt8]) {
        guard let parsed = CombinedLogLine(line) else {
            output += "{\"line\":".utf8
            output.append(jsonStringOf: line, escapingUnseen: true)
            output += "}\n".utf8
            return
        }
        let (method, target, version) = parsed.requestParts(of: line)
        let time = bytes(of: line.extracting(parsed.time))
        output += "{\"time\":".utf8
        let shown = timestamp(time).map { Array($0.utf8) } ?? time
        output.append(jsonStringOf: shown.span, escapingUnseen: true)
        for (name, range) in [
            ("remote", parsed.remote), ("user", parsed.user), ("method", method), ("target", target),
            ("version", version),
        ] {
            appendField(name, line.extracting(range), to: &output)
        }
        output += ",\"status\":\(parsed.status),\"bytes\":\(parsed.bytes)".utf8
        appendField("referer", line.extracting(parsed.referer), to: &output)
        appendField("user_agent", line.extracting(parsed.userAgent), to: &output)
        output += "}\n".utf8
    }

    /// Appends `,"name":value`, where nothing and a dash are null.
    private static func appendField(_ name: String, _ field: Span<UInt8>, to output: inout [UInt8]) {
        output += ",\"\(name)\":".utf8
        if field.isEmpty || CombinedLogLine.isDash(field) {
            output += "null".utf8
        } else {
            output.append(jsonStringOf: CombinedLogLine.unescaped(field).span, escapingUnseen: true)
        }
    }

    /// `10/Oct/2000:13:55:36 +0000` as `2000-10-10T13:55:36Z` (RFC 3339), or `nil` when it has another form.
    private static func timestamp(_ time: [UInt8]) -> String? {
        guard time.count == 26, let month = monthNumbers[String(decoding: time[3..<6], as: UTF8.self)] else {
            return nil
        }
        func text(_ range: Range<Int>) -> String { String(decoding: time[range], as: UTF8.self) }
        let zone = text(21..<26)
        let offset = zone == "+0000" ? "Z" : "\(zone.prefix(3)):\(zone.suffix(2))"
        return "\(text(7..<11))-\(month)-\(text(0..<2))T\(text(12..<20))\(offset)"
    }

    private static let monthNumbers = [
        "Jan": "01", "Feb": "02", "Mar": "03", "Apr": "04", "May": "05", "Jun": "06",
        "Jul": "07", "Aug": "08", "Sep": "09", "Oct": "10", "Nov": "11", "Dec": "12",
    ]

    private static func bytes(of span: Span<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(span.count)
        for index in span.indices { bytes.append(span[index]) }
        return bytes
    }
}
