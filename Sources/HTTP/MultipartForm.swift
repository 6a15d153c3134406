/// A form sent as multipart/form-data (RFC 7578, RFC 2046 §5.1). A value; any thread.
///
/// The body is whole and in memory; the parts are places in it, and nothing is copied.

/// A part of a form.
///
/// Its texts are as sent: `MultipartForm.decodeName` undoes what browsers do to quotation marks.
package struct FormPart: Hashable, Sendable {
    package internal(set) var name = 0..<0
    /// The extended name, `name*=`, which comes before the other (RFC 8187 §4.2).
    package internal(set) var extendedName: Range<Int>?
    /// nil for a field that is no file, and for a file that has an extended name alone.
    package internal(set) var filename: Range<Int>?
    /// The extended file name, `filename*=`, which comes before the other (RFC 6266 §4.3).
    package internal(set) var extendedFilename: Range<Int>?
    /// True when a backslash in the names escapes what stands behind it.
    package internal(set) var hasQuotedPairs = false
    /// nil when the part has none, which means text/plain (RFC 7578 §4.4).
    package internal(set) var contentType: Range<Int>?
    package internal(set) var content = 0..<0

    package var isFile: Bool { filename != nil || extendedFilename != nil }
}

/// What comes next in a multipart form.
package enum MultipartEvent: Hashable, Sendable {
    case part(FormPart)
    case end
    case rejected(FormRejection)
}

