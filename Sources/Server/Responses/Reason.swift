/// Reasons why a request was not answered as it asked, or a connection ended early. Pure values; any thread.

package import HTTP

/// Every way out that is not an answer, as one closed list.
///
/// It is the only argument of refusing, shedding and closing. Its name is in `error.log`, but for those whose status
/// says enough (`loggedCode`).
package enum Reason: Equatable, Sendable {
    /// The request breaks a rule of HTTP or a limit.
    case rejected(RejectReason)

    // Answers that the server gives itself.
    case methodNotAllowed
    case notFound
    case forbidden
    case credentialsMissing
    case credentialsMalformed
    case credentialsWrong
    case tooManyWrongPasswords
    case notAcceptable
    case preconditionFailed
    case rangeNotSatisfiable
    case fileUnreadable
    case fileChanging
    case answerTooLarge
    case handlerFailed
    case handlerExpired
    case listExpired
    case passwordCheckExpired
    case handlersFull
    case uploadTooLarge
    case uploadsFull
    case poolFull
    case passwordChecksFull
    case exchangesFull
    case bodiesFull
    case headsFull
    case filesFull
    case descriptorsExhausted
    case stopping

    // Connections that end early.
    case headExpired
    case bodyExpired
    case sendExpired
    case readerTooSlow
    case peerReset
    case peerFinishedEarly
    case fileChanged
    case connectionsFull

    /// The number in a log record: 0 is "no reason", the rejections come first.
    var code: UInt8 {
        switch self {
        case .rejected(let reason): 1 + reason.rawValue
        default: Self.firstOwn + UInt8(truncatingIfNeeded: Self.own.firstIndex(of: self) ?? 0)
        }
    }

    private static let firstOwn = 1 + UInt8(truncatingIfNeeded: RejectReason.allCases.count)

    static let own: [Reason] = [
        .methodNotAllowed, .notFound, .forbidden, .credentialsMissing, .credentialsMalformed, .credentialsWrong,
        .tooManyWrongPasswords, .notAcceptable, .preconditionFailed,
        .rangeNotSatisfiable, .fileUnreadable, .fileChanging, .answerTooLarge, .handlerFailed, .handlerExpired,
        .listExpired, .passwordCheckExpired, .handlersFull, .uploadTooLarge, .uploadsFull, .poolFull,
        .passwordChecksFull,
        .exchangesFull, .bodiesFull, .headsFull, .filesFull, .descriptorsExhausted, .stopping, .headExpired,
        .bodyExpired,
        .sendExpired, .readerTooSlow, .peerReset, .peerFinishedEarly, .fileChanged, .connectionsFull,
    ]

    /// The reasons that a client is told.
    static let refusals = (RejectReason.allCases.map(Reason.rejected) + own).filter { $0.status != 0 }

    /// Names by code, as the log wants them.
    package static let names: [StaticString] =
        ["none"] + RejectReason.allCases.map(\.name) + own.map(\.name)

    /// The name in the log, in words joined by hyphens.
    package var name: StaticString {
        switch self {
        case .rejected(let reason): reason.name
        case .methodNotAllowed: "method-not-allowed"
        case .notFound: "not-found"
        case .forbidden: "forbidden"
        case .credentialsMissing: "credentials-missing"
        case .credentialsMalformed: "credentials-malformed"
        case .credentialsWrong: "credentials-wrong"
        case .tooManyWrongPasswords: "too-many-wrong-passwords"
        case .notAcceptable: "not-acceptable"
        case .preconditionFailed: "precondition-failed"
        case .rangeNotSatisfiable: "range-not-satisfiable"
        case .fileUnreadable: "file-unreadable"
        case .fileChanging: "file-changing"
        case .answerTooLarge: "answer-too-large"
        case .handlerFailed: "handler-failed"
        case .handlerExpired: "handler-expired"
        case .listExpired: "list-expired"
        case .passwordCheckExpired: "password-check-expired"
        case .handlersFull: "handlers-full"
        case .uploadTooLarge: "upload-too-large"
        case .uploadsFull: "uploads-full"
        case .poolFull: "pool-full"
        case .passwordChecksFull: "password-checks-full"
        case .exchangesFull: "exchanges-full"
        case .bodiesFull: "bodies-full"
        case .headsFull: "heads-full"
        case .filesFull: "files-full"
        case .descriptorsExhausted: "descriptors-exhausted"
        case .stopping: "stopping"
        case .headExpired: "head-expired"
        case .bodyExpired: "body-expired"
        case .sendExpired: "send-expired"
        case .readerTooSlow: "reader-too-slow"
        case .peerReset: "peer-reset"
        case .peerFinishedEarly: "peer-finished-early"
        case .fileChanged: "file-changed"
        case .connectionsFull: "connections-full"
        }
    }

    /// The status that a client gets, 0 where the connection ends without one.
    package var status: UInt16 {
        switch self {
        case .rejected(let reason): reason.status
        case .methodNotAllowed: 405
        case .notFound: 404
        case .forbidden: 403
        case .credentialsMissing, .credentialsMalformed, .credentialsWrong: 401
        case .tooManyWrongPasswords: 429
        case .notAcceptable: 406
        case .preconditionFailed: 412
        case .rangeNotSatisfiable: 416
        case .fileUnreadable, .answerTooLarge, .handlerFailed: 500
        case .handlerExpired: 504
        case .uploadTooLarge: 413
        case .uploadsFull: 507
        case .fileChanging, .handlersFull, .poolFull, .passwordChecksFull, .exchangesFull, .bodiesFull, .headsFull,
            .filesFull, .descriptorsExhausted, .listExpired, .passwordCheckExpired, .stopping:
            503
        case .headExpired, .bodyExpired: 408
        case .sendExpired, .readerTooSlow, .peerReset, .peerFinishedEarly, .fileChanged, .connectionsFull: 0
        }
    }

    /// True when the site's page for failures, `50x.html`, may say it.
    ///
    /// Not where files or the connection are what fails.
    var hasPage: Bool {
        switch self {
        case .handlerFailed, .handlerExpired, .handlersFull, .uploadsFull, .poolFull, .passwordChecksFull,
            .fileUnreadable, .fileChanging, .listExpired, .passwordCheckExpired:
            true
        default: false
        }
    }

    /// A sentence for the client.
    package var explanation: StaticString {
        switch self {
        case .rejected(let reason): reason.explanation
        case .methodNotAllowed: "This resource does not take that method; Allow names those that it does."
        case .notFound: "There is nothing at this address."
        case .forbidden: "The server may not read this file."
        case .credentialsMissing: "This address asks for a user and a password."
        case .credentialsMalformed: "Authorization holds no user and password in the form of RFC 7617."
        case .credentialsWrong: "The user or the password is wrong."
        case .tooManyWrongPasswords: "Too many passwords from your address were wrong. Try again in a while."
        case .notAcceptable: "There is no form of this file that Accept-Encoding allows."
        case .preconditionFailed: "The file is not as the conditions of the request want it."
        case .rangeNotSatisfiable: "The file has none of the bytes that Range asks for."
        case .fileUnreadable: "The file could not be read."
        case .fileChanging: "The file is being written to at this moment. Try again in a moment."
        case .answerTooLarge: "The head of this answer is too large; the server's error log says more."
        case .handlerFailed: "The handler of this address failed; the server's error log says how."
        case .handlerExpired: "The handler of this address took too long."
        case .listExpired: "Reading this folder took too long. Try again in a moment."
        case .passwordCheckExpired: "The password could not be checked in time. Try again in a moment."
        case .uploadTooLarge: "This site does not take so many files, or such large ones, at once."
        case .uploadsFull: "There is no room left for the files of this request."
        case .handlersFull, .poolFull, .passwordChecksFull, .exchangesFull, .bodiesFull, .headsFull, .filesFull,
            .descriptorsExhausted:
            "The server has more to do than it can hold. Try again in a moment."
        case .stopping: "The server is stopping."
        case .headExpired: "The request's head took too long to arrive."
        case .bodyExpired: "The request's content took too long to arrive."
        case .sendExpired, .readerTooSlow, .peerReset, .peerFinishedEarly, .fileChanged, .connectionsFull:
            "The connection ended early."
        }
    }
}
