/// A connection's action at each event in each phase of its life. Test threads.

import Platform
import Testing

@testable import Server

@Suite struct ConnectionLifeTests {
    /// A situation, an event, and what follows.
    struct Row: Sendable {
        let situation: String
        let history: [ConnectionEvent]
        let event: ConnectionEvent
        let action: ConnectionState.Action
        let phase: ConnectionState.Phase

        init(
            _ situation: (String, [ConnectionEvent]),
            _ event: ConnectionEvent,
            _ action: ConnectionState.Action,
            _ phase: ConnectionState.Phase
        ) {
            (self.situation, history) = situation
            self.event = event
            self.action = action
            self.phase = phase
        }
    }

    typealias Event = ConnectionEvent
    typealias Situation = (String, [Event])

    // Open connections.
    static let idle: Situation = ("idle", [])
    static let readingHead: Situation = ("reading a head", [.headBegan])
    static let readingBody: Situation = ("reading a content", Event.requestWithBody)
    static let handling: Situation = ("a request is being handled", Event.request)
    static let sending: Situation = ("a response is being sent", Event.request + [.answered, .sendBegan])
    static let pipelined: Situation = (
        "sent, and another is handled", Event.request + Event.request + [.answered, .sendBegan]
    )
    static let reused: Situation = ("idle after a response", Event.request + Event.response)
    static let lastHandled: Situation = ("the last request is being handled", Event.lastRequest)
    static let lastSending: Situation = (
        "the last response is being sent", Event.lastRequest + [.answered, .sendBegan]
    )
    static let clientsLastSending: Situation = (
        "the last response that the client wants is being sent", Event.clientsLastRequest + [.answered, .sendBegan]
    )
    static let refusing: Situation = ("a refusal is being sent", [.headBegan, .refused, .answered, .sendBegan])

    // Connections that read no more.
    static let halfClosed: Situation = ("handling for a client that has finished", Event.request + [.peerFinished])
    static let halfClosedSending: Situation = (
        "sending to a client that has finished", Event.request + [.answered, .sendBegan, .peerFinished]
    )
    static let draining: Situation = ("handling while the server stops", Event.request + [.drain])
    static let finishing: Situation = ("everything is sent", Event.lastRequest + Event.response)
    static let lingering: Situation = ("lingering", Event.lastRequest + Event.response + [.lingerBegan])
    static let closing: Situation = ("closing", [.failed])

    static let rows: [Row] = [
        // A client finishes: what it asked is answered first.
        Row(idle, .peerFinished, .close(reset: false), .closing),
        Row(reused, .peerFinished, .close(reset: false), .closing),
        Row(readingHead, .peerFinished, .close(reset: false), .closing),
        Row(handling, .peerFinished, .nothing, .answering),
        Row(sending, .peerFinished, .nothing, .answering),
        Row(pipelined, .peerFinished, .nothing, .answering),
        Row(lastHandled, .peerFinished, .nothing, .answering),
        Row(draining, .peerFinished, .nothing, .answering),
        Row(finishing, .peerFinished, .nothing, .answering),
        Row(lingering, .peerFinished, .close(reset: false), .closing),
        Row(closing, .peerFinished, .nothing, .closing),

        // A send ends.
        Row(sending, .sendEnded, .nothing, .open),
        Row(pipelined, .sendEnded, .nothing, .open),
        Row(lastSending, .sendEnded, .finish, .answering),
        Row(refusing, .sendEnded, .finish, .answering),
        Row(clientsLastSending, .sendEnded, .close(reset: false), .closing),
        Row(
            (("the client's last answer, and bytes that nobody asked for"), clientsLastSending.1 + [.unreadArrived]),
            .sendEnded,
            .finish,
            .answering
        ),
        Row(
            (("the client's last answer, a refusal of its content"), clientsLastSending.1 + [.stopReading]),
            .sendEnded,
            .finish,
            .answering
        ),
        Row(halfClosedSending, .sendEnded, .close(reset: false), .closing),
        Row((("sending while the server stops"), sending.1 + [.drain]), .sendEnded, .finish, .answering),
        Row(
            (("half the answers to one that has finished"), pipelined.1 + [.peerFinished]),
            .sendEnded,
            .nothing,
            .answering
        ),
        Row((("sending while another head arrives"), sending.1 + [.headBegan]), .sendEnded, .nothing, .open),
        Row((("sending while a content arrives"), sending.1 + Event.requestWithBody), .sendEnded, .nothing, .open),

        // The server stops: what has begun to arrive is read, what was asked is answered.
        Row(idle, .drain, .nothing, .open),
        Row(reused, .drain, .finish, .answering),
        Row(readingHead, .drain, .nothing, .open),
        Row(readingBody, .drain, .nothing, .open),
        Row(handling, .drain, .nothing, .answering),
        Row(sending, .drain, .nothing, .answering),
        Row(halfClosed, .drain, .nothing, .answering),
        Row(lingering, .drain, .nothing, .lingering),
        Row(closing, .drain, .nothing, .closing),

        // Something breaks: once is enough.
        Row(idle, .failed, .close(reset: true), .closing),
        Row(readingBody, .failed, .close(reset: true), .closing),
        Row(sending, .failed, .close(reset: true), .closing),
        Row(halfClosed, .failed, .close(reset: true), .closing),
        Row(lingering, .failed, .close(reset: true), .closing),
        Row(closing, .failed, .nothing, .closing),

        // An idle connection's time is over.
        Row(idle, .placeGivenBack, .close(reset: false), .closing),
        Row(reused, .placeGivenBack, .close(reset: false), .closing),
        Row(idle, .idleEnded, .finish, .answering),
        Row(reused, .idleEnded, .finish, .answering),
        Row(handling, .idleEnded, .nothing, .answering),
        Row(lingering, .idleEnded, .nothing, .lingering),
        Row(closing, .idleEnded, .nothing, .closing),

        // What only takes note.
        Row(finishing, .lingerBegan, .nothing, .lingering),
        Row(idle, .headBegan, .nothing, .open),
        Row(handling, .headBegan, .nothing, .open),
        Row(handling, .answered, .nothing, .open),
        Row(idle, .refused, .nothing, .open),
        Row(idle, .stopReading, .nothing, .open),
    ]

