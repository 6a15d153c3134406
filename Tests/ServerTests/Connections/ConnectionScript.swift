/// Connections told what happens, by a list of events. Pure; test threads.

import Platform

@testable import Server

/// An event that a worker tells a connection's state.
enum ConnectionEvent: Sendable {
    case headBegan
    case headEnded(hasBody: Bool, keepsAlive: Bool, clientEnds: Bool = false)
    case unreadArrived
    case bodyEnded(keepsAlive: Bool)
    case stopReading
    case refused
    case peerFinished
    case answered
    case sendBegan
    case sendEnded
    case lingerBegan
    case failed
    case drain
    case idleEnded
    case placeGivenBack

    /// A whole request without content.
    static let request = [headBegan, headEnded(hasBody: false, keepsAlive: true)]
    static let lastRequest = [headBegan, headEnded(hasBody: false, keepsAlive: false)]
    /// The same of a client that says that it is its last.
    static let clientsLastRequest = [headBegan, headEnded(hasBody: false, keepsAlive: false, clientEnds: true)]
    /// A head whose content follows.
    static let requestWithBody = [headBegan, headEnded(hasBody: true, keepsAlive: true)]
    /// A response leaves completely.
    static let response = [answered, sendBegan, sendEnded]
}

extension Allowances {
    /// Durations that can be told apart.
    static var forTests: Allowances {
        var deadlines = Deadlines()
        deadlines.head = .seconds(1)
        deadlines.body = .seconds(2)
        deadlines.idle = .seconds(3)
        deadlines.send = .seconds(4)
        deadlines.linger = .seconds(5)
        return Allowances(deadlines, bodyRateMin: 10)
    }
}

extension ConnectionState {
    static let start = Instant(nanoseconds: 1_000_000_000_000)

    /// The instant some seconds after the connection was accepted.
    static func at(_ seconds: Int) -> Instant { start.advanced(by: .seconds(seconds)) }

    /// A new connection.
    init() {
        self.init(now: Self.start, .forTests)
    }

    /// A connection to which all this has happened, in its first moment.
    init(after events: [ConnectionEvent]) {
        self.init()
        for event in events { perform(event) }
    }

    /// Tells the state of one event.
    @discardableResult
    mutating func perform(_ event: ConnectionEvent, now: Instant = start) -> Action {
        switch event {
        case .headBegan: headBegan(now: now, .forTests)
        case .unreadArrived: unreadArrived()
        case .headEnded(let hasBody, let keepsAlive, let clientEnds):
            headEnded(hasBody: hasBody, clientEnds: clientEnds, keepsAlive: keepsAlive, now: now, .forTests)
        case .bodyEnded(let keepsAlive): bodyEnded(keepsAlive: keepsAlive)
        case .stopReading: stopReading()
        case .refused: refused()
        case .peerFinished: return peerHasFinished()
        case .answered: answered()
        case .sendBegan: sendBegan(now: now, .forTests)
        case .sendEnded: return sendEnded(now: now, .forTests)
        case .lingerBegan: lingerBegan(now: now, .forTests)
        case .failed: return failed()
        case .drain: return drain(now: now, .forTests)
        case .idleEnded: return idleEnded()
        case .placeGivenBack: return placeGivenBack()
        }
        return .nothing
    }
}
