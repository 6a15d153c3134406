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

    /// The encoding that a label names; whitespace alone names nothing.
    init(_ label: Span<UInt8>) {
        if let encoding = TextEncoding.named(label) {
            self = .named(encoding, label: Self.shown(label))
        } else {
            let text = label.extracting(MediaType.trimmed(label, label.indices))
            let isEmpty = text.indices.allSatisfy { [0x09, 0x0a, 0x0c, 0x0d, 0x20].contains(text[$0]) }
            self = isEmpty ? .unnamed : .unknown(label: Self.shown(text))
        }
    }

    /// The encoding that the charset parameter of a media type names.
    ///
    /// - Parameters:
    ///   - type: the media type with its parameters.
    ///   - subject: the beginning of a sentence that says what is wrong with it.
    /// - Throws: `FormError.malformed` when the parameters are none, since one of them may be the charset.
    init(ofType type: Span<UInt8>, whose subject: StaticString) throws(FormError) {
        self = .unnamed
        var parameters = ParameterIterator(type)
        while let parameter = parameters.next(in: type) {
            let name = type.extracting(parameter.name)
            guard name.count >= 7, MediaType.equals(name.extracting(0..<7), "charset") else { continue }
            if name.count == 7 {
                let found = FormCharset(type.extracting(parameter.value))
                merge(found == .unnamed ? .unknown(label: "\"\"") : found)
            } else if name[7] == UInt8(ascii: "*") {
                throw .malformed("\(subject) is malformed: write charset=, not \(Self.shown(name))=.")
            }
        }
        guard parameters.isSound else {
            let rule = "Its parameters are written as ; name=value or ; name=\"value\", without blanks around the =."
            throw .malformed("\(subject) is malformed: \(Self.shown(type)). \(rule)")
        }
    }

    /// A short text of a client as it may stand in a sentence.
    static func shown(_ text: Span<UInt8>) -> String {
        let sizeMax = 80
        var shown = ""
        for index in text.indices.prefix(sizeMax) {
            shown.unicodeScalars.append((0x20...0x7e).contains(text[index]) ? Unicode.Scalar(text[index]) : "?")
        }
        return text.count > sizeMax ? shown + "…" : shown
    }

    /// Reads a field that may be `_charset_`, which browsers fill in.
    mutating func read(_ field: FormField) {
        guard field.file == nil, field.name.count == 9, MediaType.equals(field.name.span, "_charset_") else { return }
        merge(FormCharset(field.value.span))
    }

    /// Takes in what a second label at the same place names.
    private mutating func merge(_ found: FormCharset) {
        switch (self, found) {
        case (_, .unnamed), (.contradictory, _): return
        case (.unnamed, _): self = found
        default: if !isSame(as: found) { self = .contradictory(label, found.label) }
        }
    }

    /// Settles the encoding of a whole form by what its fields name, else by what the request's type declares.
    ///
    /// - Throws: `FormError.malformed` when either names no encoding, or the form's is one that no form is sent in.
    mutating func settle(_ declared: FormCharset) throws(FormError) {
        try declared.requireOne()
        try requireOne()
        if self == .unnamed { self = declared }
        switch self {
        case .named(.utf16BE, let label), .named(.utf16LE, let label):
            // The Encoding Standard, section 4.3: the encoding of what is sent is never UTF-16.
            throw .malformed("The form names its encoding as \(label), in which no form is sent. \(Self.remedy)")
        case .named(.replacement, let label): throw .malformed(Self.explanation(replacement: label))
        default: return
        }
    }

    /// Checks that this is nothing or one encoding.
    func requireOne() throws(FormError) {
        switch self {
        case .unnamed, .named: return
        case .unknown(let label):
            throw .malformed("The form names its encoding as \(label), and there is no such one. \(Self.remedy)")
        case .contradictory(let one, let other):
            throw .malformed("The form names its encoding as \(one) and as \(other). \(Self.remedy)")
        }
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

    /// Makes UTF-8 of the texts of a field, and undoes what was escaped in its names.
    func decode(_ field: inout FormField) throws(FormError) {
        let traits = field.traits
        if !traits.contains(.decodedName) { try decodeName(&field.name, traits) }
        if var file = field.file {
            // No second copy of what is changed.
            field.file = nil
            if !traits.contains(.decodedFileName) { try decodeName(&file.name, traits) }
            try decode(&file.type)
            field.file = file
        } else if !traits.contains(.decodedValue) {
            do throws(FormError) {
                try decode(&field.value)
            } catch {
                guard case .malformed = error, traits.contains(.isNoText) else { throw error }
                throw .malformed(Self.explanation(binary: field.name))
            }
        }
    }

    private func decodeName(_ name: inout [UInt8], _ traits: PartTraits) throws(FormError) {
        if traits.contains(.escapedNames) {
            var scratch: [UInt8] = []
            let place = MultipartForm.decodeName(
                name.span,
                hasQuotedPairs: traits.contains(.quotedPairs),
                isISO2022JP: isISO2022JP,
                into: &scratch
            )
            guard place != nil else {
                throw .malformed("A name in the form may be read in two ways, since it is ISO-2022-JP. \(Self.remedy)")
            }
            name = scratch
        }
        try decode(&name)
    }

    private var isISO2022JP: Bool {
        if case .named(.iso2022JP, _) = self { return true }
        return false
    }

    /// Makes UTF-8 of a text; one that is UTF-8 is left where it is.
    func decode(_ text: inout [UInt8]) throws(FormError) {
        try requireOne()
        if case .named(let encoding, let label) = self {
            try Self.decode(&text, from: encoding, label)
        } else if !TextDecoder.isUTF8(text.span) {
            throw .malformed(Self.unnamedExplanation)
        }
    }

    private static func decode(_ text: inout [UInt8], from encoding: TextEncoding, _ label: String) throws(FormError) {
        if encoding == .utf8 ? TextDecoder.isUTF8(text.span) : isSame(text, in: encoding) { return }
        do throws(TextDecoder.Failure) {
            text = try TextDecoder.decode(text.span, from: encoding)
        } catch {
            switch error {
            case .damaged:
                if encoding == .replacement { throw .malformed(explanation(replacement: label)) }
                throw .malformed(
                    "The form names its encoding as \(label), and holds bytes that are none of it. \(remedy)"
                )
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

    private static func explanation(replacement label: String) -> String {
        "The form names its encoding as \(label), which is never read. \(remedy)"
    }

    private static func explanation(binary name: [UInt8]) -> String {
        let advice = "A file needs a filename in its Content-Disposition, a text the charset that it is in."
        return "The part \(shown(name.span)) is neither a file nor text in the form's encoding. \(advice)"
    }

    private static let unnamedExplanation = "The form is not UTF-8, and does not name its encoding. \(remedy)"
}
