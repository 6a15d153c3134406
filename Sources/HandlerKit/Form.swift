/// Reads the forms that browsers and programs send. On the pool thread that handles the request.

internal import HTTP

/// What the `Content-Type` of a request says its body is.
public enum BodyKind: Sendable {
    case urlEncoded, multipart, json
    /// Another type, or none.
    case other
}

/// A field of a form: text, or an uploaded file.
///
/// The texts of a field that `Request.formFields` returns are UTF-8, whatever encoding they were sent in.
public struct FormField: Sendable {
    public internal(set) var name: [UInt8]
    /// The text, or the bytes of the file, which are as they were sent.
    public internal(set) var value: [UInt8]
    /// What the client says of the file; `nil` for text.
    public internal(set) var file: File?
    /// The descriptions of the texts that the part gives.
    var traits: PartTraits = []

    /// An uploaded file's description, which is the client's: trust none of it.
    public struct File: Sendable {
        public internal(set) var name: [UInt8]
        public internal(set) var type: [UInt8]

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

    /// True for a file input in which no file was chosen, which browsers send all the same.
    public var isEmptyFile: Bool { value.isEmpty && file.map(\.name.isEmpty) ?? false }
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
    /// Names, texts and file names come out as UTF-8. They are taken for UTF-8 unless the request names another encoding:
    /// by the charset of a part's own `Content-Type`, else by a field `_charset_`, wherever it stands (RFC 7578 §4.6; it is
    /// returned with the others), else by the charset of the request's `Content-Type`. The names of encodings are those
    /// of the Encoding Standard, and any other name is refused, as are two at one place that contradict. A text is never
    /// damaged: one that is not in its encoding is refused.
    ///
    /// - Returns: its fields in the order sent.
    /// - Throws: `FormError` when the body is no such form, or a malformed one, or coded, or has more than `formFieldsMax`
    ///   fields, or a text that is not in its encoding.
    public func formFields() throws(FormError) -> [FormField] {
        try requireUncodedBody()
        try requireOneContentType()
        return switch bodyKind {
        case .urlEncoded: try withForm { body, type throws(FormError) in try Self.urlEncodedFields(body, type) }
        case .multipart: try withForm { body, type throws(FormError) in try Self.multipartFields(body, type) }
        case .json, .other: throw .notAForm
        }
    }

    private func withForm(
        _ read: (_ body: Span<UInt8>, _ type: Span<UInt8>) throws(FormError) -> [FormField]
    ) throws(FormError) -> [FormField] {
        try withBody { body throws(FormError) in
            try withField("content-type") { type throws(FormError) in
                guard let type else { throw .notAForm }
                return try read(body, type)
            }
        }
    }

    /// Reads the fields of a urlencoded body of a type.
    package static func urlEncodedFields(_ body: Span<UInt8>, _ type: Span<UInt8>) throws(FormError) -> [FormField] {
        let declared = try FormCharset(ofType: type, whose: "The Content-Type")
        var form = URLEncodedForm(fieldCountMax: formFieldsMax)
        var decoded: [UInt8] = []
        decoded.reserveCapacity(body.count)
        var fields: [FormField] = []
        var charset = FormCharset.unnamed
        // A text that begins in the middle of a character is not UTF-8, even if it goes well with the one before it.
        var isDivided = false
        while true {
            switch form.next(in: body, into: &decoded) {
            case .field(let place):
                let field = FormField(name: Array(decoded[place.name]), value: Array(decoded[place.value]))
                charset.read(field)
                isDivided = isDivided || beginsWithinCharacter(field.name) || beginsWithinCharacter(field.value)
                fields.append(field)
            case .end:
                try charset.settle(declared)
                // All texts in one pass.
                if charset.isUTF8, !isDivided, TextDecoder.isUTF8(decoded.span) { return fields }
                for index in fields.indices { try charset.decode(&fields[index]) }
                return fields
            case .rejected(let reason): throw .malformed("\(reason.explanation)")
            }
        }
    }

    private static func beginsWithinCharacter(_ text: [UInt8]) -> Bool { text.first.map { $0 & 0xc0 == 0x80 } ?? false }

    /// Reads the fields of a multipart body of a type.
    package static func multipartFields(_ body: Span<UInt8>, _ type: Span<UInt8>) throws(FormError) -> [FormField] {
        let declared = try FormCharset(ofType: type, whose: "The Content-Type")
        guard var form = MultipartForm(contentType: type, partCountMax: formFieldsMax) else {
            throw .malformed("\(FormRejection.badBoundary.explanation)")
        }
        var fields: [FormField] = []
        var charset = FormCharset.unnamed
        while true {
            switch form.next(in: body) {
            case .part(let part):
                let field = try FormField(part, of: body)
                charset.read(field)
                fields.append(field)
            case .end:
                try charset.settle(declared)
                for index in fields.indices { try charset.decode(&fields[index]) }
                return fields
            case .rejected(let reason): throw .malformed("\(reason.explanation)")
            }
        }
    }
}

extension [UInt8] {
    /// A copy of bytes.
    public init(copying bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }
}