/// Steps through the parts of a form.
package struct MultipartForm: Sendable {
    /// The longest boundary (RFC 2046 §5.1.1).
    static var boundarySizeMax: Int { 70 }
    /// The header of one part.
    static var partHeadSizeMax: Int { 8 << 10 }

    private let partCountMax: Int
    /// CRLF, two dashes and the boundary.
    private var delimiter = InlineArray<74, UInt8>(repeating: 0)
    private let delimiterSize: Int
    private var partCount = 0
    /// Where the next part's header begins; nil before the first boundary was found.
    private var position: Int?
    private var hasEnded = false

    /// A reader for the boundary that a Content-Type names; nil when it names none, or one RFC 2046 does not allow.
    package init?(contentType: Span<UInt8>, partCountMax: Int = 1000) {
        var word = ListIterator(separator: Ascii.semicolon)
        guard let type = word.next(in: contentType),
            ByteScan.equals(contentType.extracting(type), ignoringCase: "multipart/form-data")
        else { return nil }
        var found: Range<Int>?
        var parameters = ParameterIterator(contentType)
        while let parameter = parameters.next(in: contentType) {
            guard ByteScan.equals(contentType.extracting(parameter.name), ignoringCase: "boundary") else { continue }
            guard found == nil else { return nil }
            found = parameter.value
        }
        guard let found, parameters.isSound, (1...Self.boundarySizeMax).contains(found.count) else { return nil }
        self.partCountMax = partCountMax
        delimiterSize = found.count + 4
        (delimiter[0], delimiter[1]) = (Ascii.carriageReturn, Ascii.lineFeed)
        (delimiter[2], delimiter[3]) = (Ascii.dash, Ascii.dash)
        for index in 0..<found.count {
            let byte = contentType[found.lowerBound + index]
            // RFC 2046 §5.1.1: digits, letters, '()+_,-./:=? and, but for the last, the space.
            let isLast = index + 1 == found.count
            guard byte.isToken || Self.isBoundaryMark(byte) || (byte == Ascii.space && !isLast) else { return nil }
            delimiter[index + 4] = byte
        }
    }

    /// The next part of `body`, the same bytes at each call.
    ///
    /// - Complexity: Linear in the part's size.
    package mutating func next(in body: Span<UInt8>) -> MultipartEvent {
        if hasEnded { return .end }
        guard let start = position else {
            // The first boundary may stand at the very beginning; before it there may be a preamble.
            guard let first = firstBoundary(in: body) else { return .rejected(.missingBoundary) }
            return passBoundary(first, body) ?? next(in: body)
        }
        guard partCount < partCountMax else { return .rejected(.tooManyFields) }
        partCount += 1
        var part = FormPart()
        var head = PartHead(body, from: start, headSizeMax: Self.partHeadSizeMax)
        if let reason = head.read(body, into: &part) { return .rejected(reason) }
        // An empty content may share its CRLF with the empty line before it.
        guard let end = boundary(in: body, from: head.end - 2) else { return .rejected(.unterminated) }
        part.content = head.end..<max(end, head.end)
        // Whether a part or the end follows is for the next call to say.
        _ = passBoundary(end + delimiterSize, body)
        return .part(part)
    }

    /// Appends a name or file name with what was escaped in it undone.
    ///
    /// The HTML standard has browsers write a quotation mark and line breaks as %22, %0D and %0A, and nothing else
    /// escaped. Other programs write the quoted pairs `\"` and `\\`, and then nothing by percent signs.
    package static func decodeName(
        _ text: Span<UInt8>,
        hasQuotedPairs: Bool = false,
        into scratch: inout [UInt8]
    ) -> Range<Int> {
        let start = scratch.count
        var index = 0
        while index < text.count {
            let isEscape =
                hasQuotedPairs
                ? ParameterIterator.isPair(text, at: index) : ByteScan.isPrefix("\\\"", of: text, at: index)
            if isEscape {
                scratch.append(text[index + 1])
                index += 2
            } else if !hasQuotedPairs, text[index] == Ascii.percent, let byte = escapedByte(text, at: index) {
                scratch.append(byte)
                index += 3
            } else {
                scratch.append(text[index])
                index += 1
            }
        }
        return start..<scratch.count
    }

    private static func escapedByte(_ text: Span<UInt8>, at index: Int) -> UInt8? {
        if ByteScan.isPrefix("%22", of: text, at: index) { return Ascii.quote }
        if ByteScan.matches(text, at: index, ignoringCase: "%0d") { return Ascii.carriageReturn }
        return ByteScan.matches(text, at: index, ignoringCase: "%0a") ? Ascii.lineFeed : nil
    }

    // MARK: - Boundaries

    /// The index after the first boundary.
    private func firstBoundary(in body: Span<UInt8>) -> Int? {
        if isPrefix(body, at: 0, from: 2) {
            // A boundary whose line ends badly must not be taken for a preamble: the form would be empty.
            return afterBoundary(body, at: delimiterSize - 2) == nil ? nil : delimiterSize - 2
        }
        guard let start = boundary(in: body, from: 0) else { return nil }
        return start + delimiterSize
    }

    /// The index of the CRLF before the next boundary.
    private func boundary(in body: Span<UInt8>, from start: Int) -> Int? {
        var index = ByteScan.firstIndex(of: Ascii.carriageReturn, in: body, from: start, to: body.count)
        while index < body.count {
            // One that goes on is the beginning of a longer word.
            let isBoundary =
                isPrefix(body, at: index, from: 0) && afterBoundary(body, at: index + delimiterSize) != nil
            if isBoundary { return index }
            index = ByteScan.firstIndex(of: Ascii.carriageReturn, in: body, from: index + 1, to: body.count)
        }
        return nil
    }

    /// Whether the delimiter, from its byte `first` on, stands at `start`.
    private func isPrefix(_ body: Span<UInt8>, at start: Int, from first: Int) -> Bool {
        guard delimiterSize - first <= body.count - start else { return false }
        for place in first..<delimiterSize where body[start + place - first] != delimiter[place] { return false }
        return true
    }

    private enum AfterBoundary { case part(Int), end }

    /// What stands after a boundary: padding and a line's end, or two dashes; nil when it is no boundary at all.
    private func afterBoundary(_ body: Span<UInt8>, at start: Int) -> AfterBoundary? {
        if ByteScan.isPrefix("--", of: body, at: start) { return .end }
        var index = start
        while index < body.count, body[index].isBlank { index += 1 }
        return ByteScan.isPrefix("\r\n", of: body, at: index) ? .part(index + 2) : nil
    }

    /// Moves on to what stands after a boundary: `end`, a refusal, or nil when a part follows.
    private mutating func passBoundary(_ after: Int, _ body: Span<UInt8>) -> MultipartEvent? {
        switch afterBoundary(body, at: after) {
        case .part(let start):
            position = start
            return nil
        case .end:
            hasEnded = true
            return .end
        case nil: return .rejected(.missingBoundary)
        }
    }

    private static func isBoundaryMark(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x28, 0x29, Ascii.comma, Ascii.slash, Ascii.colon, Ascii.equals, Ascii.question: true
        default: false
        }
    }
}
