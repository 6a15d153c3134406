/// The parameters behind a media type or a disposition (RFC 9110 §5.6.6). A value; any thread.

/// A parameter: its name, and its value without quotation marks, where they stand.
package struct Parameter: Hashable, Sendable {
    package let name: Range<Int>
    package let value: Range<Int>
}

/// Steps through `; name=value; name="value"`.
package struct ParameterIterator: Sendable {
    /// True when all that was read so far is well-formed; the iteration ends where it is not.
    package private(set) var isSound = true
    private let hasQuotedPairs: Bool
    private var position: Int

    /// Begins behind the first word of `value`.
    ///
    /// - Parameters:
    ///   - value: a media type or a disposition.
    ///   - hasQuotedPairs: true when a backslash before a quotation mark or another backslash escapes it; false when it
    ///     is a character as any other, and the next quotation mark always ends the text.
    package init(_ value: Span<UInt8>, hasQuotedPairs: Bool = true) {
        self.hasQuotedPairs = hasQuotedPairs
        position = ByteScan.firstIndex(of: Ascii.semicolon, in: value, from: 0, to: value.count)
    }

    /// The next parameter; nil after the last, and at the first that is malformed.
    package mutating func next(in value: Span<UInt8>) -> Parameter? {
        while position < value.count, value[position] == Ascii.semicolon || value[position].isBlank { position += 1 }
        guard position < value.count else { return nil }
        let nameStart = position
        while position < value.count, value[position].isToken { position += 1 }
        let name = nameStart..<position
        guard !name.isEmpty, position < value.count, value[position] == Ascii.equals else { return stop() }
        position += 1
        let range: Range<Int>
        if position < value.count, value[position] == Ascii.quote {
            let start = position + 1
            guard let end = quotedEnd(value, from: start) else { return stop() }
            range = start..<end
            position = end + 1
        } else {
            let start = position
            while position < value.count, value[position].isToken { position += 1 }
            guard position > start else { return stop() }
            range = start..<position
        }
        while position < value.count, value[position].isBlank { position += 1 }
        guard position == value.count || value[position] == Ascii.semicolon else { return stop() }
        return Parameter(name: name, value: range)
    }

    /// The closing quotation mark.
    private func quotedEnd(_ value: Span<UInt8>, from start: Int) -> Int? {
        var index = start
        while index < value.count, value[index] != Ascii.quote {
            index += hasQuotedPairs && Self.isPair(value, at: index) ? 2 : 1
        }
        return index < value.count ? index : nil
    }

    /// True when a quoted pair stands at `index`: of those that RFC 9110 §5.6.4 allows, the two that programs write.
    static func isPair(_ value: Span<UInt8>, at index: Int) -> Bool {
        guard value[index] == Ascii.backslash, index + 1 < value.count else { return false }
        return value[index + 1] == Ascii.quote || value[index + 1] == Ascii.backslash
    }

    private mutating func stop() -> Parameter? {
        isSound = false
        position = .max
        return nil
    }
}
