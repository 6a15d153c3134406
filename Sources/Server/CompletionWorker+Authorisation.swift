/// Users and passwords (RFC 7617). On the completion worker; passwords are checked on the pool.
///
/// A password's hash takes a tenth of a second of a processor to compare, on purpose. So what was right a moment ago is
/// kept in mind, as a keyed digest and not as it was sent, and few comparisons run at a time.

internal import CompletionPort
internal import HandlerPool
internal import HTTP
internal import Passwords
internal import Platform

/// What was right lately.
struct AuthorisationMemo {
    private var entries: [Digest: Instant] = [:]

    /// SipHash of a realm and a field's value, twice, with a key of this process: what is kept can't be read back.
    struct Digest: Hashable {
        private let first: Int
        private let second: Int

        init(realm: Int, _ field: Span<UInt8>) {
            var first = Hasher()
            var second = Hasher()
            first.combine(realm)
            second.combine(~realm)
            for index in field.indices {
                first.combine(field[index])
                second.combine(field[index])
            }
            self.first = first.finalize()
            self.second = second.finalize()
        }
    }

    private static let countMax = 4096
    private static let duration = Duration.seconds(300)

    func has(_ digest: Digest, now: Instant) -> Bool {
        entries[digest].map { now < $0 } ?? false
    }

    mutating func insert(_ digest: Digest, now: Instant) {
        if entries.count >= Self.countMax { entries.removeAll() }
        entries[digest] = now.advanced(by: Self.duration)
    }
}

/// One comparison.
private final class PasswordCheck: PoolJob {
    private let realm: Realm
    private let user: [UInt8]
    private let password: [UInt8]
    private let posts: PostQueue<WorkerMessage>
    private let exchange: CompletionKey

    init(
        _ realm: Realm,
        user: [UInt8],
        password: [UInt8],
        _ posts: PostQueue<WorkerMessage>,
        _ exchange: CompletionKey
    ) {
        self.realm = realm
        self.user = user
        self.password = password
        self.posts = posts
        self.exchange = exchange
    }

    func run() {
        posts.post(.passwordChecked(exchange, realm.passwords.trial(user: user, password: password).run()))
    }
}

extension CompletionWorker {
    /// Lets the exchange go on when its user may enter its realm, else asks for one.
    func authorise(_ exchange: UInt32) {
        guard exchanges[exchange].head[.authorization] != nil else {
            return reply(exchange, .refusal(.credentialsMissing))
        }
        guard let credentials = credentials(exchange) else {
            return reply(exchange, .refusal(.credentialsMalformed))
        }
        if isCurrent(exchange), authorisations.has(digest(exchange), now: clock.now) { return enter(exchange) }
        exchanges[exchange].stage = .waitingForHandler
        exchanges[exchange].deadline = clock.now.advanced(by: site.allowances.handler)
        wheel.arm(exchanges[exchange].connection, at: exchanges[exchange].deadline)
        let check = PasswordCheck(
            exchanges[exchange].version.site.realms[exchanges[exchange].realm],
            user: credentials.user,
            password: credentials.password,
            posts,
            exchanges.key(exchange)
        )
        if !site.passwordChecks.submit(check) {
            exchanges[exchange].deadline = .distantFuture
            reply(exchange, .refusal(.passwordChecksFull))
        }
    }

    /// The user and the password of an exchange's request; `nil` when it has none, or none that can be read.
    func credentials(_ exchange: UInt32) -> BasicCredentials? {
        guard let field = exchanges[exchange].head[.authorization],
            !exchanges[exchange].head.isRepeated(.authorization)
        else { return nil }
        let bytes = unsafe exchanges[exchange].headBytes.bytes
        return unsafe BasicCredentials(bytes.span.extracting(field))
    }

    private func digest(_ exchange: UInt32) -> AuthorisationMemo.Digest {
        let field = exchanges[exchange].head[.authorization] ?? ByteRange()
        let bytes = unsafe exchanges[exchange].headBytes.bytes
        return unsafe AuthorisationMemo.Digest(realm: exchanges[exchange].realm, bytes.span.extracting(field))
    }

    /// The pool has compared a password; its exchange may have ended before.
    func passwordChecked(_ key: CompletionKey, _ isRight: Bool) {
        guard exchanges.isCurrent(key), exchanges[key.slot].stage == .waitingForHandler,
            exchanges[key.slot].connection != noSlot
        else { return }
        exchanges[key.slot].deadline = .distantFuture
        guard isRight else { return reply(key.slot, .refusal(.credentialsWrong)) }
        if isCurrent(key.slot) { authorisations.insert(digest(key.slot), now: clock.now) }
        enter(key.slot)
    }

    /// True when the rules that the exchange goes by hold for new requests too.
    private func isCurrent(_ exchange: UInt32) -> Bool { exchanges[exchange].version === version }

    private func enter(_ exchange: UInt32) {
        exchanges[exchange].isAuthorised = true
        exchanges[exchange].stage = .ready
        goOn(exchange)
    }
}
