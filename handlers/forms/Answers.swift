/// The handler's answers, each in two shapes: for a browser and for a program. A value; any thread.

import HandlerKit

/// Answers in the shape that the client of a request wants.
struct Answers: Sendable {
    let isJSON: Bool

    /// JSON for a client that prefers it, and for one that sent it and does not prefer HTML.
    init(_ request: borrowing Request) {
        isJSON =
            request.prefers("application/json", over: "text/html")
            || request.prefers("application/problem+json", over: "text/html")
            || (request.bodyKind == .json && !request.prefers("text/html", over: "application/json"))
    }

    init(isJSON: Bool) {
        self.isJSON = isJSON
    }

    /// Stored: on to the next page, or the id, which the server puts in after the commit.
    func stored(form: String, next: String?) -> Response {
        guard isJSON else { return .seeOther(next ?? "/thanks.html") }
        // A form's name needs no escapes.
        var response = Response.json("{\"id\":,\"form\":\"\(form)\"}\n", status: .created)
        response.rowIDPosition = "{\"id\":".utf8.count
        return response
    }

    /// A refusal: a page, or problem details (RFC 9457) with the members that the server's own refusals have.
    func problem(_ status: HTTPResponse.Status, _ text: String) -> Response {
        var response: Response
        if isJSON {
            var json = Array("{\"type\":\"about:blank\",\"title\":".utf8)
            json.append(jsonString: Array(status.reasonPhrase.utf8))
            json.append(contentsOf: ",\"status\":\(status.code),\"detail\":".utf8)
            json.append(jsonString: Array(text.utf8))
            json.append(contentsOf: ",\"reason\":\"\(Self.reason(status))\"}\n".utf8)
            response = Response(status: status, contentType: "application/problem+json", body: json)
        } else {
            response = .html("<!doctype html><title>\(status)</title>\n<p>\(Self.content(text))</p>\n", status: status)
        }
        response.addField("vary", "accept")
        if status == .serviceUnavailable { response.addField("retry-after", "1") }
        return response
    }

    /// Text as the content of an element, in which quotation marks stay as whoever reads the source expects them.
    private static func content(_ text: String) -> String {
        var content = ""
        for character in text {
            switch character {
            case "&": content += "&amp;"
            case "<": content += "&lt;"
            case ">": content += "&gt;"
            default: content.append(character)
            }
        }
        return content
    }

    /// The reason as one word, for programs.
    private static func reason(_ status: HTTPResponse.Status) -> StaticString {
        switch status {
        case .notFound: "no-such-form"
        case .unsupportedMediaType: "unsupported-media-type"
        case .serviceUnavailable: "not-stored"
        case .contentTooLarge: "files-too-large"
        case .insufficientStorage: "files-no-room"
        case .notImplemented: "encoding-unavailable"
        default: "bad-form"
        }
    }

    /// Says which bodies are understood (RFC 9110, section 15.5.16, and the field of the W3C's LDP).
    var unsupportedMediaType: Response {
        let types = "application/x-www-form-urlencoded, multipart/form-data, application/json"
        var response = problem(.unsupportedMediaType, "Send the form as one of \(types).")
        response.addField("accept-post", types)
        return response
    }
}

extension Response {
    /// The same answer without a commit to take an id from.
    var withoutRowID: Response {
        guard let position = rowIDPosition else { return self }
        var response = self
        response.body.insert(UInt8(ascii: "0"), at: position)
        response.rowIDPosition = nil
        return response
    }
}
