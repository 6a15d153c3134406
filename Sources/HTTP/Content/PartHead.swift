/// The header of one part of a multipart form (RFC 7578 §4). A value; any thread.

/// Reads the few fields a part may have.
struct PartHead {
    /// After `read`: where the content begins.
    private(set) var end: Int
    private let limit: Int
    private let isCut: Bool

    init(_ body: Span<UInt8>, from start: Int, headSizeMax: Int) {
        end = start
        limit = min(body.count, start + headSizeMax)
        isCut = limit < body.count
    }

    /// Reads field lines up to the empty one.
    mutating func read(_ body: Span<UInt8>, into part: inout FormPart) -> FormRejection? {
        var hasName = false
        while true {
            let stop = lineEnd(body)
            guard stop + 1 < limit else { return isCut ? .partHeadTooLarge : .unterminated }
            guard body[stop] == Ascii.carriageReturn, body[stop + 1] == Ascii.lineFeed else { return .badPartHead }
            let line = end..<stop
            end = stop + 2
            if line.isEmpty { return hasName ? nil : .partWithoutName }
            if end < limit, body[end].isBlank { return .foldedPartHead }
            let colon = ByteScan.firstIndex(of: Ascii.colon, in: body, from: line.lowerBound, to: stop)
            guard colon > line.lowerBound, colon < stop else { return .badPartHead }
            for index in line.lowerBound..<colon where !body[index].isToken { return .badPartHead }
            let name = body.extracting(line.lowerBound..<colon)
            let value = body.trimmed(colon + 1, stop)
            if ByteScan.equals(name, ignoringCase: "content-disposition") {
                guard !hasName else { return .badPartHead }
                if let reason = readDisposition(body, value, into: &part) { return reason }
                hasName = true
            } else if ByteScan.equals(name, ignoringCase: "content-type") {
                guard part.contentType.map({ isSame(body.extracting($0), body.extracting(value)) }) ?? true else {
                    return .contradictoryPartTypes
                }
                part.contentType = value
            } else if ByteScan.equals(name, ignoringCase: "content-encoding") {
                guard isUncoded(body.extracting(value)) else { return .codedPart }
            } else if ByteScan.equals(name, ignoringCase: "content-transfer-encoding") {
                // RFC 7578 §4.7 deprecates the field; what leaves the content as it is does no harm.
                guard isIdentity(body.extracting(value)) else { return .unsupportedTransferEncoding }
            }
        }
    }

    /// The first CR or LF.
    ///
    /// Other controls are characters of a text, as they are in a urlencoded form.
    private func lineEnd(_ body: Span<UInt8>) -> Int {
        var stop = ByteScan.firstControl(in: body, from: end, to: limit)
        while stop < limit, body[stop] != Ascii.carriageReturn, body[stop] != Ascii.lineFeed {
            stop = ByteScan.firstControl(in: body, from: stop + 1, to: limit)
        }
        return stop
    }

    /// Reads what names the part: `form-data; name="…"; filename="…"`.
    ///
    /// In browsers' texts a backslash is a character as any other, and no quotation mark stands within a text, so that
    /// `"a\"` ends there. Other programs write quoted pairs; read the browsers' way their texts are malformed, since an
    /// escaped quotation mark is followed by neither a semicolon and a parameter nor the end.
    private func readDisposition(
        _ body: Span<UInt8>,
        _ range: Range<Int>,
        into part: inout FormPart
    ) -> FormRejection? {
        let value = body.extracting(range)
        var word = ListIterator(separator: Ascii.semicolon, mayQuote: false)
        guard let type = word.next(in: value), ByteScan.equals(value.extracting(type), ignoringCase: "form-data") else {
            return .badPartHead
        }
        var found = part
        let reason = Self.readNames(value, at: range.lowerBound, hasQuotedPairs: false, into: &found)
        if reason == .badPartHead {
            found = part
            if let reason = Self.readNames(value, at: range.lowerBound, hasQuotedPairs: true, into: &found) {
                return reason
            }
        } else if let reason {
            return reason
        }
        part = found
        return nil
    }

    /// Reads the parameters of a disposition, each of which may come once.
    ///
    /// RFC 7578 §4.2 forbids extended parameters; programs send them all the same.
    private static func readNames(
        _ value: Span<UInt8>,
        at offset: Int,
        hasQuotedPairs: Bool,
        into part: inout FormPart
    ) -> FormRejection? {
        var hasName = false
        var parameters = ParameterIterator(value, hasQuotedPairs: hasQuotedPairs)
        while let parameter = parameters.next(in: value) {
            let place = parameter.value.lowerBound + offset..<parameter.value.upperBound + offset
            let name = value.extracting(parameter.name)
            if ByteScan.equals(name, ignoringCase: "name") {
                guard !hasName else { return .badPartHead }
                part.name = place
                hasName = true
            } else if isNamed(name, "name*") {
                guard part.extendedName == nil else { return .badPartHead }
                part.extendedName = place
            } else if ByteScan.equals(name, ignoringCase: "filename") {
                guard part.filename == nil else { return .badPartHead }
                part.filename = place
            } else if isNamed(name, "filename*") {
                guard part.extendedFilename == nil else { return .badPartHead }
                part.extendedFilename = place
            } else if name.count > 9, isNamed(name.extracting(0..<9), "filename*") {
                // RFC 2231 §3: one of several pieces of a name. A part with such a name is no text.
                return .badPartHead
            }
        }
        guard parameters.isSound else { return .badPartHead }
        part.hasQuotedPairs = hasQuotedPairs
        return hasName || part.extendedName != nil ? nil : .partWithoutName
    }

    /// True when a name of which the last byte is an asterisk is `extended`, ASCII case aside.
    private static func isNamed(_ name: Span<UInt8>, _ extended: StaticString) -> Bool {
        let size = extended.utf8CodeUnitCount
        guard name.count == size, name[size - 1] == Ascii.asterisk else { return false }
        return ByteScan.begins(extended, with: name.extracting(0..<size - 1))
    }

    private func isSame(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
        guard one.count == other.count else { return false }
        for index in one.indices where one[index] != other[index] { return false }
        return true
    }

    /// True when a Content-Encoding names nothing but identity (RFC 9110 §8.4).
    private func isUncoded(_ value: Span<UInt8>) -> Bool {
        var codings = ListIterator()
        while let coding = codings.next(in: value) {
            guard ByteScan.equals(value.extracting(coding), ignoringCase: "identity") else { return false }
        }
        return true
    }

    private func isIdentity(_ value: Span<UInt8>) -> Bool {
        ByteScan.equals(value, ignoringCase: "7bit") || ByteScan.equals(value, ignoringCase: "8bit")
            || ByteScan.equals(value, ignoringCase: "binary")
    }
}
