/// A site's rules, compiled: what workers ask about an address. Pure; any thread reads it, nobody changes it.

internal import FileLog
internal import HTTP

/// The rules of one site, as workers need them.
///
/// A class, because workers look at it several times a request, and a copy would count a reference for each array.
final class SitePolicy: Sendable {
    /// The index of this site's folder among the server's; sites may share one.
    let folder: Int
    /// The address to which every request is sent, without its path; empty when requests are answered.
    let movedTo: [UInt8]

    let names: FileNames
    let symlinks: FileRules.Symlinks
    let listing: Bool
    /// The path that answers for what is nothing else; empty for none.
    let fallback: [UInt8]

    let fields: AnswerFields
    /// Lines of every answer.
    let lines: [UInt8]
    /// Lines of an answer that no cache may keep, as it may depend on the client.
    let unstoredLines: [UInt8]
    let crossOrigin: CrossOriginPolicy?

    private let redirects: [(pattern: AddressPattern, status: UInt16)]
    private let rewrites: [AddressPattern]
    private let protections: [(path: PathGlob, realm: Int)]
    /// Realms whose answers shared caches may keep, as the owner says.
    private let sharedRealms: [Int]

    /// Compiles rules.
    ///
    /// - Parameters:
    ///   - rules: what the configuration says.
    ///   - folder: the index of the site's folder.
    ///   - movedTo: where every request is sent.
    ///   - firstRealm: the index of the first protection's realm among the server's; the others follow it.
    init(_ rules: SiteRules, folder: Int, movedTo: String, firstRealm: Int) {
        self.folder = folder
        self.movedTo = Array(movedTo.utf8)
        names = FileNames(rules.files)
        symlinks = rules.files.symlinks
        listing = rules.files.listing
        fallback = DotSegments.resolved(Array(rules.files.fallback.utf8))
        crossOrigin = CrossOriginPolicy(rules.crossOrigin)

        fields = AnswerFields(rules)
        let constantLines = crossOrigin?.constantLines ?? []
        lines = fields.common.lines + constantLines
        unstoredLines = fields.unstored.lines + constantLines
        redirects = rules.redirects.map { (AddressPattern(from: $0.from, to: $0.to), UInt16($0.status)) }
        rewrites = rules.rewrites.map { AddressPattern(from: $0.from, to: $0.to) }
        protections = rules.protections.enumerated().map { (PathGlob($1.path), firstRealm + $0) }
        sharedRealms = rules.protections.indices.filter { rules.protections[$0].sharesCache }.map { firstRealm + $0 }
    }

    /// The lines that the configuration gives a file's answers.
    func lines(path: Span<UInt8>, type: Span<UInt8>) -> [UInt8] {
        fields.ofFile(path: path, type: type).lines + (crossOrigin?.constantLines ?? [])
    }

    /// The lines that the configuration gives an answer of the server's own that is no file's.
    ///
    /// - Parameters:
    ///   - status: the answer's.
    ///   - path: the request's path, decoded and rewritten.
    ///   - isPrivate: no shared cache may keep the answer.
    /// - Returns: lines that are ended by CRLF each.
    func lines(status: UInt16, path: Span<UInt8>, isPrivate: Bool) -> [UInt8] {
        guard !Caching.isUnstorable(status) else { return unstoredLines }
        let own = fields.ofOwn(status: status, path: path).lines
        return (isPrivate ? Caching.madePrivate(own.span) : own) + (crossOrigin?.constantLines ?? [])
    }

    /// The address to which a path has moved, and the status that says so; the first rule that means it counts.
    func redirect(_ path: Span<UInt8>) -> (location: [UInt8], status: UInt16)? {
        for (pattern, status) in redirects {
            if let location = pattern.target(of: path, encodes: true) { return (location, status) }
        }
        return nil
    }

    /// The path that another is answered as; `nil` when it is itself.
    ///
    /// A rest that is put behind other text may make a dot segment of both, and guards know paths without any.
    func rewrite(_ path: Span<UInt8>) -> [UInt8]? {
        for pattern in rewrites {
            if let target = pattern.target(of: path, encodes: false) { return DotSegments.resolved(target) }
        }
        return nil
    }

    /// The realm that guards a path; -1 for none.
    func realm(_ path: Span<UInt8>) -> Int {
        for (pattern, realm) in protections where pattern.matches(path) { return realm }
        return -1
    }

    /// True when the realm is this site's, and shared caches may keep answers to those who have entered it.
    func shares(realm: Int) -> Bool { sharedRealms.contains(realm) }

    /// Asks the guards about a file by each address of this site that leads to it.
    ///
    /// Its own path comes first, then its folder's when it is an index, and its clean address. A coded file beside another
    /// has that one's content, and so its realm where it has none of its own.
    ///
    /// - Parameter path: the file's, with its leading slash.
    /// - Returns: the realm that guards it; -1 for none.
    func realm(ofFile path: [UInt8]) -> Int {
        for name in names.paths(answeredBy: path) {
            let realm = realm(name.span)
            if realm >= 0 { return realm }
        }
        for coding in ContentCoding.allCases {
            let suffix = Array("\(coding.suffix)".utf8)
            guard path.count > suffix.count, path.suffix(suffix.count).elementsEqual(suffix) else { continue }
            return realm(ofFile: path.dropLast(suffix.count))
        }
        return -1
    }

    /// True when any address asks for a password.
    var hasGuards: Bool { !protections.isEmpty }

    /// True when a rule has to look at every request for a path before a file may answer it.
    func governs(_ path: Span<UInt8>) -> Bool {
        !movedTo.isEmpty || realm(path) >= 0 || redirect(path) != nil || rewrite(path) != nil
    }

    /// True when the answer depends on the origin that asks.
    var variesByOrigin: Bool { crossOrigin.map { !$0.allowsAll } ?? false }
}

/// `text/html`, or `text/*`.
struct MediaTypePattern: Sendable {
    private let text: [UInt8]
    private let isKind: Bool

    init(_ pattern: String) {
        isKind = pattern.hasSuffix("/*")
        text = Array((isKind ? String(pattern.dropLast()) : pattern).lowercased().utf8)
    }

    /// True when a type is meant, its parameters aside.
    func matches(_ type: Span<UInt8>) -> Bool {
        guard type.count >= text.count else { return false }
        for index in text.indices where Self.lowered(type[index]) != text[index] { return false }
        return isKind || type.count == text.count || type[text.count] == UInt8(ascii: ";")
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
