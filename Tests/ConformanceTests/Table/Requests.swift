/// The requests that most cases send, so that a case shows only what it is about. Pure, any thread.

/// A request of HTTP/1.1 with a Host field; each of `fields` is a line without its CRLF.
func ask(_ method: String, _ target: String, _ fields: String..., content: String? = nil) -> String {
    let lines = fields.map { $0 + "\r\n" }.joined()
    let length = content.map { "Content-Length: \(Wire.count($0))\r\n" } ?? ""
    return "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n\(lines)\(length)\r\n\(content ?? "")"
}

/// GET of a target.
func get(_ target: String, _ fields: String...) -> String {
    "GET \(target) HTTP/1.1\r\nHost: localhost\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
}

/// HEAD of a target.
func head(_ target: String, _ fields: String...) -> String {
    "HEAD \(target) HTTP/1.1\r\nHost: localhost\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
}

/// A request for a text in chunks, its content as given.
func chunked(_ content: String, _ target: String = "/text.txt", method: String = "POST") -> String {
    "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        + "Transfer-Encoding: chunked\r\n\r\n\(content)"
}

/// A form that is posted.
func form(_ content: String, type: String = "application/x-www-form-urlencoded", _ fields: String...) -> String {
    let lines = fields.map { $0 + "\r\n" }.joined()
    return "POST /forms/conformance HTTP/1.1\r\nHost: localhost\r\nContent-Type: \(type)\r\n\(lines)"
        + "Content-Length: \(Wire.count(content))\r\n\r\n\(content)"
}

extension String {
    /// The text with its braces in the notation of `Wire`.
    var escaped: String {
        flatMap { $0 == "{" ? "{byte 7b}" : $0 == "}" ? "{byte 7d}" : String($0) }.reduce(into: "") { $0.append($1) }
    }
}
