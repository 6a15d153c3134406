/// A field made of a part of a multipart form. On the pool thread that handles the request.

internal import HTTP

extension FormField {
    /// Takes the texts out of a part, and makes UTF-8 of those that name their own encoding.
    init(_ part: FormPart, of body: Span<UInt8>) throws(FormError) {
        var decoded: DecodedTexts = []
        var name = Self.text(body.extracting(part.name), part)
        if let place = part.extendedName,
            let text = try Self.extended(body.extracting(place), isNeeded: part.name.isEmpty)
        {
            name = text
            decoded.insert(.name)
        }
        let type = body.extracting(part.contentType ?? 0..<0)
        self.init(name: name, value: Array(copying: body.extracting(part.content)))
        if part.isFile {
            var filename = part.filename.map { Self.text(body.extracting($0), part) } ?? []
            if let place = part.extendedFilename,
                let text = try Self.extended(body.extracting(place), isNeeded: part.filename == nil)
            {
                filename = text
                decoded.insert(.fileName)
            }
            file = File(name: filename, type: Array(copying: type))
        } else if let place = ParameterIterator.charset(in: type) {
            let charset = FormCharset(type.extracting(place))
            if charset != .unnamed {
                try charset.decode(&value)
                decoded.insert(.value)
            }
        }
        self.decoded = decoded
    }

    private static func text(_ text: Span<UInt8>, _ part: FormPart) -> [UInt8] {
        var scratch: [UInt8] = []
        _ = MultipartForm.decodeName(text, hasQuotedPairs: part.hasQuotedPairs, into: &scratch)
        return scratch
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
