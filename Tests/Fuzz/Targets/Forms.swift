/// Forms: every part and field lies where the content is, and reading comes to an end. Any thread.

internal import HTTP

func fuzzMultipart(_ input: [UInt8]) {
    // A first line is the Content-Type, the rest the content.
    let lineEnd = input.firstIndex(of: UInt8(ascii: "\n")) ?? input.count
    let type = Array(input[..<lineEnd])
    let body = Array(input[min(lineEnd + 1, input.count)...])
    for type in [type, Array("multipart/form-data; boundary=b".utf8)] {
        guard var form = MultipartForm(contentType: type.span, partCountMax: 100) else { continue }
        var count = 0
        var last = 0
        reading: while true {
            switch form.next(in: body.span) {
            case .part(let part):
                count += 1
                precondition(count <= 100, "no more parts than allowed")
                let extended = [part.extendedName ?? 0..<0, part.extendedFilename ?? 0..<0]
                let names = [part.name, part.filename ?? 0..<0] + extended
                let places = names + [part.contentType ?? 0..<0, part.content]
                precondition(places.allSatisfy { $0.upperBound <= body.count }, "a part lies in the content")
                precondition(part.content.lowerBound >= last, "parts follow each other")
                last = part.content.upperBound
                for name in names { fuzzName(Array(body[name]), hasQuotedPairs: part.hasQuotedPairs) }
            case .end:
                checkNothingIsLost(body, type, last)
                break reading
            case .rejected: break reading
            }
        }
    }
}

/// No boundary follows the last one, which ends its line.
private func checkNothingIsLost(_ body: [UInt8], _ type: [UInt8], _ last: Int) {
    guard type == Array("multipart/form-data; boundary=b".utf8) else { return }
    let boundary = Array("--b".utf8)
    let starts = body.indices.filter { $0 >= last && body[$0...].starts(with: boundary) }
    precondition(starts.count == 1, "one boundary stands behind the last part")
}

private func fuzzName(_ name: [UInt8], hasQuotedPairs: Bool) {
    for isISO2022JP in [false, true] {
        var scratch: [UInt8] = []
        let place = MultipartForm.decodeName(
            name.span,
            hasQuotedPairs: hasQuotedPairs,
            isISO2022JP: isISO2022JP,
            into: &scratch
        )
        precondition(place != nil || isISO2022JP, "one encoding alone leaves a doubt")
        precondition(place.map { $0 == 0..<scratch.count } ?? true, "a name is all that was decoded")
        precondition(scratch.count <= name.count, "decoding makes nothing longer")
    }
    if let value = ExtendedValue(name.span) {
        precondition(value.bytes(of: name.span).count <= name.count, "nor does an extended value's")
        precondition(value.charset.upperBound < name.count, "a charset lies in its value")
    }
}

func fuzzURLEncoded(_ body: [UInt8]) {
    var form = URLEncodedForm(fieldCountMax: 100)
    var scratch: [UInt8] = []
    var count = 0
    while case .field(let field) = form.next(in: body.span, into: &scratch) {
        count += 1
        precondition(count <= 100, "no more fields than allowed")
        precondition(field.value.upperBound == scratch.count, "a field lies in the scratch")
        precondition(field.name.upperBound <= field.value.lowerBound, "a name stands before its value")
    }
    precondition(scratch.count <= body.count, "decoding makes nothing longer")
}
