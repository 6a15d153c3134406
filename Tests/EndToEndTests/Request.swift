/// Requests as text, for tests that send many of one kind. Pure, any thread.

/// The text of requests.
enum Request {
    /// A GET, kept alive unless `fields` say otherwise; each field ends with CRLF.
    static func get(_ target: String, _ fields: String = "") -> String {
        "GET \(target) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
    }

    /// A POST of content with its length.
    static func post(
        _ target: String,
        _ content: String,
        type: String = "application/x-www-form-urlencoded",
        _ fields: String = ""
    ) -> String {
        "POST \(target) HTTP/1.1\r\nHost: a\r\n\(fields)Content-Type: \(type)\r\n"
            + "Content-Length: \(content.utf8.count)\r\n\r\n\(content)"
    }

    /// Ends the connection after the answer.
    static let close = "Connection: close\r\n"
    /// Asks for an answer to a program.
    static let json = "Accept: application/json\r\n"

    /// A field with a user and a password, without a line end.
    static func basic(_ user: String, _ password: String) -> String {
        "Authorization: Basic " + base64(Array("\(user):\(password)".utf8))
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = (0..<3).reduce(0) { $0 << 8 | (start + $1 < bytes.count ? Int(bytes[start + $1]) : 0) }
            for place in 0..<4 {
                text.append(start + place <= bytes.count ? digits[group >> (18 - 6 * place) & 63] : "=")
            }
        }
        return text
    }
}

/// Configurations that several tests use.
enum Configuration {
    /// The tests' own handler besides the forms.
    static let trial = "[handlers]\nenabled = [\"forms\", \"trial\"]\n"
}
