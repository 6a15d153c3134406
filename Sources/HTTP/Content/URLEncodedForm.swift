/// A form sent as application/x-www-form-urlencoded, read as the URL standard says (url.spec.whatwg.org). Any thread.

/// Why the body of a form is refused.
package enum FormRejection: UInt8, CaseIterable, Error, Sendable {
    case tooManyFields, badBoundary, missingBoundary, misplacedBoundary, boundaryBehindTheLast, unterminated
    case badPartHead, foldedPartHead, partHeadTooLarge, partWithoutName, contradictoryPartTypes
    case unsupportedTransferEncoding, codedPart

    /// The reason in the log: words joined by dashes.
    package var name: StaticString {
        switch self {
        case .tooManyFields: "too-many-fields"
        case .badBoundary: "bad-boundary"
        case .missingBoundary: "missing-boundary"
        case .misplacedBoundary: "misplaced-boundary"
        case .boundaryBehindTheLast: "boundary-behind-the-last"
        case .unterminated: "unterminated"
        case .badPartHead: "bad-part-head"
        case .foldedPartHead: "folded-part-head"
        case .partHeadTooLarge: "part-head-too-large"
        case .partWithoutName: "part-without-name"
        case .contradictoryPartTypes: "contradictory-part-types"
        case .unsupportedTransferEncoding: "unsupported-transfer-encoding"
        case .codedPart: "coded-part"
        }
    }

    /// One sentence for whoever sent the form.
    package var explanation: StaticString {
        switch self {
        case .tooManyFields: "The form has too many fields."
        case .badBoundary: "The Content-Type of the multipart form names no boundary, a malformed one, or two."
        case .missingBoundary: "The body does not hold the boundary its type names."
        case .misplacedBoundary:
            "The first boundary of the multipart form needs a line of its own, which begins and ends with CRLF."
        case .boundaryBehindTheLast: "The multipart form goes on behind its last boundary, which two dashes follow."
        case .unterminated:
            "The multipart form ends before its last boundary, which two dashes and the end of its line follow."
        case .badPartHead: "The header of a part of the form is malformed."
        case .foldedPartHead: "A header line of a part of the form is folded: send it as one line."
        case .partHeadTooLarge: "The header of a part of the form is too large."
        case .partWithoutName: "A part of the form has no name."
        case .contradictoryPartTypes: "A part of the form has two Content-Type lines that differ: send one."
        case .unsupportedTransferEncoding:
            "A part of the form has a Content-Transfer-Encoding, and none is understood: send it as it is."
        case .codedPart: "A part of the form has a Content-Encoding, and none is understood: send it as it is."
        }
    }
}

/// A decoded name and value, as places in the scratch array they were decoded into.
package struct FormField: Hashable, Sendable {
    package let name: Range<Int>
    package let value: Range<Int>
}

/// What comes next in a form.
package enum FormEvent: Hashable, Sendable {
    case field(FormField)
    case end
    case rejected(FormRejection)
}

/// Steps through the fields of a form whose body is whole.
///
/// As in the URL standard nothing is malformed: a percent sign without two digits is itself, a name without '=' has an
/// empty value. The bytes are handed over as they are; whether they are UTF-8 is for the reader to see.
package struct URLEncodedForm: Sendable {
    private let fieldCountMax: Int
    private var fieldCount = 0
    private var position = 0

    package init(fieldCountMax: Int = 1000) {
        self.fieldCountMax = fieldCountMax
    }

    /// The next field of `body`, decoded behind what `scratch` holds already.
    package mutating func next(in body: Span<UInt8>, into scratch: inout [UInt8]) -> FormEvent {
        while position < body.count {
            let start = position
            let end = ByteScan.firstIndex(of: 0x26, in: body, from: start, to: body.count)  // &
            position = end + 1
            guard start < end else { continue }
            guard fieldCount < fieldCountMax else { return .rejected(.tooManyFields) }
            fieldCount += 1
            let equals = ByteScan.firstIndex(of: Ascii.equals, in: body, from: start, to: end)
            let name = Self.decode(body.extracting(start..<equals), into: &scratch)
            let value = Self.decode(body.extracting(min(equals + 1, end)..<end), into: &scratch)
            return .field(FormField(name: name, value: value))
        }
        return .end
    }

    private static func decode(_ text: Span<UInt8>, into scratch: inout [UInt8]) -> Range<Int> {
        let start = scratch.count
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte == Ascii.percent, index + 2 < text.count, let high = text[index + 1].hexValue,
                let low = text[index + 2].hexValue
            {
                scratch.append(high << 4 | low)
                index += 3
            } else {
                scratch.append(byte == Ascii.plus ? Ascii.space : byte)
                index += 1
            }
        }
        return start..<scratch.count
    }
}
