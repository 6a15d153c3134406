/// The reasons for which a form is refused, and their answers. A value; any thread.

public import HTTPTypes

/// A reason for which a body can't be read as a form.
///
/// The answer to such a request is `Response.refusal`, or one of the handler's own with the error's `status` and
/// `fields`.
public enum FormError: Error, CustomStringConvertible {
    /// The body is of another kind.
    case notAForm
    /// One sentence for whoever sent it.
    case malformed(String)
    /// The body has a content coding; the sentence names it.
    case coded(String)
    /// This machine has no converter for the form's encoding; the sentence names it.
    case encodingUnavailable(String)

    public var description: String {
        switch self {
        case .notAForm: "The body is not a form."
        case .malformed(let explanation), .coded(let explanation), .encodingUnavailable(let explanation): explanation
        }
    }

    /// The status of the answer.
    public var status: HTTPResponse.Status {
        switch self {
        case .notAForm, .coded: .unsupportedMediaType
        case .malformed: .badRequest
        case .encodingUnavailable: .notImplemented
        }
    }

    /// Fields that belong to the answer: after a coded body those of RFC 9110, section 12.5.3.
    public var fields: [(name: String, value: String)] {
        if case .coded = self { return [("accept-encoding", "identity")] }
        return []
    }
}

extension Response {
    /// A refusal of a form as plain text.
    public static func refusal(_ error: FormError) -> Response {
        var response = Response.text("\(error)\n", status: error.status)
        for field in error.fields { response.addField(field.name, field.value) }
        return response
    }
}
