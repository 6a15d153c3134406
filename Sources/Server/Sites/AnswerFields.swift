/// The fields that the configuration gives to an answer, by its kind. Pure; any thread reads it, nobody changes it.
///
/// DESIGN. Fields about anything but caching go on every answer, or on files by path and type. Fields about caching go by
/// whose answer it is, as a cache gives it to other clients:
///
/// - a file's 200, 206 and 304 take every rule without `status` that means them;
/// - the server's other answers take rules with `status` alone; a refusal that may depend on its client says `no-store`;
/// - a handler's answer that says nothing itself takes rules with a path, and those that restrict.
///
/// Next: ResponseEncoder.swift

internal import HTTP

/// The fields of a site's answers.
struct AnswerFields: Sendable {
    private struct Rule: Sendable {
        let path: PathGlob?
        let type: MediaTypePattern?
        let statuses: [UInt16]
        let field: ResponseField
        /// True when the field tells caches what to keep.
        let isCaching: Bool
        /// True when it gives caches no more than they take unasked.
        let restricts: Bool

        init(_ rule: FieldRule) {
            path = rule.path.map { PathGlob($0) }
            type = rule.type.map { MediaTypePattern($0) }
            statuses = rule.status.map { UInt16(clamping: $0) }
            let field = ResponseField(rule.name, rule.value)
            self.field = field
            isCaching = Caching.governs(field.name.span)
            restricts = field.value.isEmpty || Caching.restricts(field)
        }

        func means(_ path: Span<UInt8>) -> Bool { self.path?.matches(path) ?? true }
    }

    /// Those of every answer.
    let common: ResponseFields
    /// Those of an answer that no cache may keep.
    let unstored: ResponseFields
    private let rules: [Rule]
    /// The rules about answers with one of their statuses.
    private let statusRules: [Rule]
    /// The rules that a handler's answer may take, in their order.
    private let handlerRules: [Rule]

    /// Compiles rules.
    init(_ rules: SiteRules) {
        var fields = ResponseFields()
        if rules.security.contentTypeOptions { fields.set(ResponseField("X-Content-Type-Options", "nosniff")) }
        fields.set(ResponseField("Referrer-Policy", rules.security.referrerPolicy))
        fields.set(ResponseField("X-Frame-Options", rules.security.frameOptions))
        fields.set(ResponseField("Content-Security-Policy", rules.security.contentSecurityPolicy))
        let compiled = rules.fields.map { Rule($0) }
        for rule in compiled where rule.path == nil && rule.type == nil && rule.statuses.isEmpty && !rule.isCaching {
            fields.set(rule.field)
        }
        common = fields
        fields.set(Caching.unstored)
        unstored = fields
        self.rules = compiled.filter(\.statuses.isEmpty)
        statusRules = compiled.filter { !$0.statuses.isEmpty }
        handlerRules = compiled.filter { $0.isCaching && ($0.path != nil || $0.restricts) }
    }

    /// Those of a file's answers with status 200, 206 and 304.
    func ofFile(path: Span<UInt8>, type: Span<UInt8>) -> ResponseFields {
        var fields = common
        for rule in rules where rule.means(path) && rule.type?.matches(type) ?? true { fields.set(rule.field) }
        return fields
    }

    /// Those of the server's own answer that is no file's: a refusal, a page for one, a redirection.
    func ofOwn(status: UInt16, path: Span<UInt8>) -> ResponseFields {
        guard !Caching.isUnstorable(status) else { return unstored }
        var fields = common
        for rule in statusRules where rule.statuses.contains(status) && rule.means(path) { fields.set(rule.field) }
        return fields
    }

    /// The lines about caching that a handler's answer gets.
    ///
    /// An answer that sets a cookie is its client's: rules let no shared cache keep it.
    ///
    /// - Parameters:
    ///   - status: the answer's.
    ///   - own: its own field lines.
    ///   - path: the request's path, decoded.
    /// - Returns: none when one of its own lines is about caching.
    func cachingLines(ofHandler status: UInt16, own: Span<UInt8>, path: Span<UInt8>) -> [UInt8] {
        let isUnstorable = Caching.isUnstorable(status)
        guard !handlerRules.isEmpty || isUnstorable, !Caching.governs(anyOf: own) else { return [] }
        var type: [UInt8] = []
        var setsCookie = false
        FieldLines.forEach(own) { name, value, _ in
            if FieldLines.equal(name, "content-type") { type = value.indices.map { value[$0] } }
            if FieldLines.equal(name, "set-cookie") { setsCookie = true }
        }
        var fields = ResponseFields()
        for rule in handlerRules where rule.restricts || !isUnstorable {
            guard rule.means(path), rule.type?.matches(type.span) ?? true else { continue }
            guard rule.statuses.isEmpty || rule.statuses.contains(status) else { continue }
            fields.set(rule.field)
        }
        if isUnstorable, fields.fields.isEmpty { fields.set(Caching.unstored) }
        return setsCookie && !fields.fields.isEmpty ? Caching.madePrivate(fields.lines.span) : fields.lines
    }
}
