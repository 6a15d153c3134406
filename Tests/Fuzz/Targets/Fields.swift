/// Ranges, conditions, preferences, dates, credentials: whatever a field says, what is made of it is possible. Any thread.

internal import HTTP

func fuzzFields(_ input: [UInt8]) {
    guard input.count >= 3 else { return }
    let length = UInt64(input[0]) << 8 | UInt64(input[1])
    let value = Array(input[2...])
    fuzzRange(value, length)
    fuzzDate(value)
    if let credentials = BasicCredentials(value.span) {
        precondition(
            !(credentials.user + credentials.password).contains { $0 < 32 || $0 == 127 },
            "no control character"
        )
        precondition(!credentials.user.contains(UInt8(ascii: ":")), "a user has no colon")
    }
    let type = MediaTypes(system: value).type(forExtension: Array("x".utf8))
    precondition(!type.isEmpty && !type.contains(UInt8(ascii: "\n")), "a type is a line")
    fuzzForwarded(value)
    for name in [
        "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Accept-Encoding",
        "Accept",
    ] {
        fuzzConditions(name, value)
    }
}

private func fuzzRange(_ value: [UInt8], _ length: UInt64) {
    switch RangeField.resolve(value.span, representationLength: length) {
    case .whole, .unsatisfiable: break
    case .single(let range): check(range, length)
    case .multiple(let list):
        precondition((2...RangeList.countMax).contains(list.count), "several are more than one")
        for index in 0..<list.count {
            check(list[index], length)
            for other in 0..<index {
                precondition(!list[index].overlaps(list[other]), "ranges do not overlap")
            }
        }
        let content = ByteRangesContent(list, of: length, boundary: length)
        let type = Array("Content-Type: text/plain\r\n".utf8)
        var written = 0
        for index in 0..<list.count {
            written += list[index].count
            written += [UInt8](capacity: 200) { try? content.appendHead(index, typeLine: type.span, to: &$0) }.count
        }
        written += [UInt8](capacity: 200) { try? content.appendEnd(to: &$0) }.count
        precondition(content.size(typeLine: type.span) == UInt64(written), "the size is what is written")
    }
}

private func check(_ range: Range<UInt64>, _ length: UInt64) {
    precondition(!range.isEmpty && range.upperBound <= length, "a range lies in its representation")
}

private func fuzzDate(_ value: [UInt8]) {
    guard let seconds = HTTPDate.parse(value.span) else { return }
    let written = [UInt8](capacity: HTTPDate.size) { _ = HTTPDate.write(seconds, into: &$0) }
    precondition(HTTPDate.parse(written.span) == seconds, "a date that was read is written as itself")
}

private func fuzzConditions(_ name: String, _ value: [UInt8]) {
    let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nRange: bytes=0-\r\n\(name): ".utf8) + value + Array("\r\n\r\n".utf8)
    var parser = RequestParser()
    guard case .complete(let head) = parser.parse(bytes.span), head.length == bytes.count else { return }
    let tag = Array("\"tag\"".utf8)
    let outcome = Conditions.evaluate(head, in: bytes.span, etag: tag.span, lastModified: 1000)
    _ = Conditions.allowRange(head, in: bytes.span, etag: tag.span, lastModified: 1000, now: 2000)
    // A file without a tag matches no tag.
    let untagged = Conditions.evaluate(head, in: bytes.span, etag: tag.span.extracting(0..<0), lastModified: 1000)
    if name == "If-None-Match", untagged == .notModified {
        precondition(value.contains(UInt8(ascii: "*")), "only a star")
    }
    if name == "If-Match" { precondition(outcome != .notModified, "If-Match never says not modified") }
    let qualities = QualityList.codings(head, in: bytes.span)
    for quality in [qualities.br, qualities.zstd, qualities.gzip, qualities.identity] {
        precondition(quality <= 1000, "a weight is at most 1")
    }
    let preference = CodingPreference(qualities)
    precondition(Set(preference.map(\.rawValue)).count == preference.reduce(0) { count, _ in count + 1 }, "each once")
    _ = QualityList.prefers("application/json", over: "text/html", head, in: bytes.span)
}

/// Both fields, in one line and in two: what a client sent first never changes what a proxy added behind it.
private func fuzzForwarded(_ value: [UInt8]) {
    for (field, name, added) in [
        (ForwardedField.xForwardedFor, "X-Forwarded-For", "192.0.2.7"), (.forwarded, "Forwarded", "for=\"192.0.2.7\""),
    ] {
        for separator in [", ", "\r\n\(name): "] {
            let start = Array("GET / HTTP/1.1\r\nHost: a\r\n\(name): ".utf8)
            let bytes = start + value + Array("\(separator)\(added)\r\n\r\n".utf8)
            var parser = RequestParser()
            // A value with line ends in it would put what is added into another field.
            guard case .complete(let head) = parser.parse(bytes.span), head.length == bytes.count,
                head.fieldCount == (separator == ", " ? 2 : 3)
            else { return }
            var chain = ForwardedChain(head, field)
            guard case .node(let node)? = chain.next(in: bytes.span) else {
                preconditionFailure("what was added at the end is read first")
            }
            precondition(
                node.address == NetworkAddress(high: 0, low: 0xFFFF_C000_0207) && node.port == 0,
                "and as it is"
            )
            var count = 0
            while chain.next(in: bytes.span) != nil { count += 1 }
            precondition(count <= value.count, "an element has a byte")
        }
    }
}
