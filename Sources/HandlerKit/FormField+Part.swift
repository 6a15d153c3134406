/// A field made of a part of a multipart form. On the pool thread that handles the request.

internal import HTTP

extension FormField {
    /// Takes the texts out of a part, and makes UTF-8 of those that name their own encoding.
    ///
    /// The others are as sent until the form's encoding is known.
    init(_ part: FormPart, of body: Span<UInt8>) throws(FormError) {
        var traits: PartTraits = part.hasQuotedPairs ? [.escapedNames, .quotedPairs] : .escapedNames
        var name = Array(copying: body.extracting(part.name))
        if let place = part.extendedName,
            let text = try Self.extended(body.extracting(place), isNeeded: part.name.isEmpty)
        {
            name = text
            traits.insert(.decodedName)
        }
        let type = body.extracting(part.contentType ?? 0..<0)
        self.init(name: name, value: Array(copying: body.extracting(part.content)))
        if part.isFile {
            var filename = part.filename.map { Array(copying: body.extracting($0)) } ?? []
            if let place = part.extendedFilename,
                let text = try Self.extended(body.extracting(place), isNeeded: part.filename == nil)
            {
                filename = text
                traits.insert(.decodedFileName)
            }
            file = File(name: filename, type: Array(copying: type))
        } else {
            let charset = try FormCharset(ofType: type, whose: "The Content-Type of a part of the form")
            if charset != .unnamed {
                try charset.decode(&value)
                traits.insert(.decodedValue)
            }
            let isText = type.count >= 5 && MediaType.equals(type.extracting(0..<5), "text/")
            if !type.isEmpty, !isText { traits.insert(.isNoText) }
        }
        self.traits = traits
    }

    /// Decodes an extended value.
    ///
    /// - Returns: nil for one that can't be read, where the plain one stands in for it (RFC 8187, section 3.2.1).
    private static func extended(_ text: Span<UInt8>, isNeeded: Bool) throws(FormError) -> [UInt8]? {
        guard let value = ExtendedValue(text) else {
            if isNeeded { throw .malformed("\(FormRejection.badPartHead.explanation)") }
            return nil
        }
        var bytes = value.bytes(of: text)
        do throws(FormError) {
            try FormCharset(text.extracting(value.charset)).decode(&bytes)
            return bytes
        } catch {
            if isNeeded { throw error }
            return nil
        }
    }
}
