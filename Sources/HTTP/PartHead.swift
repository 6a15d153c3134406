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
            let stop = ByteScan.firstControl(in: body, from: end, to: limit)
            guard stop + 1 < limit else { return isCut ? .partHeadTooLarge : .unterminated }
            guard body[stop] == Ascii.carriageReturn, body[stop + 1] == Ascii.lineFeed else { return .badPartHead }
            let line = end..<stop
            end = stop + 2
            if line.isEmpty { return hasName ? nil : .partWithoutName }
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
                part.contentType = value
            } else if ByteScan.equals(name, ignoringCase: "content-transfer-encoding") {
                // RFC 7578 §4.7 deprecates the field; what leaves the content as it is does no harm.
                guard isIdentity(body.extracting(value)) else { return .unsupportedTransferEncoding }
            }
        }
    }

    /// Reads what names the part: `form-data; name="…"; filename="…"`.
    ///
    /// RFC 7578 §4.2 forbids `filename*`, which is passed over.
    private func readDisposition(
        _ body: Span<UInt8>,
        _ range: Range<Int>,
        into part: inout FormPart
    ) -> FormRejection? {
        let value = body.extracting(range)
        var word = ListIterator(separator: Ascii.semicolon)
        guard let type = word.next(in: value), ByteScan.equals(value.extracting(type), ignoringCase: "form-data") else {
            return .badPartHead
        }
        var hasName = false
        var parameters = ParameterIterator(value)
        while let parameter = parameters.next(in: value) {
            let place = parameter.value.lowerBound + range.lowerBound..<parameter.value.upperBound + range.lowerBound
            let name = value.extracting(parameter.name)
            if ByteScan.equals(name, ignoringCase: "name") {
                guard !hasName else { return .badPartHead }
                part.name = place
                hasName = true
            } else if ByteScan.equals(name, ignoringCase: "filename") {
                guard part.filename == nil else { return .badPartHead }
                part.filename = place
            }
        }
        guard parameters.isSound else { return .badPartHead }
        return hasName ? nil : .partWithoutName
    }

    private func isIdentity(_ value: Span<UInt8>) -> Bool {
        ByteScan.equals(value, ignoringCase: "7bit") || ByteScan.equals(value, ignoringCase: "8bit")
            || ByteScan.equals(value, ignoringCase: "binary")
    }
}