    @Test(arguments: rows.indices)
    func anEventHasItsConsequence(number: Int) {
        let row = Self.rows[number]
        var state = ConnectionState(after: row.history)
        #expect(state.perform(row.event) == row.action, "\(row.situation): \(row.event)")
        #expect(state.phase == row.phase, "\(row.situation): \(row.event)")
    }

    /// A client may finish in the same moment as it asks, before its answer has begun to leave.
    @Test func whatIsInTheOutputIsSentBeforeAFinishedClientIsLeft() {
        var state = ConnectionState(after: Event.request + [.answered])
        state.outputFilled()
        #expect(state.peerHasFinished() == .nothing)
        #expect(state.sendEnded(now: Instant(nanoseconds: 1), .forTests) == .close(reset: false))
    }

    @Test func keepAliveGoesRoundAsOftenAsTheClientLikes() {
        var state = ConnectionState(after: Event.request + Event.response)
        let reused = state
        for _ in 0..<100 {
            #expect(state.mayRead)
            for event in Event.request + Event.response { #expect(state.perform(event) == .nothing) }
            #expect(state == reused)
        }
    }

    @Test func nothingIsReadAfterTheLastRequest() {
        for situation in [
            Self.lastHandled, Self.lastSending, Self.refusing, Self.halfClosed, Self.draining, Self.lingering,
            Self.closing,
        ] {
            #expect(!ConnectionState(after: situation.1).mayRead, "\(situation.0)")
        }
    }

    /// The content of a last request is still read.
    @Test func aLastRequestsContentComesBeforeTheEnd() {
        var state = ConnectionState(after: [.headBegan, .headEnded(hasBody: true, keepsAlive: false)])
        #expect(state.reading == .body)
        #expect(!state.isLast)
        state.perform(.bodyEnded(keepsAlive: false))
        #expect(state.isLast)
        #expect(!state.mayRead)
        for event in [Event.answered, .sendBegan] { state.perform(event) }
        #expect(state.perform(.sendEnded) == .finish)
    }

    /// The whole life, with a drain while a head arrives: the request is answered, then the connection ends.
    @Test func aRequestThatHadBegunIsAnsweredWhileTheServerStops() {
        var state = ConnectionState(after: [.headBegan, .drain])
        #expect(state.mayRead)
        // The worker answers with `Connection: close` from now on.
        state.perform(.headEnded(hasBody: false, keepsAlive: false))
        state.perform(.answered)
        state.perform(.sendBegan)
        #expect(state.perform(.sendEnded) == .finish)
        state.perform(.lingerBegan)
        #expect(state.perform(.peerFinished) == .close(reset: false))
    }

    /// When the time for draining is over, these lose nothing: neither a head that is not whole nor lingering is waited for.
    @Test(arguments: [
        [], [.headBegan], ConnectionEvent.request + ConnectionEvent.response + [.headBegan],
        ConnectionEvent.lastRequest + ConnectionEvent.response + [.lingerBegan],
    ])
    func whoIsOwedNothingIsNotWaitedFor(history: [ConnectionEvent]) {
        var state = ConnectionState(after: history)
        #expect(!state.owesAnswer)
        #expect(state.drainEnded() == .close(reset: false) && state.phase == .closing)
        #expect(state.drainEnded() == .nothing && state.deadline == .distantFuture)
    }

    @Test(arguments: [
        ConnectionEvent.request, ConnectionEvent.requestWithBody, ConnectionEvent.request + [.answered, .sendBegan],
        ConnectionEvent.request + [.answered, .sendBegan, .headBegan], ConnectionEvent.request + [.peerFinished],
        [.refused],
    ])
    func anAnswerIsOwedUntilItHasLeft(history: [ConnectionEvent]) {
        #expect(ConnectionState(after: history).owesAnswer)
    }

    @Test func pipelinedRequestsAreAllAnsweredBeforeTheEnd() {
        var state = ConnectionState(after: Event.request + Event.request + Event.lastRequest)
        #expect(state.unanswered == 3)
        for _ in 0..<2 {
            for event in Event.response { #expect(state.perform(event) == .nothing) }
        }
        state.perform(.answered)
        state.perform(.sendBegan)
        #expect(state.perform(.sendEnded) == .finish)
    }

    @Test func answeringWhatNobodyAskedTraps() async {
        await #expect(processExitsWith: .failure) {
            var state = ConnectionState()
            state.answered()
        }
    }

    @Test func aRequestOnAConnectionThatEndsTraps() async {
        await #expect(processExitsWith: .failure) {
            var state = ConnectionState(after: [.failed])
            state.perform(.headEnded(hasBody: false, keepsAlive: true))
        }
    }
}
