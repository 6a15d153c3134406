/// What the client prefers: Accept and Accept-Encoding (RFC 9110 §12.4.2, §12.5.1, §12.5.3). Pure; any thread.

/// How much a client wants each content coding, in thousandths; 0 is "not acceptable".
package struct CodingQualities: Hashable, Sendable {
    package var br: UInt16 = 0
    package var zstd: UInt16 = 0
    package var gzip: UInt16 = 0
    package var identity: UInt16 = 1000

    package init() {}
}

/// Reads lists of things with weights.
package enum QualityList {
    /// How much each coding is wanted, by all Accept-Encoding lines together.
    ///
    /// A client that says nothing would, by §12.5.3, take anything; it gets `identity`, which is what such clients mean.
    package static func codings(_ head: RequestHead, in bytes: Span<UInt8>) -> CodingQualities {
        var found = CodingQualities()
        guard head.has(.acceptEncoding) else { return found }
        var named: (br: UInt16?, zstd: UInt16?, gzip: UInt16?, identity: UInt16?)
        var others: UInt16?
        forEachMember(of: .acceptEncoding, head, bytes) { item, quality, _ in
            if ByteScan.equals(item, ignoringCase: "gzip") || ByteScan.equals(item, ignoringCase: "x-gzip") {
                named.gzip = max(named.gzip ?? 0, quality)
            } else if ByteScan.equals(item, ignoringCase: "br") {
                named.br = max(named.br ?? 0, quality)
            } else if ByteScan.equals(item, ignoringCase: "zstd") {
                named.zstd = max(named.zstd ?? 0, quality)
            } else if ByteScan.equals(item, ignoringCase: "identity") {
                named.identity = max(named.identity ?? 0, quality)
            } else if item.count == 1, item[0] == Ascii.asterisk {
                others = max(others ?? 0, quality)
            }
        }
        found.br = named.br ?? others ?? 0
        found.zstd = named.zstd ?? others ?? 0
        found.gzip = named.gzip ?? others ?? 0
        // Identity is acceptable unless it or everything is excluded; wanted less than any coding that was named.
        found.identity = named.identity ?? (others == 0 ? 0 : others ?? 1)
        return found
    }

    /// True when Accept prefers one media type, in lower case as "application/json", over another: see `MediaPreference`.
    package static func prefers(
        _ type: StaticString,
        over other: StaticString,
        _ head: RequestHead,
        in bytes: Span<UInt8>
    ) -> Bool {
        guard head.has(.accept) else { return false }
        var preference = MediaPreference(type, over: other)
        var lines = FieldIterator(head)
        while let line = lines.nextValue(of: .accept, in: bytes) { preference.read(bytes.extracting(line)) }
        return preference.isPreferred
    }

    /// The weight Accept gives a media type in thousandths: 1000 without Accept, 0 when it is not acceptable.
    package static func quality(of type: StaticString, _ head: RequestHead, in bytes: Span<UInt8>) -> UInt16 {
        guard head.has(.accept) else { return 1000 }
        var match = MediaMatch()
        forEachMember(of: .accept, head, bytes) { match.take($0, $1, $2, for: type) }
        return match.quality
    }

    private static func forEachMember(
        of field: KnownField,
        _ head: RequestHead,
        _ bytes: Span<UInt8>,
        _ body: (_ item: Span<UInt8>, _ quality: UInt16, _ hasParameters: Bool) -> Void
    ) {
        var lines = FieldIterator(head)
        while let line = lines.nextValue(of: field, in: bytes) { forEachMember(of: bytes.extracting(line), body) }
    }

    /// Reads the members of one field line.
    static func forEachMember(
        of value: Span<UInt8>,
        _ body: (_ item: Span<UInt8>, _ quality: UInt16, _ hasParameters: Bool) -> Void
    ) {
        var members = ListIterator()
        while let member = members.next(in: value) {
            let text = value.extracting(member)
            var parts = ListIterator(separator: Ascii.semicolon)
            guard let name = parts.next(in: text) else { continue }
            var quality: UInt16 = 1000
            var hasParameters = false
            while let part = parts.next(in: text) {
                let parameter = text.extracting(part)
                if isWeight(parameter) {
                    quality = weight(parameter)
                } else {
                    hasParameters = true
                }
            }
            body(text.extracting(name), quality, hasParameters)
        }
    }

    /// Whether a parameter is meant to be the weight, well-formed or not: its name is `q`.
    private static func isWeight(_ parameter: Span<UInt8>) -> Bool {
        guard parameter[0] | 0x20 == UInt8(ascii: "q") else { return false }
        return parameter.count == 1 || parameter[1] == Ascii.equals || parameter[1].isBlank
    }

    /// `q=` and a qvalue: 0 to 1 with up to three decimals (§12.4.2).
    ///
    /// One that is malformed counts as 0, so that nobody is sent what they may not have wanted: `q =0` is, as there is
    /// no whitespace around the sign (§5.6.6).
    private static func weight(_ parameter: Span<UInt8>) -> UInt16 {
        guard ByteScan.matches(parameter, at: 0, ignoringCase: "q=") else { return 0 }
        let text = parameter.extracting(2..<parameter.count)
        guard (1...5).contains(text.count), text[0] == Ascii.zero || text[0] == Ascii.zero + 1 else { return 0 }
        var value = UInt16(text[0] - Ascii.zero) * 1000
        guard text.count > 1 else { return value }
        guard text[1] == Ascii.dot else { return 0 }
        var unit: UInt16 = 100
        for index in 2..<text.count {
            guard text[index].isDigit else { return 0 }
            value += UInt16(text[index] - Ascii.zero) * unit
            unit /= 10
        }
        return value <= 1000 ? value : 0
    }
}
