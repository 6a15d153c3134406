/// The members of a comma-separated field value (RFC 9110 §5.6.1). A value; any thread.

/// Steps through a list: empty members are passed over, and a comma within a quoted string separates nothing.
struct ListIterator {
    private var position = 0
    private let separator: UInt8
    private let mayQuote: Bool

    /// A list whose members may hold quoted strings, or, where they are tokens alone, may not.
    init(separator: UInt8 = Ascii.comma, mayQuote: Bool = true) {
        self.separator = separator
        self.mayQuote = mayQuote
    }

    /// The place of the next member without the whitespace around it; nil after the last.
    mutating func next(in value: Span<UInt8>) -> Range<Int>? {
        while position < value.count {
            let start = position
            var isQuoted = false
            while position < value.count, isQuoted || value[position] != separator {
                if mayQuote, value[position] == Ascii.quote {
                    isQuoted.toggle()
                } else if isQuoted, value[position] == Ascii.backslash {
                    position += 1  // RFC 9110 §5.6.4: a quoted pair
                }
                position += 1
            }
            position = min(position, value.count)
            let member = value.trimmed(start, position)
            position += 1
            if !member.isEmpty { return member }
        }
        return nil
    }
}
