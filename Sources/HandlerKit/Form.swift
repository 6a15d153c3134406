/// Reads the forms that browsers and programs send. On the pool thread that handles the request.

internal import HTTP

/// What the `Content-Type` of a request says its body is.
public enum BodyKind: Sendable {
    case urlEncoded, multipart, json
    /// Another type, or none.
    case other
}

/// A field of a form: text, or an uploaded file.
public struct FormField: Sendable {
    /// As sent; not always UTF-8.
    public let name: [UInt8]
    /// The text, or what the file holds; not always UTF-8.
    public let value: [UInt8]
    /// What the client says of the file; `nil` for text.
    public let file: File?

    /// An uploaded file's description, which is the client's: trust none of it.
    public struct File: Sendable {
        public let name: [UInt8]
        public let type: [UInt8]

        public init(name: [UInt8], type: [UInt8]) {
            self.name = name
            self.type = type
        }
    }

    public init(name: [UInt8], value: [UInt8], file: File? = nil) {
        self.name = name
        self.value = value
        self.file = file
    }

    /// Whether this is a file input in which no file was chosen, which browsers send all the same.
    public var isEmptyFile: Bool { value.isEmpty && file.map(\.name.isEmpty) ?? false }
}

/// Why a body can't be read as a form.
public enum FormError: Error, CustomStringConvertible {
    /// The body is of another kind.
    case notAForm
    /// One sentence for whoever sent it.
    case malformed(String)

    public var description: String {
        switch self {
        case .notAForm: "The body is not a form."
        case .malformed(let explanation): explanation
        }
    }
}

extension Request {
    /// Fields that a form may have; more are refused.
    public static var formFieldsMax: Int { 256 }

    /// What kind of body this is, by its `Content-Type`.
    public var bodyKind: BodyKind {
        withField("content-type") { value in
            guard let value else { return .other }
            if MediaType.isType(value, "application/x-www-form-urlencoded") { return .urlEncoded }
            if MediaType.isType(value, "multipart/form-data") { return .multipart }
            return MediaType.isType(value, "application/json") ? .json : .other
        }
    }

    /// Reads the body as a form, `application/x-www-form-urlencoded` or `multipart/form-data`.
    ///
    /// - Returns: its fields in the order sent.
    /// - Throws: `FormError` when the body is no such form, or a malformed one, or has more than `formFieldsMax` fields.
    public func formFields() throws(FormError) -> [FormField] {
        switch bodyKind {
        case .urlEncoded: try withBody { body throws(FormError) in try Self.urlEncodedFields(body) }
        case .multipart:
            try withBody { body throws(FormError) in
                try withField("content-type") { type throws(FormError) in
                    guard let type else { throw .notAForm }
                    return try Self.multipartFields(body, type)
                }
            }
        case .json, .other: throw .notAForm
        }
    }

    private static func urlEncodedFields(_ body: Span<UInt8>) throws(FormError) -> [FormField] {
        var form = URLEncodedForm(fieldCountMax: formFieldsMax)
        var decoded: [UInt8] = []
        decoded.reserveCapacity(body.count)
        var fields: [FormField] = []
        while true {
            switch form.next(in: body, into: &decoded) {
            case .field(let field):
                fields.append(FormField(name: Array(decoded[field.name]), value: Array(decoded[field.value])))
            case .end: return fields
            case .rejected(let reason): throw .malformed("\(reason.explanation)")
            }
        }
    }

    private static func multipartFields(_ body: Span<UInt8>, _ type: Span<UInt8>) throws(FormError) -> [FormField] {
        guard var form = MultipartForm(contentType: type, partCountMax: formFieldsMax) else {
            throw .malformed("\(FormRejection.badBoundary.explanation)")
        }
        var fields: [FormField] = []
        while true {
            switch form.next(in: body) {
            case .part(let part):
                let file = part.filename.map { name in
                    FormField.File(
                        name: decodedName(body.extracting(name)),
                        type: part.contentType.map { Array(copying: body.extracting($0)) } ?? []
                    )
                }
                let name = decodedName(body.extracting(part.name))
                fields.append(FormField(name: name, value: Array(copying: body.extracting(part.content)), file: file))
            case .end: return fields
            case .rejected(let reason): throw .malformed("\(reason.explanation)")
            }
        }
    }

    private static func decodedName(_ text: Span<UInt8>) -> [UInt8] {
        var decoded: [UInt8] = []
        _ = MultipartForm.decodeName(text, into: &decoded)
        return decoded
    }
}

extension [UInt8] {
    /// A copy of bytes.
    public init(copying bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }
}
