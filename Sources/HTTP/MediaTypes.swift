/// The media types of a server's files: what it was told, what it knows, what the system knows. Pure; any thread.

/// Types by the extensions of names.
package struct MediaTypes: Sendable {
    /// By extension, lower-case, for what the built-in table does not know or is not to be asked about.
    private var own: [[UInt8]: [UInt8]]
    private var system: [[UInt8]: [UInt8]]

    /// Makes a table.
    ///
    /// - Parameters:
    ///   - own: types that count more than any other, by extension.
    ///   - system: the text of a file in the form of Debian's `/etc/mime.types`: a type and its extensions a line, `#`
    ///     before a comment. It counts where the built-in table knows nothing, as that knows more of charsets.
    package init(own: [String: String] = [:], system: [UInt8] = []) {
        self.own = [:]
        self.system = [:]
        for (name, type) in own { self.own[Array(name.lowercased().utf8)] = Self.withCharset(Array(type.utf8)) }
        for line in system.split(separator: Ascii.lineFeed) {
            let words = line.prefix { $0 != UInt8(ascii: "#") }.split { $0 == Ascii.space || $0 == Ascii.tab }
            guard let type = words.first, type.contains(Ascii.slash) else { continue }
            for name in words.dropFirst() where self.system[Self.lowered(name)] == nil {
                self.system[Self.lowered(name)] = Self.withCharset(Array(type))
            }
        }
    }

    /// The type of files whose names end with a dot and `name`, letters compared without case; bytes when nobody knows.
    package func type(forExtension name: [UInt8]) -> [UInt8] {
        let name = Self.lowered(name)
        if let type = own[name] { return type }
        if let type = MediaType.known(name.span) { return Array("\(type)".utf8) }
        return system[name] ?? Array("\(MediaType.unknown)".utf8)
    }

    /// All text of today is UTF-8 (RFC 9110 §8.3.2).
    private static func withCharset(_ type: [UInt8]) -> [UInt8] {
        let isText = lowered(type.prefix(5)).elementsEqual("text/".utf8)
        return isText && !type.contains(Ascii.semicolon) ? type + Array("; charset=utf-8".utf8) : type
    }

    private static func lowered(_ name: some Sequence<UInt8>) -> [UInt8] {
        name.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }
}
