/// The media types of a server's files: what it was told, what it knows, what the system knows. Pure; any thread.

/// Types by the paths of files, and by the extensions of their names.
package struct MediaTypes: Sendable {
    /// By patterns of paths: those that mean one path first, then the longest.
    private let paths: [(pattern: PathGlob, type: [UInt8])]
    /// By extension, lower-case, for what the built-in table does not know or is not to be asked about; the empty one is that
    /// of names without any.
    private var own: [[UInt8]: [UInt8]]
    private var system: [[UInt8]: [UInt8]]

    /// Makes a table.
    ///
    /// - Parameters:
    ///   - own: types that count more than any other, by extension, or by a pattern of paths, which has a slash or a star.
    ///   - system: the text of a file in the form of Debian's `/etc/mime.types`: a type and its extensions a line, `#`
    ///     before a comment. It counts where the built-in table knows nothing, as that knows more of charsets.
    package init(own: [String: String] = [:], system: [UInt8] = []) {
        self.own = [:]
        self.system = [:]
        paths = own.filter { Self.isPattern($0.key) }
            .sorted { Self.isNarrower($0.key, than: $1.key) }
            .map { (PathGlob($0.key), Self.withCharset(Array($0.value.utf8))) }
        for (name, type) in own where !Self.isPattern(name) {
            self.own[Array(name.lowercased().utf8)] = Self.withCharset(Array(type.utf8))
        }
        for line in system.split(separator: Ascii.lineFeed) {
            let words = line.prefix { $0 != UInt8(ascii: "#") }.split { $0 == Ascii.space || $0 == Ascii.tab }
            guard let type = words.first, type.contains(Ascii.slash) else { continue }
            for name in words.dropFirst() where self.system[Self.lowered(name)] == nil {
                self.system[Self.lowered(name)] = Self.withCharset(Array(type))
            }
        }
    }

    private static func isPattern(_ key: String) -> Bool {
        key.utf8.contains { $0 == Ascii.slash || $0 == Ascii.asterisk }
    }

    /// An order in which a pattern that means less comes first.
    private static func isNarrower(_ left: String, than right: String) -> Bool {
        func rank(_ key: String) -> (Int, Int, String) {
            (key.utf8.contains { $0 == Ascii.asterisk || $0 == Ascii.question } ? 1 : 0, -key.utf8.count, key)
        }
        return rank(left) < rank(right)
    }

    /// The type of a file: that of its path, else of the longest extension of its name that has one.
    ///
    /// - Parameter path: the file's, with its leading slash.
    /// - Returns: bytes when nobody knows.
    package func type(ofFile path: Span<UInt8>) -> [UInt8] {
        for (pattern, type) in paths where pattern.matches(path) { return type }
        var start = path.count
        while start > 0, path[start - 1] != Ascii.slash { start -= 1 }
        var last: [UInt8] = []
        // A dot that begins a name is no extension's.
        for dot in path.indices where dot > start && path[dot] == Ascii.dot {
            last = (dot + 1..<path.count).map { path[$0] }
            if let type = own[Self.lowered(last)] { return type }
        }
        return type(forExtension: last)
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
