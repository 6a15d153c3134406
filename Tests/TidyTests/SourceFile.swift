/// One Swift file, as lines and as code without comments and strings. Pure, any thread.

/// A source file and the views of it that the rules need.
struct SourceFile: Sendable {
    let path: String
    let lines: [Substring]
    /// The lines with comments and the text of string literals taken out, so that a rule meets only code.
    let code: [String]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        code = Self.strip(text)
    }

    /// The module that the file belongs to: `Sources/HTTP/…` to HTTP, `handlers/forms/…` to forms.
    var module: String {
        let parts = path.split(separator: "/")
        return parts.starts(with: ["Tests", "Handlers"]) ? String(parts[2]) : String(parts[1])
    }

    /// The modules named by import lines, whatever access or attribute stands before.
    var imports: [String] {
        code.compactMap { line in
            let words = line.split(separator: " ")
            guard let keyword = words.firstIndex(of: "import"), keyword + 1 < words.count,
                words[..<keyword].allSatisfy({ $0.hasPrefix("@") || Self.accessWords.contains($0) })
            else { return nil }
            return String(words[keyword + 1])
        }
    }

    private static let accessWords: Set<Substring> = ["internal", "package", "public", "private", "fileprivate"]

    /// Where each occurrence of a word is, as `path:line`, for a message that an editor can follow.
    func places(_ isFound: (String) -> Bool) -> [String] {
        code.indices.filter { isFound(code[$0]) }.map { "\(path):\($0 + 1)" }
    }

    /// Finds a word that neither continues a longer one nor follows one of the prefixes.
    ///
    /// - Parameters:
    ///   - line: a line of code.
    ///   - word: what to look for; with `(` at its end, a call.
    ///   - prefixes: what may stand before the word and makes it another one: `.` for a method of ours.
    /// - Returns: whether the line has the word.
    static func line(_ line: String, has word: String, notAfter prefixes: [String] = []) -> Bool {
        var rest = Substring(line)
        while let range = rest.firstRange(of: word) {
            let before = line[..<range.lowerBound]
            let after = line[range.upperBound...]
            let continues =
                before.last.map(isWordPart) == true
                || (word.last.map(isWordPart) == true && after.first.map(isWordPart) == true)
            if !continues && !prefixes.contains(where: before.hasSuffix) { return true }
            rest = after
        }
        return false
    }

    private static func isWordPart(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }

    /// Takes comments and the text of strings out, interpolations included, and keeps the lines.
    private static func strip(_ text: String) -> [String] {
        var code: [String] = []
        var isInLongString = false
        var isInLongComment = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var kept = ""
            var rest = line
            while !rest.isEmpty {
                if isInLongComment {
                    guard let end = rest.firstRange(of: "*/") else { break }
                    rest = rest[end.upperBound...]
                    isInLongComment = false
                } else if isInLongString {
                    guard let end = rest.firstRange(of: "\"\"\"") else { break }
                    rest = rest[end.upperBound...]
                    isInLongString = false
                } else if rest.hasPrefix("//") {
                    break
                } else if rest.hasPrefix("/*") {
                    isInLongComment = true
                    rest = rest.dropFirst(2)
                } else if rest.hasPrefix("\"\"\"") {
                    isInLongString = true
                    kept += "\"\""
                    rest = rest.dropFirst(3)
                } else if rest.hasPrefix("\"") {
                    kept += "\"\""
                    rest = skipString(rest.dropFirst())
                } else {
                    kept.append(rest.removeFirst())
                }
            }
            code.append(kept)
        }
        return code
    }

    /// What follows a string literal, given what follows its opening quote.
    private static func skipString(_ text: Substring) -> Substring {
        var rest = text
        while let character = rest.popFirst(), character != "\"" {
            if character == "\\" { rest = rest.dropFirst() }
        }
        return rest
    }
}
