/// A real plugin, loaded from its library and called through the C interface.

import Platform
import Testing

@testable import HandlerHost

@Suite(.timeLimit(.minutes(15))) struct TrialHandlerTests {
    private let services = FakeServices()
    private let client = FakeClient()
    private let host: HandlerHost
    private let trial: LoadedHandler

    init() throws {
        host = HandlerHost(services: services, callsMax: 4)
        trial = try host.load(name: "trial", path: "\(buildFolder())/libtrial.so")
        try host.start()
    }

    private func run(_ path: String, key: UInt64 = 1, query: String = "") -> HandlerCall {
        let call = HandlerCall.make(trial, client: client, key: key, path: path, query: query)
        call.run()
        return call
    }

    @Test func itsManifestIsRead() {
        #expect(trial.version == "1.0")
        #expect(trial.routes == [HandlerRoute(methods: "GET POST", pattern: "/trial/*")].compactMap { $0 })
        #expect(trial.migrations.count == 1)
    }

    @Test(arguments: [true, false]) func aRequestArrivesWhole(isBodyGathered: Bool) {
        let call = HandlerCall.make(
            trial,
            client: client,
            method: "POST",
            path: "/trial/echo",
            query: "a=b",
            fields: [("Host", "example.org"), ("X-Trial", "one")],
            body: "the body",
            isBodyGathered: isBodyGathered
        )
        call.run()
        #expect(
            client.results(1).map(\.text) == [
                "200\ncontent-type: text/plain\n\nPOST /trial/echo?a=b\nhost: example.org\nx-trial: one\n\nthe body"
            ]
        )
        #expect(host.statistics.callsOpen == 0)
    }

    @Test func aThrownErrorIsAFailureAndALineInTheLog() {
        _ = run("/trial/throw")
        #expect(client.results(1).map(\.text) == ["handlerFailed"])
        #expect(services.lines == ["error trial: Thrown()"])
    }

    @Test func aDeclinedRequestGoesOn() {
        _ = run("/trial/decline")
        #expect(client.results(1).map(\.text) == ["declined"])
    }

    @Test func theSecondOfTwoAnswersIsRefusedAndCounted() {
        _ = run("/trial/twice")
        #expect(client.results(1).map(\.text) == ["200\ncontent-type: text/plain; charset=utf-8\n\nonce\n"])
        #expect(services.lines == ["notice trial: twice: true false"])
        #expect(host.statistics.completionsLate == 1)
    }

    @Test func anAnswerFromAnotherThreadArrives() {
        _ = run("/trial/later")
        #expect(client.wait(1)?.text == "200\ncontent-type: text/plain; charset=utf-8\n\nlater\n")
    }

    @Test func aCallThatIsNeverAnsweredIsCancelled() {
        let call = run("/trial/never")
        #expect(client.results(1).isEmpty)
        #expect(host.cancel(call))
        #expect(!host.cancel(call))
        #expect(host.statistics.callsOpen == 0)
        #expect(host.statistics.callsCancelled == 1)
    }

    @Test func aCallThatIsCancelledBeforeItRunsDoesNotRun() {
        let call = HandlerCall.make(trial, client: client, path: "/trial/throw")
        #expect(host.cancel(call))
        call.run()
        #expect(client.results(1).isEmpty)
        #expect(services.lines.isEmpty)
    }

    @Test func aCallThatLosesItsPlaceIsToldOnceAndDoesNotRun() {
        let call = HandlerCall.make(trial, client: client, path: "/trial/throw")
        call.displaced()
        call.displaced()
        #expect(call.isObsolete)
        call.run()
        #expect(client.results(1).map(\.text) == ["poolFull"])
        #expect(client.released.map(\.isGone) == [false])
        #expect(services.lines.isEmpty)
        #expect(!host.cancel(call))
    }

    @Test func nobodyIsToldOfTheLostPlaceOfACancelledCall() {
        let call = HandlerCall.make(trial, client: client, path: "/trial/throw")
        #expect(host.cancel(call))
        call.displaced()
        #expect(client.results(1).isEmpty)
    }

    @Test func aFinishedCallCantBeCancelled() {
        let call = run("/trial/echo")
        #expect(!host.cancel(call))
    }

    @Test func callsBeyondTheMaximumAreShed() {
        for key in 1...4 { _ = run("/trial/never", key: UInt64(key)) }
        _ = run("/trial/never", key: 5)
        #expect(client.results(5).map(\.text) == ["tooManyCalls"])
        #expect(host.statistics.callsShed == 1)
        #expect(host.statistics.callsOpenPeak == 4)
    }

    @Test func stoppingEndsWhatIsOpen() {
        _ = run("/trial/never")
        host.stop()
        #expect(client.results(1).map(\.text) == ["stopped"])
    }

    @Test func aLineEndInAFieldIsRefused() {
        _ = run("/trial/badfield")
        #expect(client.results(1).map(\.text) == ["badResponse"])
        #expect(services.lines == ["error trial: an impossible response: fieldValue(name: \"x-trial\")"])
    }

    @Test func aQueryIsAnswered() {
        _ = run("/trial/query")
        #expect(client.results(1).map(\.text) == ["200\ncontent-type: text/plain; charset=utf-8\n\n42\n"])
    }

    @Test func aLargeBodyArrivesWhole() {
        _ = run("/trial/big", query: "bytes=1000000")
        guard case .response(let response)? = client.results(1).first else {
            Issue.record("no response")
            return
        }
        #expect(response.bodyLength == 1_000_000)
    }

    // MARK: Writes

    @Test func theResponseFollowsTheCommitAndHasTheRowID() throws {
        _ = run("/trial/store", query: "apple")
        #expect(client.results(1).isEmpty)
        let write = try #require(services.takeWrite())
        #expect(write.statements.map(\.sql) == ["INSERT INTO trials (word) VALUES (?)"])
        var words: [String] = []
        write.statements[0].forEachParameter { value in
            guard case .text(let bytes) = value else { return }
            words.append(unsafe String(decoding: bytes, as: UTF8.self))
        }
        #expect(words == ["apple"])
        write.complete(.success(DatabaseCommit(rowID: 17, changes: 1)))
        #expect(client.results(1).map(\.text) == ["201\ncontent-type: text/plain; charset=utf-8\n\nstored as 17\n"])
    }

    @Test func aRefusedWriteIsTheHandlersToAnswerOnAPoolThread() throws {
        _ = run("/trial/store", query: "apple")
        try #require(services.takeWrite()).complete(.failure(DatabaseFailure(.unique, message: "UNIQUE")))
        #expect(client.results(1).isEmpty)
        try #require(services.takeJob()).run()
        #expect(
            client.results(1).map(\.text) == ["409\ncontent-type: text/plain; charset=utf-8\n\nrefused: unique\n"]
        )
    }

    @Test func aRefusedWriteThatThePoolHasNoRoomForIsShed() throws {
        services.state.withLock { $0.isPoolFull = true }
        _ = run("/trial/store", query: "apple")
        try #require(services.takeWrite()).complete(.failure(DatabaseFailure(.unique, message: "UNIQUE")))
        #expect(client.results(1).map(\.text) == ["poolBusy"])
    }

    @Test func aFullStoreIsAnsweredAtOnce() {
        services.state.withLock { $0.isStoreFull = true }
        _ = run("/trial/store", query: "apple")
        #expect(client.results(1).map(\.text) == ["503\ncontent-type: text/plain; charset=utf-8\n\nrefused: busy\n"])
    }

    @Test func aCommitAfterTheDeadlineIsLate() throws {
        let call = run("/trial/store", query: "apple")
        #expect(host.cancel(call))
        try #require(services.takeWrite()).complete(.success(DatabaseCommit(rowID: 17, changes: 1)))
        #expect(client.results(1).isEmpty)
        #expect(host.statistics.completionsLate == 1)
    }
}
