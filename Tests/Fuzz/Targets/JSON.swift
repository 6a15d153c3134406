/// JSON: what is accepted reads the same without its whitespace, and a form is an object that can be stored. Any thread.

internal import HTTP

func fuzzJSON(_ text: [UInt8]) {
    let lenient = JSONParts(text, depthMax: 4000, allowsLoneSurrogates: true)
    let strict = JSONParts(text, depthMax: JSONForm.depthMax, allowsLoneSurrogates: false)
    if strict.rejection == nil {
        precondition(strict.parts == lenient.parts && lenient.rejection == nil, "what strictness accepts is the same")
    }
    if lenient.rejection == nil {
        var compact: [UInt8] = []
        JSONText.appendCompact(text.span, to: &compact)
        precondition(compact.count <= text.count, "leaving out makes nothing longer")
        let again = JSONParts(compact, depthMax: 4000, allowsLoneSurrogates: true)
        precondition(again.parts == lenient.parts && again.rejection == nil, "without whitespace it is the same")
    }
    fuzzJSONForm(text, strict)

    // Any bytes, written as a string, are one.
    var written: [UInt8] = []
    written.append(jsonStringOf: text.span)
    let string = JSONParts(written, depthMax: 0, allowsLoneSurrogates: false)
    precondition(string.rejection == nil && string.parts.count == 1, "a written string is read")
    let characters = Array(String(decoding: text, as: UTF8.self).utf8)
    precondition(string.parts == [.string(characters)], "a written string is itself")
}

private func fuzzJSONForm(_ text: [UInt8], _ strict: JSONParts) {
    do throws(JSONRejection) {
        let fields = try JSONForm.fields(of: text.span, fieldCountMax: 16)
        precondition(strict.rejection == nil && strict.parts.first == .beginObject, "a form is an object")
        precondition(fields.count <= 16, "no more fields than allowed")
        precondition(Set(fields.map(\.name)).count == fields.count, "each name is there once")
        var end = 0
        for field in fields {
            precondition(field.value.lowerBound > end, "values follow each other")
            end = field.value.upperBound
            precondition(String(validating: field.name, as: UTF8.self) != nil, "a name is UTF-8")
            let value = JSONParts(Array(text[field.value]), depthMax: JSONForm.depthMax, allowsLoneSurrogates: false)
            precondition(value.rejection == nil, "a value is JSON of its own")
        }
    } catch {
        precondition((0...text.count).contains(error.position), "a reason has a place")
        precondition(!error.explanation.isEmpty, "a reason has words")
    }
}

/// The parts of a text with what they say, so that two texts can be compared.
private struct JSONParts {
    enum Part: Equatable {
        case beginObject, endObject, beginArray, endArray, `true`, `false`, null
        case name([UInt8]), string([UInt8]), number([UInt8])
    }

    private(set) var parts: [Part] = []
    private(set) var rejection: JSONRejection?

    init(_ text: [UInt8], depthMax: Int, allowsLoneSurrogates: Bool) {
        var reader = JSONReader(depthMax: depthMax, allowsLoneSurrogates: allowsLoneSurrogates)
        var depth = 0
        var last = 0
        while true {
            let event = reader.next(in: text.span)
            precondition(reader.start >= last && reader.position <= text.count, "parts follow each other in the text")
            switch event {
            case .beginObject: parts.append(.beginObject)
            case .endObject: parts.append(.endObject)
            case .beginArray: parts.append(.beginArray)
            case .endArray: parts.append(.endArray)
            case .true: parts.append(.true)
            case .false: parts.append(.false)
            case .null: parts.append(.null)
            case .number(let range): parts.append(.number(Array(text[range])))
            case .name(let range): parts.append(.name(Self.decoded(text, range, allowsLoneSurrogates)))
            case .string(let range): parts.append(.string(Self.decoded(text, range, allowsLoneSurrogates)))
            case .end:
                precondition(depth == 0, "what is opened is closed")
                precondition(reader.next(in: text.span) == .end, "the end stays the end")
                return
            case .rejected(let reason):
                precondition((0...text.count).contains(reason.position), "a reason has a place")
                rejection = reason
                return
            }
            precondition(reader.position > last, "a step makes progress")
            last = reader.position
            depth += event == .beginObject || event == .beginArray ? 1 : 0
            depth -= event == .endObject || event == .endArray ? 1 : 0
            precondition((0...depthMax).contains(depth), "nesting is bounded")
        }
    }

    private static func decoded(_ text: [UInt8], _ range: Range<Int>, _ allowsLoneSurrogates: Bool) -> [UInt8] {
        var output: [UInt8] = []
        let isText = JSONText.decode(text.span.extracting(range), into: &output)
        precondition(isText == (String(validating: output, as: UTF8.self) != nil), "text is UTF-8")
        precondition(isText || allowsLoneSurrogates, "what is strict is text")
        precondition(output.count <= range.count, "decoding makes nothing longer")
        return output
    }
}
