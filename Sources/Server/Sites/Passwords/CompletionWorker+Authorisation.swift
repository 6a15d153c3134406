/// Users and passwords (RFC 7617). On the completion worker; passwords are compared elsewhere (`PasswordDesk`).
///
/// DESIGN. A password is asked for when the head is there, before anything is decided about the content: a refusal takes the
/// place of 100 (Continue), and content of a stranger is dropped like any that nobody wants. While a password is compared
/// nothing is received: what came with the head waits, the kernel keeps the rest, and the content's deadline begins
/// afterwards. A poll tells when the client goes meanwhile, and then nothing is compared for it. A file that turns out to be
/// guarded by its own path is the exception: its request is complete by then, and nothing has to wait behind it.
///
/// Next: CompletionWorker+Contents.swift

internal import CompletionPort
internal import FileLog
internal import Glibc
internal import HTTP
internal import Passwords
internal import Platform

extension CompletionWorker {
    /// Lets the exchange go on when its user may enter its realm, else asks for one.
    func authorise(_ exchange: ExchangeSlot) {
        guard exchanges[exchange].head.has(.authorization) else { return deny(exchange, .credentialsMissing) }
        guard let credentials = credentials(exchange) else { return deny(exchange, .credentialsMalformed) }
        let realm = exchanges[exchange].version.site.realms[exchanges[exchange].realm]
        let digest = CredentialDigest(realm: realm.number, credentials)
        switch passwordMemo.find(digest, now: clock.now) {
        case .right: return enter(exchange)
        case .renewed(let entry):
            site.passwords.renew(entry, now: clock.now)
            return enter(exchange)
        case .unknown: break
        }
        let answer = site.passwords.ask(
            asker(exchange),
            PasswordDesk.Turns.Check(network: guessingNetwork(exchange), credentials: digest),
            realm.passwords.trial(user: credentials.user, password: credentials.password),
            now: clock.now
        )
        switch answer {
        case .right(let entry):
            passwordMemo.insert(entry, now: clock.now)
            enter(exchange)
        case .refused(let seconds):
            deny(exchange, .tooManyWrongPasswords, retryAfter: seconds)
        case .waits:
            awaitPassword(exchange)
        }
    }

    /// The user and the password of an exchange's request; `nil` when it has none, or none that can be read.
    func credentials(_ exchange: ExchangeSlot) -> BasicCredentials? {
        guard let field = exchanges[exchange].head[.authorization],
            !exchanges[exchange].head.isRepeated(.authorization)
        else { return nil }
        let bytes = unsafe exchanges[exchange].headBytes.bytes
        return unsafe BasicCredentials(bytes.span.extracting(field))
    }

    func asker(_ exchange: ExchangeSlot) -> PasswordDesk.Asker {
        PasswordDesk.Asker(posts: posts, exchange: exchanges.key(exchange))
    }

    /// The network that answers for a wrong password; `nil` where many clients would answer for one.
    ///
    /// Behind a trusted proxy it is the visitor's. A proxy that names nobody, a Unix socket, and a proxy on this machine that the
    /// configuration does not know speak for clients that can't be told apart.
    private func guessingNetwork(_ exchange: ExchangeSlot) -> ClientNetwork? {
        let remote = exchanges[exchange].remote
        let head = exchanges[exchange].head
        if exchanges[exchange].version.site.proxies.trusts(remote) { return nil }
        let bytes = unsafe exchanges[exchange].headBytes.bytes
        let isFromProxy = connections[exchanges[exchange].connection].isFromProxy
        if !isFromProxy, remote.isLoopback, unsafe head.namesVisitor(in: bytes.span) { return nil }
        return ClientNetwork(remote)
    }

    // MARK: Waiting

    private func awaitPassword(_ exchange: ExchangeSlot) {
        let slot = exchanges[exchange].connection
        exchanges[exchange].state = .waitingForPassword(until: clock.now.advanced(by: site.allowances.handler))
        wheel.arm(slot, at: exchanges[exchange].state.deadline)
        guard exchanges[exchange].content.use == .undecided else { return }
        connections[slot].isPaused = true
        connections[slot].state.readingPaused()
        if connections[slot].isReceiving { cancelReceive(slot) }
        awaitHangUp(slot)
    }

    /// True when nothing more is read of a connection before a password has been compared.
    func awaitsPassword(_ slot: ConnectionSlot) -> Bool {
        let exchange = connections[slot].lastExchange
        return exchange != .null && exchanges[exchange].state.isForPassword
            && exchanges[exchange].content.use == .undecided
    }

    /// A password has been compared, or will not be; its exchange may have ended before.
    func passwordChecked(_ key: CompletionKey, _ outcome: PasswordDesk.Outcome) {
        guard let exchange = exchanges.slot(of: key), exchanges[exchange].state.isForPassword,
            exchanges[exchange].connection != .null,
            connections[exchanges[exchange].connection].state.phase != .closing
        else { return }
        endWait(exchange) { exchange in
            switch outcome {
            case .right: enter(exchange)
            case .wrong: deny(exchange, .credentialsWrong)
            case .refused(let seconds): deny(exchange, .tooManyWrongPasswords, retryAfter: seconds)
            case .shed: deny(exchange, .passwordChecksFull)
            }
        }
    }

    /// The password is not compared: others had their turn until the deadline, or want what the exchange holds.
    func giveUpPassword(_ exchange: ExchangeSlot, _ reason: Reason) {
        site.passwords.leave(asker(exchange))
        endWait(exchange) { deny($0, reason) }
    }

    /// Refuses those whose password has not had its turn: the server stops, and guesses could hold that up.
    func giveUpPasswords() {
        for exchange in exchanges.occupiedSlots where exchanges.contains(exchange) {
            guard exchanges[exchange].state.isForPassword, exchanges[exchange].connection != .null,
                !site.passwords.isCompared(asker(exchange))
            else { continue }
            giveUpPassword(exchange, .stopping)
        }
    }

    /// Goes on with an exchange that has waited, then reads on.
    private func endWait(_ exchange: ExchangeSlot, _ body: (ExchangeSlot) -> Void) {
        let slot = exchanges[exchange].connection
        let isPaused = exchanges[exchange].content.use == .undecided
        if isPaused, exchanges[exchange].head.hasBody {
            connections[slot].state.contentAwaited(now: clock.now, site.allowances)
        }
        body(exchange)
        if isPaused { resume(slot) }
    }

    // MARK: The answer

    private func enter(_ exchange: ExchangeSlot) {
        exchanges[exchange].isAuthorised = true
        exchanges[exchange].state = .ready
        if exchanges[exchange].content.use != .undecided { return goOn(exchange) }
        settleBody(exchange, wanted: exchanges[exchange].route >= 0, .none)
    }

    private func deny(_ exchange: ExchangeSlot, _ reason: Reason, retryAfter: UInt32 = 0) {
        exchanges[exchange].retryAfter = retryAfter
        if exchanges[exchange].content.use != .undecided { return reply(exchange, .refusal(reason)) }
        settleBody(exchange, wanted: false, .refusal(reason))
    }
}
