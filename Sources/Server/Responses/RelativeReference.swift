/// References from one address of a site to another that hold behind a proxy which strips a prefix. Pure; any thread.

/// The path of a Location field, relative to the request's own (RFC 9110 §10.2.2, RFC 3986 §4.2).
///
/// A proxy that serves this site beneath `/app/` asks for `/docs` when its client asked for `/app/docs`: `/docs/` would lead
/// the client away, and `docs/` does not.
enum RelativeReference {
    /// The reference that leads from one decoded path to another.
    ///
    /// It begins with a segment or with `..`, never with a slash, and its colons are encoded: it can't name another host or a
    /// scheme.
    ///
    /// - Parameters:
    ///   - target: where to; with its leading slash, no segment empty but the last.
    ///   - base: the path of the request, with its leading slash.
    /// - Returns: the reference, percent-encoded.
    static func path(to target: Span<UInt8>, from base: Span<UInt8>) -> [UInt8] {
        // As far as both are in the same folders.
        var shared = 0
        for index in 0..<min(target.count, base.count) {
            guard target[index] == base[index] else { break }
            if target[index] == slash { shared = index + 1 }
        }
        var reference: [UInt8] = []
        for index in shared..<max(shared, base.count) where base[index] == slash { reference += Array("../".utf8) }
        let rest = AddressPattern.encoded(path: target.extracting(shared..<max(shared, target.count)))
        // Empty, it would name the address itself.
        return reference.isEmpty && rest.isEmpty ? Array("./".utf8) : reference + rest
    }

    private static let slash = UInt8(ascii: "/")
}
