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
            return
        }
    }
    let later = Outcome(divided.parse(bytes.span), bytes)
    precondition(later == expected, "in pieces: \(later) and not \(expected)")

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
