/// Which pages of other origins may read answers (CORS, the Fetch standard §3.2). Pure; any thread.

internal import HTTP

/// Cross-origin rules, compiled.
struct CrossOriginPolicy: Sendable {
    /// Every origin may, without credentials: the field is the same for everyone and needs no Vary.
    let allowsAll: Bool
    private let origins: [[UInt8]]
    private let isCredentialed: Bool
    private let exposed: [UInt8]
    private let preflight: [UInt8]

    /// Bytes of an origin that an answer has room to name; a host's name has at most 255 (RFC 1035 §2.3.4).
    static let originSizeMax = 512

    /// `nil` when nothing is to be said about other origins.
    init?(_ rules: CrossOriginRules) {
        guard !rules.origins.isEmpty else { return nil }
        allowsAll = rules.origins.contains("*") && !rules.credentials
        // A star is no origin: nobody is given a user's credentials without being named.
        origins = rules.origins.filter { $0 != "*" && $0.utf8.count <= Self.originSizeMax }.map { Array($0.utf8) }
        isCredentialed = rules.credentials
        exposed =
            rules.exposed.isEmpty
            ? [] : ResponseField("Access-Control-Expose-Headers", rules.exposed.joined(separator: ", ")).line
        var fields = ResponseFields()
        fields.set(ResponseField("Access-Control-Allow-Methods", rules.methods.joined(separator: ", ")))
        fields.set(ResponseField("Access-Control-Allow-Headers", rules.fields.joined(separator: ", ")))
        fields.set(ResponseField("Access-Control-Max-Age", "\(rules.maxAge)"))
        preflight = fields.lines
    }

    /// The lines of an answer, for everyone; empty where they depend on who asks.
    var constantLines: [UInt8] {
        allowsAll ? ResponseField("Access-Control-Allow-Origin", "*").line + exposed : []
    }

    /// The lines of an answer to a request of one origin, beside the constant ones.
    ///
    /// - Parameters:
    ///   - origin: the Origin field's value.
    ///   - isPreflight: whether the answer is to the question before the request.
    /// - Returns: none when the origin is not allowed.
    func lines(for origin: Span<UInt8>, isPreflight: Bool) -> [UInt8] {
        var lines: [UInt8] = []
        if !allowsAll {
            guard allows(origin) else { return [] }
            lines += Array("Access-Control-Allow-Origin: ".utf8)
            for index in origin.indices { lines.append(origin[index]) }
            lines += Array("\r\n".utf8)
            if isCredentialed { lines += ResponseField("Access-Control-Allow-Credentials", "true").line }
            lines += exposed
        }
        return isPreflight ? lines + preflight : lines
    }

    private func allows(_ origin: Span<UInt8>) -> Bool {
        origins.contains { allowed in
            guard allowed.count == origin.count else { return false }
            return allowed.indices.allSatisfy { allowed[$0] == origin[$0] }
        }
    }
}
