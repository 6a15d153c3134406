/// The state of a request that can't be answered at once. Pure; the worker that owns the exchange.
///
/// ```
/// (head) ─▶ ready ─▶ waitingForPassword ─▶ receiving ─▶ ready ─▶ waitingFor… ─▶ ready ─▶ streaming ─▶ (answered)
/// ```
///
/// Each state between the first and the last may be left out, and a wait may follow a wait: a handler declines and a file answers,
/// or a file is missing and a list does. Whatever the state is, the connection's end ends the exchange.
///
/// The moves, and the functions that make them: to `waitingForPassword`, `awaitPassword`; to `receiving`, `settleBody`; to
/// `waitingForHandler`, `callHandler`; to `waitingForFile`, `wait(_:for:)`; to `waitingForList`, `awaitList`; to `waitingForTurn`,
/// `awaitTurn`; to `waitingForRoom`, `awaitRoom`; to `ready`, `reply`, `proceed` and `enter`; to `streaming`, whoever writes the
/// head of a large body.

internal import Platform

/// The state of an exchange, with the end of its wait.
enum ExchangeState: Equatable {
    /// Its content is arriving.
    case receiving
    /// Its file is looked for when it is first in line.
    case waitingForTurn
    /// Its file is looked for when others have given back what they are sent.
    case waitingForRoom(until: Instant)
    /// A file is being loaded for it.
    case waitingForFile(FileSlot)
    /// A handler has it.
    case waitingForHandler(until: Instant)
    /// Its folder is being read.
    case waitingForList(until: Instant)
    /// Its password is being compared, or waits for that.
    case waitingForPassword(until: Instant)
    /// Its answer can be written as soon as it is first in line, or it is about to be decided who answers.
    case ready
    /// Its answer's head is written, its body leaves in parts.
    case streaming

    /// The time at which it is waited no longer; the distant future where others end the wait: a file's loading has deadlines of
    /// its own, content has the connection's, and who is not first in line waits for those before it.
    var deadline: Instant {
        switch self {
        case .waitingForRoom(let end), .waitingForHandler(let end), .waitingForList(let end),
            .waitingForPassword(let end):
            end
        case .receiving, .waitingForTurn, .waitingForFile, .ready, .streaming: .distantFuture
        }
    }

    /// The reason for which a wait ends that has lasted until now; `nil` when it goes on.
    func expiry(now: Instant) -> Reason? {
        guard now >= deadline else { return nil }
        return switch self {
        case .waitingForRoom: .filesFull
        case .waitingForHandler: .handlerExpired
        case .waitingForList: .listExpired
        case .waitingForPassword: .passwordCheckExpired
        case .receiving, .waitingForTurn, .waitingForFile, .ready, .streaming: nil
        }
    }

    var isForPassword: Bool { if case .waitingForPassword = self { true } else { false } }
    var isForHandler: Bool { if case .waitingForHandler = self { true } else { false } }
    var isForList: Bool { if case .waitingForList = self { true } else { false } }

    /// True when its file will be looked for, in its turn or when there is room.
    var isForSearch: Bool {
        switch self {
        case .waitingForTurn, .waitingForRoom: true
        default: false
        }
    }
}
