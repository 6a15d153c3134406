/// Applies the configured rules for an address before it is answered. On the completion worker.
///
/// In this order: another server, another address, another origin's question, a password, another path.

internal import FileLog
internal import HTTP

extension CompletionWorker {
    /// Looks whether a rule answers the request, and notes what rules say about who else does.
    ///
    /// - Returns: the answer; `nil` when handlers and files are to be asked.
    func rule(_ exchange: ExchangeSlot) -> Exchange.Reply? {
        let policy = policy(exchange)
        if !policy.movedTo.isEmpty {
            let path = withPath(exchange) { AddressPattern.encoded(path: $0) }
            return redirection(exchange, policy.movedTo + path, status: 308)
        }
        if let (location, status) = withPath(exchange, { policy.redirect($0) }) {
            return redirection(exchange, location, status: status)
        }
        if isPreflight(exchange), policy.crossOrigin != nil {
            exchanges[exchange].allow = withPath(exchange) { site.router.methods($0) }
            return .options
        }
        // The address that was asked for is guarded, and so is the one that it stands for.
        exchanges[exchange].realm = withPath(exchange) { policy.realm($0) }
        if let path = withPath(exchange, { policy.rewrite($0) }) {
            replacePath(exchange, path)
            let realm = withPath(exchange) { policy.realm($0) }
            if realm >= 0 { exchanges[exchange].realm = realm }
        }
        return nil
    }

    /// A redirection that keeps the query, unless the target has one.
    ///
    /// Each byte of an address may become three. One that would find no room in an output block could never be sent.
    func redirection(_ exchange: ExchangeSlot, _ location: [UInt8], status: UInt16) -> Exchange.Reply {
        let location = withQuery(exchange, location)
        guard location.count <= site.limits.answerFieldsSizeMax else {
            errors.error(.error, "a redirection's target of \(location.count) bytes finds no room in an answer's head")
            return .refusal(.answerTooLarge)
        }
        return .redirect(status: status, location: location)
    }

    private func withQuery(_ exchange: ExchangeSlot, _ location: [UInt8]) -> [UInt8] {
        let head = exchanges[exchange].head
        guard !head.query.isEmpty, !location.contains(UInt8(ascii: "?")) else { return location }
        let bytes = unsafe exchanges[exchange].headBytes.bytes
        // A fragment comes behind the query (RFC 3986 §3).
        let end = location.firstIndex(of: UInt8(ascii: "#")) ?? location.count
        var kept = Array(location[..<end]) + [UInt8(ascii: "?")]
        for index in head.query.bounds { unsafe kept.append(bytes[index]) }
        return kept + location[end...]
    }

    // MARK: Passwords

    /// True when no shared cache may keep the exchange's answer, as one of the addresses that it is of asks for a password:
    /// the one that was sent, the one that it was rewritten to, or the file's own.
    func isPrivate(_ exchange: ExchangeSlot) -> Bool {
        guard !exchanges[exchange].version.site.realms.isEmpty else { return false }
        let hosts = exchanges[exchange].version.site.hosts
        let policy = policy(exchange)
        // A file may be guarded by another site.
        return hosts.isPrivate(realm: exchanges[exchange].realm)
            || withPath(exchange) { hosts.isPrivate(realm: policy.realm($0)) }
            || withSentPath(exchange) { hosts.isPrivate(realm: policy.realm($0)) }
    }

    // MARK: Other origins

    /// True when the request only asks if another may be made (the Fetch standard §3.2.2).
    private func isPreflight(_ exchange: ExchangeSlot) -> Bool {
        let head = exchanges[exchange].head
        guard head.method == .options, head.has(.origin) else { return false }
        let bytes = unsafe exchanges[exchange].headBytes.bytes
        var lines = FieldIterator(head)
        while let line = unsafe lines.next(in: bytes.span) {
            if unsafe Self.asksMethod.isNamed(bytes.span.extracting(line.name)) { return true }
        }
        return false
    }

    private static let asksMethod = ResponseField("Access-Control-Request-Method", "")

    /// The lines of the answer that depend on the origin that asks.
    func crossOriginLines(_ exchange: ExchangeSlot) -> [UInt8] {
        let head = exchanges[exchange].head
        guard let origin = head[.origin], let rules = policy(exchange).crossOrigin else { return [] }
        let bytes = unsafe exchanges[exchange].headBytes.bytes
        let isPreflight = isPreflight(exchange)
        return unsafe rules.lines(for: bytes.span.extracting(origin), isPreflight: isPreflight)
    }
}
