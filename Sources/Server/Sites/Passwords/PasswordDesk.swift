/// The way of a password from a worker to a thread that compares it, and back to all workers.
///
/// Workers ask and leave under a lock that is held for a few looks into tables; `PasswordTurns` decides under it. Passwords are
/// compared on threads of their own, "password-1" and so on, which stand back for all others (nice(2)) and so for whatever
/// else is asked of the server; they post what comes of it. Started, stopped and reloaded on the main thread.

internal import CompletionPort
internal import HandlerPool
internal import Passwords
internal import Platform

/// Has passwords compared, a few at a time.
final class PasswordDesk: Sendable {
    /// An exchange that waits for an answer.
    struct Asker: Hashable, Sendable {
        let posts: PostQueue<WorkerMessage>
        let exchange: CompletionKey

        static func == (one: Asker, other: Asker) -> Bool {
            one.posts === other.posts && one.exchange == other.exchange
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(ObjectIdentifier(posts))
            hasher.combine(exchange)
        }
    }

    /// The result of a check of credentials.
    enum Outcome: Sendable {
        case right
        case wrong
        /// The address was wrong too often; not compared.
        case refused(seconds: UInt32)
        /// There is no thread for it.
        case shed
    }

    /// The answer to a worker that asks.
    enum Answer: Sendable {
        /// They were right a moment ago.
        case right(PasswordMemo.Entry)
        case refused(seconds: UInt32)
        /// The worker will be posted `passwordChecked`.
        case waits
    }

    typealias Turns = PasswordTurns<Asker, PasswordTrial>

    private struct State {
        var turns: Turns
        var memo: PasswordMemo
        var workers: [PostQueue<WorkerMessage>] = []
    }

    private let state: Monitor<State>
    private let pool: HandlerPool
    private let isStarted = Monitor(false)

    /// The niceness of the threads (nice(2)): they go before handlers that compute, and completion workers before them.
    private static let niceness = 5

    /// - Parameters:
    ///   - processors: those that the process may use. One of them is left to everybody else, where there are two.
    ///   - limits: what is kept, and how often an address may be wrong.
    init(processors: Int, _ limits: Limits) {
        var poolLimits = PoolLimits()
        poolLimits.threadsMin = 1
        poolLimits.threadsMax = min(max(1, processors - 1), Self.threadsMax)
        poolLimits.queueMax = poolLimits.threadsMax
        poolLimits.niceness = Self.niceness
        pool = HandlerPool(limits: poolLimits, name: "password")
        let turns = Turns(runningMax: poolLimits.threadsMax, limits)
        state = Monitor(State(turns: turns, memo: PasswordMemo(limits)))
    }

    private static let threadsMax = 256

    // MARK: The main thread

    /// Starts the first thread, unless that was done before: a site that asks for no password has none.
    ///
    /// - Throws: `SystemError` when the process may not have it.
    func start() throws(SystemError) {
        guard isStarted.withLock({ !$0 }) else { return }
        try pool.start()
        isStarted.withLock { $0 = true }
    }

    /// Names the workers, all of which hear who is let in.
    func serve(_ workers: [PostQueue<WorkerMessage>]) {
        state.withLock { $0.workers = workers }
    }

    /// Goes by other limits, and forgets who was let in by files of passwords that are read anew.
    func follow(_ limits: Limits) {
        state.withLock { state in
            state.turns.follow(limits)
            state.memo = PasswordMemo(limits)
        }
    }

    /// Ends the threads.
    ///
    /// No worker is left to hear what is being compared, so a stop waits for that until a deadline, and no longer.
    func stop(deadline: Instant) {
        _ = pool.stop(deadline: deadline)
    }

    // MARK: Workers

    /// Asks whether credentials are right.
    func ask(_ asker: Asker, _ check: Turns.Check, _ trial: PasswordTrial, now: Instant) -> Answer {
        let (answer, actions, renewed) = state.withLock { state -> (Answer, [Turns.Action], PasswordMemo.Entry?) in
            // A worker may not have been told yet of what another one knows.
            switch state.memo.find(check.credentials, now: now) {
            case .right(let entry): return (.right(entry), [], nil)
            case .renewed(let entry): return (.right(entry), [], entry)
            case .unknown: break
            }
            switch state.turns.ask(asker, check, trial, now: now) {
            case .refused(let seconds): return (.refused(seconds: seconds), [], nil)
            case .waits(let actions): return (.waits, actions, nil)
            }
        }
        if let renewed { tellWorkers(renewed) }
        perform(actions)
        return answer
    }

    /// The exchange has ended, or waits no longer.
    func leave(_ asker: Asker) {
        state.withLock { $0.turns.leave(asker) }
    }

    /// True when what an exchange waits for is being compared, and does not wait for its turn.
    func isCompared(_ asker: Asker) -> Bool { state.withLock { $0.turns.isCompared(asker) } }

    /// A worker has let in credentials that it knows, and knows them for longer now.
    func renew(_ entry: PasswordMemo.Entry, now: Instant) {
        state.withLock { $0.memo.insert(entry, now: now) }
        tellWorkers(entry)
    }

    // MARK: What is decided

    private func perform(_ actions: [Turns.Action]) {
        var rest = actions
        while let action = rest.popLast() {
            switch action {
            case .refuse(let asker, let seconds): Self.post(.refused(seconds: seconds), to: [asker])
            case .compare(let check, let trial):
                guard !pool.submit(PasswordJob(check, trial, self)) else { continue }
                let (askers, more) = state.withLock { $0.turns.ended(check, isRight: nil, now: .now) }
                Self.post(.shed, to: askers)
                rest += more
            }
        }
    }

    /// Tells everybody of a password that has been compared; on the thread that did.
    fileprivate func ended(_ check: Turns.Check, isRight: Bool) {
        let now = Instant.now
        let (askers, actions, entry) = state.withLock { state in
            let (askers, actions) = state.turns.ended(check, isRight: isRight, now: now)
            let entry = isRight ? state.memo.entry(check.credentials, now: now) : nil
            if let entry { state.memo.insert(entry, now: now) }
            return (askers, actions, entry)
        }
        // Before the answer: its client's next request may come to any worker.
        if let entry { tellWorkers(entry) }
        Self.post(isRight ? .right : .wrong, to: askers)
        perform(actions)
    }

    private func tellWorkers(_ entry: PasswordMemo.Entry) {
        for posts in state.withLock({ $0.workers }) { posts.post(.passwordRemembered(entry)) }
    }

    private static func post(_ outcome: Outcome, to askers: some Sequence<Asker>) {
        for asker in askers { asker.posts.post(.passwordChecked(asker.exchange, outcome)) }
    }
}

/// One comparison.
private final class PasswordJob: PoolJob {
    private let check: PasswordDesk.Turns.Check
    private let trial: PasswordTrial
    private let desk: PasswordDesk

    init(_ check: PasswordDesk.Turns.Check, _ trial: PasswordTrial, _ desk: PasswordDesk) {
        self.check = check
        self.trial = trial
        self.desk = desk
    }

    func run() {
        desk.ended(check, isRight: trial.run())
    }
}
