/// Names of parts and files as they were before they were escaped. Pure; any thread.

extension MultipartForm {
    /// Appends a name or file name with what was escaped in it undone.
    ///
    /// The HTML standard has browsers write a quotation mark and line breaks as %22, %0D and %0A, in capitals, and
    /// nothing else escaped. Other programs write the quoted pairs `\"` and `\\`, and then nothing by percent signs.
    ///
    /// In ISO-2022-JP the bytes of an escape may be characters of two bytes. No line break is one of them, so that %0D and
    /// %0A are left there. A quotation mark may be half of one, but %22 may be one and a half as well.
    ///
    /// - Parameters:
    ///   - text: the name as sent.
    ///   - hasQuotedPairs: true when backslashes escape.
    ///   - isISO2022JP: true when the text is in that encoding.
    ///   - scratch: gets the name.
    /// - Returns: its place; nil when an escape may be characters of two bytes, and nothing says which it is.
    package static func decodeName(
        _ text: Span<UInt8>,
        hasQuotedPairs: Bool = false,
        isISO2022JP: Bool = false,
        into scratch: inout [UInt8]
    ) -> Range<Int>? {
        let start = scratch.count
        // True where the bytes of ASCII are not its characters.
        var isShifted = false
        var index = 0
        while index < text.count {
            if isISO2022JP, text[index] == Ascii.escape {
                isShifted =
                    ByteScan.isPrefix("$", of: text, at: index + 1) || ByteScan.isPrefix("(I", of: text, at: index + 1)
            }
            guard let escape = escape(text, at: index, hasQuotedPairs: hasQuotedPairs),
                !isShifted || escape.byte == Ascii.quote || escape.byte == Ascii.backslash
            else {
                scratch.append(text[index])
                index += 1
                continue
            }
            guard !isShifted else { return nil }
            scratch.append(escape.byte)
            index += escape.size
        }
        return start..<scratch.count
    }

    /// The byte that is escaped at `index`, and the size of the escape.
    private static func escape(_ text: Span<UInt8>, at index: Int, hasQuotedPairs: Bool) -> (byte: UInt8, size: Int)? {
        if hasQuotedPairs { return ParameterIterator.isPair(text, at: index) ? (text[index + 1], 2) : nil }
        guard text[index] == Ascii.percent else { return nil }
        if ByteScan.isPrefix("%22", of: text, at: index) { return (Ascii.quote, 3) }
        if ByteScan.isPrefix("%0D", of: text, at: index) { return (Ascii.carriageReturn, 3) }
        return ByteScan.isPrefix("%0A", of: text, at: index) ? (Ascii.lineFeed, 3) : nil
    }
}
