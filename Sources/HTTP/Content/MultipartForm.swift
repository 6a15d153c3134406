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

/// The next piece of a multipart form.
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
    /// By a count of bytes of the dashes and the boundary, less one: how many of them those end with as well, and begin
    /// with (the failure function of Knuth, Morris and Pratt).
    private var borders = InlineArray<72, UInt8>(repeating: 0)
    private var partCount = 0
    private var place = Place.preamble

    /// The part of the body that the next call reads.
    private enum Place: Hashable {
        case preamble
        /// The part whose header begins here.
        case part(Int)
        /// The bytes behind the last boundary.
        case epilogue(Int)
    }

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
        var matched = 0
        for index in 1..<delimiterSize - 2 {
            while matched > 0, delimiter[matched + 2] != delimiter[index + 2] { matched = Int(borders[matched - 1]) }
            if delimiter[matched + 2] == delimiter[index + 2] { matched += 1 }
            borders[index] = UInt8(matched)
        }
    }

    /// The next part of `body`, the same bytes at each call.
    ///
    /// Text before the first boundary and behind the last belongs to no part (RFC 2046 §5.1.1). A boundary in it is
    /// refused: the part that it was meant to begin or to end would be lost.
    ///
    /// - Complexity: Linear in the part's size.
    package mutating func next(in body: Span<UInt8>) -> MultipartEvent {
        switch place {
        case .preamble:
            if let reason = passPreamble(body) { return .rejected(reason) }
            return next(in: body)
        case .part(let start): return part(at: start, body)
        case .epilogue(let start):
            return holdsBoundary(body, in: start..<body.count) ? .rejected(.boundaryBehindTheLast) : .end
        }
    }

    private mutating func part(at start: Int, _ body: Span<UInt8>) -> MultipartEvent {
        guard partCount < partCountMax else { return .rejected(.tooManyFields) }
        partCount += 1
        var part = FormPart()
        var head = PartHead(body, from: start, headSizeMax: Self.partHeadSizeMax)
        if let reason = head.read(body, into: &part) { return .rejected(reason) }
        // An empty content may share its CRLF with the empty line before it.
        guard let end = boundary(in: body, from: head.end - 2), let next = following(body, at: end + delimiterSize)
        else {
            return .rejected(.unterminated)
        }
        part.content = head.end..<max(end, head.end)
        // The next call says how the form goes on.
        place = next
        return .part(part)
    }

    // MARK: - Boundaries

    /// Moves on behind the first boundary, which may stand at the very beginning.
    private mutating func passPreamble(_ body: Span<UInt8>) -> FormRejection? {
        let start = isPrefix(body, at: 0, from: 2) ? -2 : boundary(in: body, from: 0) ?? body.count
        guard !holdsBoundary(body, in: 0..<max(start, 0)) else { return .misplacedBoundary }
        guard start < body.count else { return .missingBoundary }
        guard let next = following(body, at: start + delimiterSize) else { return .misplacedBoundary }
        place = next
        return nil
    }

    /// The index of the CRLF before the next boundary.
    private func boundary(in body: Span<UInt8>, from start: Int) -> Int? {
        var index = ByteScan.firstIndex(of: Ascii.carriageReturn, in: body, from: start, to: body.count)
        while index < body.count {
            // One that goes on is the beginning of a longer word.
            let isBoundary = isPrefix(body, at: index, from: 0) && following(body, at: index + delimiterSize) != nil
            if isBoundary { return index }
            index = ByteScan.firstIndex(of: Ascii.carriageReturn, in: body, from: index + 1, to: body.count)
        }
        return nil
    }

    /// True when two dashes and the boundary's text stand anywhere in a range.
    ///
    /// - Complexity: Linear in the range, whatever it repeats of the boundary.
    private func holdsBoundary(_ body: Span<UInt8>, in range: Range<Int>) -> Bool {
        let size = delimiterSize - 2
        var matched = 0
        var index = ByteScan.firstIndex(of: Ascii.dash, in: body, from: range.lowerBound, to: range.upperBound)
        while index < range.upperBound {
            let byte = body[index]
            index += 1
            while matched > 0, byte != delimiter[matched + 2] { matched = Int(borders[matched - 1]) }
            if byte == delimiter[matched + 2] { matched += 1 }
            if matched == size { return true }
            if matched == 0 {
                index = ByteScan.firstIndex(of: Ascii.dash, in: body, from: index, to: range.upperBound)
            }
        }
        return false
    }

    /// True when the delimiter, from its byte `first` on, stands at `start`.
    private func isPrefix(_ body: Span<UInt8>, at start: Int, from first: Int) -> Bool {
        guard delimiterSize - first <= body.count - start else { return false }
        for place in first..<delimiterSize where body[start + place - first] != delimiter[place] { return false }
        return true
    }

    /// The place that begins behind a boundary, its padding and its line's end; nil when it is no boundary at all.
    ///
    /// Two dashes make it the last one, which may end with the body instead of a line (RFC 2046 §5.1.1).
    private func following(_ body: Span<UInt8>, at start: Int) -> Place? {
        let isLast = ByteScan.isPrefix("--", of: body, at: start)
        var index = isLast ? start + 2 : start
        while index < body.count, body[index].isBlank { index += 1 }
        if ByteScan.isPrefix("\r\n", of: body, at: index) { return isLast ? .epilogue(index + 2) : .part(index + 2) }
        return isLast && index == body.count ? .epilogue(index) : nil
    }

    private static func isBoundaryMark(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x28, 0x29, Ascii.comma, Ascii.slash, Ascii.colon, Ascii.equals, Ascii.question: true
        default: false
        }
    }
}
