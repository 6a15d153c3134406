/// A response as a handler makes it. A value; any thread.

public import HTTPTypes

/// A status, fields and a body.
///
/// `Content-Length`, `Date`, `Connection` and what else frames a message are the server's; here they are ignored.
public struct Response: Sendable {
    public var status: HTTPResponse.Status
    public var body: [UInt8]
    /// In a response that follows a write: where in `body` the id of the row that was inserted last is put in, as decimal
    /// digits, after the commit.
    public var rowIDPosition: Int?
    /// The field lines in order.
    ///
    /// `HTTPFields` costs several allocations a field; most responses have one or two.
    var fields: [(name: String, value: String)]

    /// Makes a response.
    ///
    /// - Parameters:
    ///   - status: 200 or above.
    ///   - contentType: of the body; `nil` for no such field.
    ///   - body: its bytes.
    public init(status: HTTPResponse.Status, contentType: String? = nil, body: [UInt8] = []) {
        self.status = status
        self.body = body
        fields = contentType.map { [("content-type", $0)] } ?? []
    }

    /// Plain text.
    public static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    /// HTML.
    ///
    /// What comes from a client needs `htmlEscaped` first.
    public static func html(_ html: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, contentType: "text/html; charset=utf-8", body: Array(html.utf8))
    }

    /// JSON that is at hand as text.
    public static func json(_ json: String, status: HTTPResponse.Status = .ok) -> Response {
        .json(Array(json.utf8), status: status)
    }

    /// JSON that is at hand as bytes.
    public static func json(_ json: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, contentType: "application/json", body: json)
    }

    /// Sends a browser on, after a POST, to a page that it gets with GET (RFC 9110, section 15.4.4).
    public static func seeOther(_ location: String) -> Response {
        var response = Response.html("<p>Go on to <a href=\"\(location.htmlEscaped)\">the next page</a>.</p>\n")
        response.status = .seeOther
        response.addField("location", location)
        return response
    }

    /// Adds a field line.
    ///
    /// - Parameters:
    ///   - name: a token; a response with any other is refused by the server.
    ///   - value: without line ends and control characters; a response with any is refused by the server.
    public mutating func addField(_ name: String, _ value: String) {
        fields.append((name, value))
    }

    /// The field lines as swift-http-types has them.
    public var headerFields: HTTPFields {
        get {
            var result = HTTPFields()
            for field in fields {
                guard let name = HTTPField.Name(field.name) else { continue }
                result.append(HTTPField(name: name, value: field.value))
            }
            return result
        }
        set {
            fields = newValue.map { ($0.name.rawName, $0.value) }
        }
    }
}

extension String {
    /// This text as it may stand in HTML, between tags or in a quoted attribute.
    public var htmlEscaped: String {
        var result = ""
        result.reserveCapacity(utf8.count)
        for character in unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
