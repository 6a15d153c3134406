/// Rules for addresses that lead to others. Pure; any thread.

internal import Server

extension TextRule {
    /// A path, or all that begin with a folder's.
    static var start: TextRule {
        TextRule("a path such as \"/old\" or \"/old/*\"") { text in
            guard isPath(text) else { return "write a path such as \"/old\" or \"/old/*\"" }
            let start = text.prefix { $0 != "*" }
            return dotProblem(text) ?? starProblem(text, "it would mean \"\(start)-old\" and \"\(start)../x\" too")
        }
    }

    static var rewritten: TextRule {
        TextRule("a path such as \"/new\" or \"/new/*\"") { text in
            guard isPath(text), !text.hasPrefix("//") else { return "write a path such as \"/new\" or \"/new/*\"" }
            return dotProblem(text) ?? starProblem(text, continuing)
        }
    }

    /// A text that stands in a Location field as it is.
    static var location: TextRule {
        TextRule("a path or an address such as \"/new/*\" or \"https://example.com/*\"") { text in
            guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !"\"<>\\^`{|}".utf8.contains($0) }) else {
                return "percent-encode what is not plain ASCII (RFC 3986)"
            }
            guard text.utf8.count <= 2048 else { return "write at most 2048 bytes" }
            if text.hasPrefix("/"), !text.hasPrefix("//") { return starProblem(text, continuing) }
            return hostProblem(text) ?? starProblem(text, continuing)
        }
    }

    /// The complaint about an address's scheme or host; `nil` when both are right.
    private static func hostProblem(_ text: String) -> String? {
        guard let scheme = ["https://", "http://"].first(where: text.hasPrefix) else {
            return "begin with /, http:// or https://"
        }
        let host = text.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        guard !host.contains("*") else {
            let name = host.prefix { $0 != "*" }
            let better = isOrigin(scheme + name) ? scheme + name : "https://example.com"
            return "a * in a host's name lets a visitor choose the host; write \"\(better)/*\""
        }
        return isOrigin(scheme + host) ? nil : "name a host behind \(scheme), and a port if it has one"
    }

    private static let continuing = "what it takes would go on with the name before it"

    /// The complaint about an address's star, which stands for whole segments; `nil` when it is right.
    private static func starProblem(_ text: String, _ reason: String) -> String? {
        guard let star = text.firstIndex(of: "*") else { return nil }
        guard text.index(after: star) == text.endIndex else { return "a * stands at the end only" }
        let start = text[..<star]
        if start.hasSuffix("/") { return nil }
        let folder = start.prefix { !"?#".contains($0) }
        return "a * stands behind a slash only, as \(reason); write \"\(folder)\(folder.hasSuffix("/") ? "*" : "/*")\""
    }

    private static func dotProblem(_ text: String) -> String? {
        hasDotSegment(text) ? dotSegmentProblem : nil
    }

    /// True when a segment is `.` or `..`.
    static func hasDotSegment(_ text: String) -> Bool {
        text.split(separator: "/").contains { $0 == "." || $0 == ".." }
    }

    static let dotSegmentProblem = "it has a segment . or .., and no address has one after decoding"
}
