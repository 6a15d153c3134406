/// The encoding of a form's texts, by the label that names it. On the pool thread that handles the request.

internal import HTTP

/// The encoding that a form says it has.
enum FormCharset: Equatable {
    /// Nothing names it: UTF-8.
    case unnamed
    case named(TextEncoding, label: String)
    /// A label that the Encoding Standard does not have.
    case unknown(label: String)
    /// Two labels of different encodings.
    case contradictory(String, String)

    /// The encoding that a label names; an empty one names nothing.
    init(_ label: Span<UInt8>) {
        if let encoding = TextEncoding.named(label) {
            self = .named(encoding, label: Self.shown(label))
        } else {
            let text = label.extracting(MediaType.trimmed(label, label.indices))
            self = text.isEmpty ? .unnamed : .unknown(label: Self.shown(text))
        }
    }

    /// A short text of a client as it may stand in a sentence.
    static func shown(_ text: Span<UInt8>) -> String {
        let sizeMax = 40
        var shown = ""
        for index in text.indices.prefix(sizeMax) {
            shown.unicodeScalars.append((0x20...0x7e).contains(text[index]) ? Unicode.Scalar(text[index]) : "?")
        }
        return text.count > sizeMax ? shown + "…" : shown
    }

    /// Reads a field that may be `_charset_`, which browsers fill in.
    mutating func read(_ field: FormField) {
        guard field.file == nil, field.name.count == 9, MediaType.equals(field.name.span, "_charset_") else { return }
        let found = FormCharset(field.value.span)
        switch (self, found) {
        case (_, .unnamed), (.contradictory, _): return
        case (.unnamed, _): self = found
        default: if !isSame(as: found) { self = .contradictory(label, found.label) }
        }
    }

    /// Reads the charset of the request's media type, which counts where no field names one.
    mutating func read(ofType type: Span<UInt8>) {
        guard self == .unnamed, let place = ParameterIterator.charset(in: type) else { return }
        self = FormCharset(type.extracting(place))
    }

    private func isSame(as other: FormCharset) -> Bool {
        if case .named(let encoding, _) = self, case .named(let another, _) = other { return encoding == another }
        return label == other.label
    }

    private var label: String {
        switch self {
        case .unnamed: "UTF-8"
        case .named(_, let label), .unknown(let label), .contradictory(let label, _): label
        }
    }

    /// True when the texts are UTF-8, or are to be refused.
    var isUTF8: Bool {
        switch self {
        case .unnamed, .named(.utf8, _): true
        default: false
        }
    }

    /// Makes UTF-8 of the texts of a field.
    func decode(_ field: inout FormField) throws(FormError) {
        if !field.decoded.contains(.name) { try decode(&field.name) }
        if var file = field.file {
            // No second copy of what is changed.
            field.file = nil
            if !field.decoded.contains(.fileName) { try decode(&file.name) }
            try decode(&file.type)
            field.file = file
        } else if !field.decoded.contains(.value) {
            try decode(&field.value)
        }
    }

    /// Makes UTF-8 of a text; one that is UTF-8 is left where it is.
    func decode(_ text: inout [UInt8]) throws(FormError) {
        switch self {
        case .unnamed:
            guard TextDecoder.isUTF8(text.span) else { throw .malformed(Self.unnamedExplanation) }
        case .unknown(let label):
            guard TextDecoder.isPlain(text.span) else {
                throw .malformed("The form names its encoding as \(label), and there is no such one. \(Self.remedy)")
            }
        case .contradictory(let one, let other):
            guard TextDecoder.isPlain(text.span) else {
                throw .malformed("The form names its encoding as \(one) and as \(other). \(Self.remedy)")
            }
        case .named(let encoding, let label): try Self.decode(&text, from: encoding, label)
        }
    }

    private static func decode(_ text: inout [UInt8], from encoding: TextEncoding, _ label: String) throws(FormError) {
        if encoding == .utf8 ? TextDecoder.isUTF8(text.span) : isSame(text, in: encoding) { return }
        do throws(TextDecoder.Failure) {
            text = try TextDecoder.decode(text.span, from: encoding)
        } catch {
            switch error {
            case .damaged:
                let fault = encoding == .replacement ? "which is never read" : "and holds bytes that are none of it"
                throw .malformed("The form names its encoding as \(label), \(fault). \(remedy)")
            case .noConverter:
                throw .encodingUnavailable("This server can't convert texts from \(label). \(remedy)")
            }
        }
    }

    /// True when a text needs no conversion.
    private static func isSame(_ text: [UInt8], in encoding: TextEncoding) -> Bool {
        encoding.isASCIICompatible && TextDecoder.isPlain(text.span)
    }

    private static let remedy = "A form is sent as UTF-8 when it has the attribute accept-charset=\"utf-8\"."
    private static let unnamedExplanation = "The form is not UTF-8, and does not name its encoding. \(remedy)"
}
