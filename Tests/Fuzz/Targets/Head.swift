/// Request heads: wherever the network cuts them, they come to the same. Any thread.

internal import HTTP

/// What became of bytes, in a form that can be compared.
private enum Outcome: Equatable {
    case incomplete
    case rejected(RejectReason)
    case head([Int], String)

    init(_ result: ParseResult, _ bytes: [UInt8]) {
        switch result {
        case .incomplete: self = .incomplete
        case .rejected(let reason): self = .rejected(reason)
        case .complete(let head):
            let ranges = [head.methodRange, head.target, head.path, head.query, head.authority, head.fieldsRange]
            self = .head(
                [head.length, head.fieldCount, Int(head.method.rawValue), Int(head.form.rawValue)]
                    + ranges.flatMap { [$0.lowerBound, $0.upperBound] },
                "\(head.version) \(head.keepsAlive) \(head.expectsContinue) \(head.framing)"
            )
        }
    }
}

/// The part of a refused head that was read, by which its refusal goes: whole lines, and the same however it came.
private func checkRefused(_ head: RequestHead, like other: RequestHead, _ bytes: [UInt8]) {
    precondition(
        head.method == other.method && head.fieldsRange == other.fieldsRange && head[.accept] == other[.accept],
        "the same part was read"
    )
    precondition(head.fieldsRange.upperBound <= bytes.count, "what was read lies in the bytes")
    var lines = FieldIterator(head)
    var hasAccept = false
    while let line = lines.next(in: bytes.span) {
        precondition(!line.name.isEmpty, "a line that was read has a name")
        for index in line.value.bounds {
            precondition(bytes[index] == 9 || bytes[index] >= 32 && bytes[index] != 127, "and no control character")
        }
        if line.value == head[.accept] { hasAccept = true }
    }
    precondition(hasAccept || !head.has(.accept), "an Accept that was read is among the lines")
    _ = QualityList.prefers("application/json", over: "text/html", head, in: bytes.span)
}

func fuzzHead(_ input: [UInt8]) {
    // The first bytes say where the rest is cut.
    guard input.count >= 2 else { return }
    let bytes = Array(input[2...])
    var parser = RequestParser()
    let whole = parser.parse(bytes.span)
    let expected = Outcome(whole, bytes)

    let cuts = [Int(input[0]), Int(input[1]) * 4, Int(input[0]) + Int(input[1])].sorted()
    var divided = RequestParser()
    for cut in cuts where cut < bytes.count {
        let early = Outcome(divided.parse(bytes.span.extracting(first: cut)), bytes)
        if early != .incomplete {
            precondition(early == expected, "cut at \(cut): \(early) and not \(expected)")
            if case .rejected = early { checkRefused(divided.head, like: parser.head, bytes) }
            return
        }
    }
    let later = Outcome(divided.parse(bytes.span), bytes)
    precondition(later == expected, "in pieces: \(later) and not \(expected)")

    if case .rejected = whole { checkRefused(divided.head, like: parser.head, bytes) }
    guard case .complete(let head) = whole else { return }
    precondition(head.length <= bytes.count, "a head lies in its bytes")
    // A line that the parser has accepted is found again, and none holds what would end it.
    var lines = FieldIterator(head)
    var count = 0
    while let line = lines.next(in: bytes.span) {
        count += 1
        precondition(!line.name.isEmpty, "a field has a name")
        for index in line.value.bounds {
            let byte = bytes[index]
            precondition(byte == 9 || byte >= 32 && byte != 127, "no control character is in a value")
        }
    }
    precondition(count == head.fieldCount, "\(count) lines, and not \(head.fieldCount)")
    precondition(head.version == .http10 || head[.host] != nil, "HTTP/1.1 has a Host")
}
