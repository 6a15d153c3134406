/// Which requests a handler wants. A value; any thread.

/// Methods and a path pattern, checked.
package struct HandlerRoute: Equatable, Sendable {
    /// Upper-case names, at least one; `GET` brings `HEAD` along.
    package let methods: [String]
    /// A path that begins with `/`, without the final `/*` when `isPrefix`: `/forms`.
    package let path: String
    /// Whether one or more segments must follow `path`.
    package let isPrefix: Bool

    /// Checks a route; `nil` when a part of it is impossible.
    ///
    /// - Parameters:
    ///   - methods: separated by one space.
    ///   - pattern: a path, whose last segment may be `*`.
    init?(methods: String, pattern: String) {
        let names = methods.split(separator: " ", omittingEmptySubsequences: false)
        let letters = UInt8(ascii: "A")...UInt8(ascii: "Z")
        let isMethod = { (byte: UInt8) in letters.contains(byte) || byte == UInt8(ascii: "-") }
        guard names.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isMethod) }) else { return nil }
        guard pattern.utf8.first == UInt8(ascii: "/"), pattern.utf8.count <= 1024 else { return nil }
        isPrefix = pattern.utf8.suffix(2).elementsEqual("/*".utf8)
        let path = isPrefix ? pattern.dropLast(2) : pattern[...]
        // What a decoded path never looks like would never be matched: better said at the start.
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "*") && $0 != UInt8(ascii: "?") })
        else { return nil }
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard !segments.contains("."), !segments.contains(".."), !segments.dropLast().contains("") else { return nil }
        self.methods = names.map(String.init)
        self.path = String(path)
    }
}
