/// Rules for texts of the configuration: one that reaches a response's head must not end a line. Pure; any thread.

internal import Server

/// A rule for a text.
struct TextRule {
    /// The texts that are taken, in words for people.
    let takes: String
    /// The complaint about a text that is not taken, after its key and the text; `nil` for one that is.
    private let check: (String) -> String?

    init(_ takes: String, _ check: @escaping (String) -> String?) {
        self.takes = takes
        self.check = check
    }

    /// A rule with nothing more to say than what it takes.
    init(_ takes: String, where isTaken: @escaping (String) -> Bool) {
        self.init(takes) { isTaken($0) ? nil : "write \(takes)" }
    }

    func problem(with text: String) -> String? {
        check(text).map { "does not take \(TOMLText.quoted(text)); \($0)" }
    }

    /// The same, or nothing.
    var orEmpty: TextRule {
        TextRule("\(takes), or \"\"") { text in text.isEmpty ? nil : check(text) }
    }

    static func choice(_ names: [String]) -> TextRule {
        let listed = names.map(TOMLText.quoted).joined(separator: ", ")
        return TextRule("one of \(listed)") { text in
            if names.contains(text) { return nil }
            return NearestName.of(text, among: names).map { "did you mean \(TOMLText.quoted($0))?" }
                ?? "known are: \(listed)"
        }
    }

    // MARK: The server

    static var address: TextRule {
        TextRule(ListenAddress.examples) { (text) -> String? in
            do throws(ListenAddressProblem) {
                _ = try ListenAddress(reading: text)
                return nil
            } catch {
                return error.description
            }
        }
    }

    static var permissions: TextRule {
        TextRule("permissions such as \"0660\"") { $0.wholeMatch(of: /0?[0-7]{3}/) != nil }
    }

    static var owner: TextRule {
        TextRule("a user, a group behind a colon, or both, such as \"ringport:www-data\"") { text in
            text.wholeMatch(of: /[^:\s]+(:[^:\s]+)?|:[^:\s]+/) != nil && !hasControls(text)
        }
    }

    /// A proxy whose word is taken.
    static var trustedPeer: TextRule {
        TextRule("an address such as \"10.0.0.1\", a range such as \"10.0.0.0/8\", or \"unix\"") { text in
            do throws(TrustedPeer.Problem) {
                _ = try TrustedPeer(text)
                return nil
            } catch {
                return error.remedy
            }
        }
    }

    /// As a handler's manifest has it; it becomes part of a file's name.
    static var handlerName: TextRule {
        TextRule("a handler's name such as \"forms\"") { $0.wholeMatch(of: /[a-z][a-z0-9_-]{0,31}/) != nil }
    }

    // MARK: Paths and files

    /// A file or folder of this machine.
    static func file(_ example: String) -> TextRule {
        TextRule("a path such as \"\(example)\", relative to the site or absolute") { text in
            !text.isEmpty && text.utf8.count < 4096 && !hasControls(text)
        }
    }

    static var fileName: TextRule {
        TextRule("a file's name such as \"index.html\"") { text in
            !text.isEmpty && text.utf8.count <= 255 && ![".", ".."].contains(text) && !text.contains("/")
                && !hasControls(text)
        }
    }

    /// As a request's path is after decoding.
    static var path: TextRule {
        TextRule("a path such as \"/index.html\"") { text in
            isPath(text) && !text.contains("*") && !text.contains("//") && !hasDotSegment(text)
        }
    }

    static var pattern: TextRule {
        TextRule("a pattern of paths such as \"/assets/**\" or \"**.css\"") { text in
            guard text.utf8.count <= 1024, !hasControls(text) else { return "write at most 1024 visible characters" }
            guard !hasDotSegment(text) else { return dotSegmentProblem }
            // A path begins with a slash, which one star does not stand for.
            return text.hasPrefix("/") || text.hasPrefix("**") ? nil : "begin with / or **, or it means no path"
        }
    }

    // MARK: Fields

    /// A token (RFC 9110 §5.6.2).
    static func token(_ takes: String) -> TextRule {
        TextRule(takes) { isToken($0) }
    }

    /// A field that the server does not make itself: two that contradict each other would be worse than none.
    static var fieldName: TextRule {
        TextRule("a field's name such as \"Cache-Control\"") { text in
            guard isToken(text) else { return "a name has letters, digits and hyphens" }
            guard !ownFields.contains(text.lowercased()) else { return "the server makes this field itself" }
            return text.lowercased() == "content-type" ? "say it by extension or path in [files.types]" : nil
        }
    }

    private static let ownFields = [
        "accept-ranges", "allow", "connection", "content-encoding", "content-length", "content-range", "date", "etag",
        "keep-alive", "last-modified", "location", "proxy-connection", "retry-after", "server", "te", "trailer",
        "transfer-encoding", "upgrade", "vary", "www-authenticate",
    ]

    /// A field's value (RFC 9110 §5.5).
    static func fieldValue(_ takes: String) -> TextRule {
        TextRule(takes) { text in
            guard !hasControls(text) else { return "it has a control character" }
            guard !text.hasPrefix(" "), !text.hasSuffix(" ") else { return "no space stands at an end" }
            return text.utf8.count <= 4096 ? nil : "it has more than 4096 bytes"
        }
    }

    static var mediaType: TextRule {
        TextRule("a media type such as \"text/html\"") { text in
            let type = text.prefix { $0 != ";" }
            return isMediaType(type) && type.last != "*" && !hasControls(text) && text.utf8.count <= 255
        }
    }

    /// The files that a media type is given to.
    static var typedFiles: TextRule {
        TextRule(
            """
            An extension in small letters without its first dot, such as "tar.gz"; a pattern of the paths of files, such as \
            "/.well-known/apple-app-site-association" or "**/README"; or "" for names without an extension.
            """
        ) { text in
            if text.hasPrefix("/") || text.hasPrefix("**") { return pattern.check(text) }
            guard text.utf8.count <= 64, !hasControls(text) else { return "write at most 64 visible characters" }
            guard !text.contains("/"), !text.contains("*") else { return "a pattern of paths begins with / or **" }
            guard !text.hasPrefix(".") else { return "leave out the dot at its start" }
            guard !text.hasSuffix(".") else { return "leave out the dot at its end" }
            return text == text.lowercased() ? nil : "write it in small letters"
        }
    }

    static var typePattern: TextRule {
        TextRule("a media type such as \"text/html\" or \"image/*\"") { isMediaType($0) }
    }

    static var realm: TextRule {
        TextRule("a text such as \"Members\"") { !$0.isEmpty && $0.utf8.count <= 255 && !hasControls($0) }
    }

    // MARK: Hosts

    /// Scheme, host and port (RFC 6454).
    static func origin(_ takes: String) -> TextRule {
        TextRule(takes) { isOrigin($0) }
    }

    static var originOrAny: TextRule {
        TextRule("an origin such as \"https://example.com\", or \"*\"") { $0 == "*" || isOrigin($0) }
    }

    static var hostName: TextRule {
        TextRule("a host's name such as \"www.example.com\" or \"*.example.com\"") { text in
            if text.contains(":"), !text.hasPrefix("[") { return "a name has no port and no scheme" }
            guard isHost(text.hasPrefix("*.") ? text.dropFirst(2) : text[...]) else {
                return "a name has letters, digits, hyphens and dots"
            }
            return text == text.lowercased() ? nil : "write it in small letters"
        }
    }
}
