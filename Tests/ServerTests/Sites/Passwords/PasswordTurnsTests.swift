/// The order of comparisons of passwords: events in, actions out. Test threads; time is passed in.

import FileLog
import Platform
import Testing

@testable import Server

@Suite struct PasswordTurnsTests {
    private typealias Turns = PasswordTurns<Int, String>

    private static func at(_ seconds: Int) -> Instant {
        Instant(nanoseconds: 1_000_000_000_000).advanced(by: .seconds(seconds))
    }

    /// A desk with people: askers are numbers, and what is compared is a text as `1/ann:a`, or `-/ann:a` without an address.
    private struct Desk {
        var turns: Turns
        private var checks: [String: Turns.Check] = [:]

        init(runningMax: Int = 1, wrongMax: Int = 10) {
            var limits = Limits()
            limits.wrongPasswordsMax = wrongMax
            limits.wrongPasswordInterval = .seconds(6)
            turns = Turns(runningMax: runningMax, limits)
        }

        mutating func ask(_ asker: Int, _ text: String, realm: Int = 1, at seconds: Int = 0) -> [String] {
            let parts = text.split(separator: "/").map(String.init)
            let credentials = parts[1].split(separator: ":").map(String.init)
            let check = Turns.Check(
                network: UInt32(parts[0]).flatMap { ClientNetwork(RemoteAddress(ipv4: $0, port: 1)) },
                credentials: CredentialDigest(credentials[0], credentials[1], realm: realm)
            )
            let name = "\(realm)|\(text)"
            checks[name] = check
            switch turns.ask(asker, check, name, now: PasswordTurnsTests.at(seconds)) {
            case .refused(let wait): return ["refused for \(wait)"]
            case .waits(let actions): return actions.map(Self.words)
            }
        }

        /// - Returns: those who are told, then what is done next.
        mutating func end(_ text: String, isRight: Bool? = false, realm: Int = 1, at seconds: Int = 0) -> [String] {
            guard let check = checks["\(realm)|\(text)"] else { preconditionFailure("\(text) was never asked") }
            let (askers, actions) = turns.ended(check, isRight: isRight, now: PasswordTurnsTests.at(seconds))
            return askers.sorted().map(String.init) + actions.map(Self.words).sorted()
        }

        private static func words(_ action: Turns.Action) -> String {
            switch action {
            case .compare(_, let work): "compare \(work.dropFirst(work.hasPrefix("1|") ? 2 : 0))"
            case .refuse(let asker, let seconds): "refuse \(asker) for \(seconds)"
            }
        }
    }

    @Test func aPasswordIsComparedAtOnceWhereNoneIs() {
        var desk = Desk()
        #expect(desk.ask(1, "1/ann:a") == ["compare 1/ann:a"])
        #expect(desk.end("1/ann:a", isRight: true) == ["1"])
        #expect(desk.turns.isIdle)
    }

    @Test func equalCredentialsOfAnAddressShareAComparison() {
        var desk = Desk()
        #expect(desk.ask(1, "1/ann:a") == ["compare 1/ann:a"])
        #expect(desk.ask(2, "1/ann:a") == [] && desk.ask(3, "1/bob:b") == [] && desk.ask(4, "1/bob:b") == [])
        #expect(desk.end("1/ann:a") == ["1", "2", "compare 1/bob:b"])
        #expect(desk.end("1/bob:b", isRight: true) == ["3", "4"])
        #expect(desk.turns.isIdle)
    }

    @Test func whatWaitsForItsTurnIsNotCompared() {
        var desk = Desk()
        _ = desk.ask(1, "1/ann:a")
        _ = desk.ask(2, "1/bob:b")
        #expect((1...3).map { desk.turns.isCompared($0) } == [true, false, false])
        _ = desk.end("1/ann:a")
        #expect((1...3).map { desk.turns.isCompared($0) } == [false, true, false])
    }

    /// However many wait, another address's first one is next.
    @Test func addressesTakeTurns() {
        var desk = Desk(wrongMax: 100)
        for number in 0..<80 { _ = desk.ask(number, "1/ann:\(number)") }
        #expect(desk.ask(100, "2/bob:b") == [] && desk.ask(101, "3/bob:b") == [] && desk.ask(102, "3/bob:c") == [])
        #expect(desk.end("1/ann:0") == ["0", "compare 2/bob:b"])
        #expect(desk.end("2/bob:b", isRight: true) == ["100", "compare 3/bob:b"])
        #expect(desk.end("3/bob:b") == ["101", "compare 1/ann:1"])
        #expect(desk.end("1/ann:1") == ["1", "compare 3/bob:c"])
        #expect(desk.end("3/bob:c") == ["102", "compare 1/ann:2"])
        for number in 2..<79 { #expect(desk.end("1/ann:\(number)") == ["\(number)", "compare 1/ann:\(number + 1)"]) }
        #expect(desk.end("1/ann:79") == ["79"] && desk.turns.isIdle)
    }

    /// Eighty addresses that were wrong keep none waiting that was not: a running comparison, and then it is its turn.
    @Test func addressesThatWereWrongComeLast() {
        var desk = Desk()
        for number in 0..<80 { _ = desk.ask(number, "\(number * 256)/ann:a") }
        for number in 0..<79 {
            #expect(desk.end("\(number * 256)/ann:a") == ["\(number)", "compare \((number + 1) * 256)/ann:a"])
        }
        for number in 0..<79 { #expect(desk.ask(number, "\(number * 256)/ann:b") == []) }
        // The last of the eighty first guesses is being compared, and 79 second ones wait.
        #expect(desk.ask(100, "65536000/bob:b") == [] && desk.ask(101, "131072000/eve:e") == [])
        #expect(desk.end("20224/ann:a") == ["79", "compare 65536000/bob:b"])
        #expect(desk.end("65536000/bob:b", isRight: true) == ["100", "compare 131072000/eve:e"])
        #expect(desk.end("131072000/eve:e", isRight: true) == ["101", "compare 0/ann:b"])
        // So it is ten minutes later, when the last may be wrong as often as one that never was.
        #expect(desk.ask(103, "20224/ann:b", at: 600) == [] && desk.ask(102, "65536000/eve:e", at: 600) == [])
        #expect(desk.end("0/ann:b", at: 600) == ["0", "compare 65536000/eve:e"])
    }

    /// What is under way may turn out wrong: until then another guess of the address, in another realm, waits for others.
    @Test func aGuessUnderWaySpeaksAgainstItsAddress() {
        var desk = Desk(runningMax: 2)
        for realm in 1...3 { _ = desk.ask(realm, "1/ann:a", realm: realm) }
        #expect(desk.ask(10, "65536/bob:b") == [] && desk.ask(11, "131072/bob:b") == [])
        #expect(desk.end("1/ann:a", isRight: true) == ["1", "compare 65536/bob:b"])
        #expect(desk.end("1/ann:a", isRight: true, realm: 2) == ["2", "compare 131072/bob:b"])
        #expect(desk.end("65536/bob:b", isRight: true) == ["10", "compare 3|1/ann:a"])
    }

    /// With threads to spare an address has one comparison for each realm, and the realms of an address take turns.
    @Test func anAddressHasOneComparisonForEachRealm() {
        var desk = Desk(runningMax: 8)
        #expect(desk.ask(1, "1/ann:a") == ["compare 1/ann:a"])
        #expect(desk.ask(2, "1/ann:b") == [])
        #expect(desk.ask(3, "1/ann:a", realm: 2) == ["compare 2|1/ann:a"])
        #expect(desk.ask(4, "2/ann:a") == ["compare 2/ann:a"])
        #expect(desk.end("1/ann:a") == ["1", "compare 1/ann:b"])
        var narrow = Desk(runningMax: 1)
        _ = narrow.ask(1, "1/ann:a")
        for number in 2...4 { _ = narrow.ask(number, "1/ann:\(number)") }
        #expect(narrow.ask(5, "1/ann:a", realm: 2) == [])
        #expect(narrow.end("1/ann:a") == ["1", "compare 2|1/ann:a"])
    }

    @Test func comparisonsAreAsManyAsMayRun() {
        var desk = Desk(runningMax: 2)
        #expect(desk.ask(1, "1/a:a") == ["compare 1/a:a"] && desk.ask(2, "2/a:a") == ["compare 2/a:a"])
        #expect(desk.ask(3, "3/a:a") == [] && desk.ask(4, "4/a:a") == [])
        #expect(desk.end("2/a:a") == ["2", "compare 3/a:a"])
        #expect(desk.end("1/a:a") == ["1", "compare 4/a:a"])
        #expect(desk.end("4/a:a") == ["4"] && desk.end("3/a:a") == ["3"] && desk.turns.isIdle)
    }

    // MARK: Those who leave

    @Test func whatNobodyWaitsForIsNotCompared() {
        var desk = Desk()
        _ = desk.ask(1, "1/ann:a")
        for number in 2...9 { _ = desk.ask(number, "1/ann:\(number)") }
        _ = desk.ask(20, "1/ann:5")
        for number in 2...8 { desk.turns.leave(number) }
        #expect(desk.end("1/ann:a") == ["1", "compare 1/ann:5"], "one of the two still waits")
        desk.turns.leave(9)
        #expect(desk.end("1/ann:5") == ["20"] && desk.turns.isIdle)
    }

    @Test func nothingIsLeftOfThoseWhoLeave() {
        var desk = Desk()
        for number in 0..<1000 { _ = desk.ask(number, "\(number % 40)/ann:\(number)", realm: number % 3) }
        for number in 1..<1000 { desk.turns.leave(number) }
        desk.turns.leave(7)
        #expect(desk.end("0/ann:0", realm: 0) == ["0"] && desk.turns.isIdle)
    }

    /// A guess counts, whether or not its client waits for the answer; and its result is for whoever comes meanwhile.
    @Test func whatRunsIsFinishedAndCounts() {
        var desk = Desk(wrongMax: 2)
        _ = desk.ask(1, "1/ann:a")
        desk.turns.leave(1)
        #expect(desk.ask(2, "1/ann:a") == [])
        #expect(desk.end("1/ann:a") == ["2"])
        _ = desk.ask(3, "1/ann:b")
        desk.turns.leave(3)
        #expect(desk.end("1/ann:b") == [])
        #expect(desk.ask(4, "1/ann:c") == ["refused for 6"] && desk.turns.isIdle)
    }

    // MARK: Guesses

    @Test func anAddressThatWasWrongTooOftenIsRefusedAndNoOther() {
        var desk = Desk(wrongMax: 2)
        for number in 0..<9 { _ = desk.ask(number, "1/ann:\(number)") }
        _ = desk.ask(20, "2/ann:0")
        #expect(desk.end("1/ann:0") == ["0", "compare 2/ann:0"])
        #expect(desk.end("2/ann:0", isRight: true) == ["20", "compare 1/ann:1"])
        #expect(desk.end("1/ann:1") == ["1"] + (2..<9).map { "refuse \($0) for 6" })
        #expect(desk.ask(10, "1/ann:right", at: 5) == ["refused for 1"])
        #expect(desk.ask(11, "1/ann:right", at: 6) == ["compare 1/ann:right"])
        #expect(desk.ask(12, "2/ann:1", at: 6) == [])
        #expect(desk.end("1/ann:right", isRight: true, at: 6) == ["11", "compare 2/ann:1"])
        #expect(desk.end("2/ann:1", at: 6) == ["12"] && desk.turns.isIdle)
    }

    /// A right password takes nothing from the bucket, and gives nothing back.
    @Test func onlyWrongPasswordsCount() {
        var desk = Desk(wrongMax: 2)
        for number in 0..<20 {
            #expect(desk.ask(number, "1/ann:a") == ["compare 1/ann:a"])
            #expect(desk.end("1/ann:a", isRight: number == 3 ? nil : true) == ["\(number)"])
        }
        _ = desk.ask(30, "1/ann:b")
        _ = desk.end("1/ann:b")
        _ = desk.ask(31, "1/ann:a")
        _ = desk.end("1/ann:a", isRight: true)
        _ = desk.ask(32, "1/ann:b")
        _ = desk.end("1/ann:b")
        #expect(desk.ask(33, "1/ann:a") == ["refused for 6"])
    }

    /// Several realms are no way to more guesses: what runs may turn out wrong, so that nothing begins that could be one more.
    @Test func noMoreAreComparedThanMayBeWrong() {
        var desk = Desk(runningMax: 8, wrongMax: 2)
        var compared = (1...8).flatMap { desk.ask($0, "1/ann:a", realm: $0) }
        #expect(compared == ["compare 1/ann:a", "compare 2|1/ann:a"])
        compared = desk.end("1/ann:a", isRight: true, realm: 1)
        #expect(compared == ["1", "compare 3|1/ann:a"], "one was right, and makes room")
        #expect(desk.end("1/ann:a", realm: 2) == ["2"])
        #expect(desk.end("1/ann:a", realm: 3) == ["3"] + (4...8).map { "refuse \($0) for 6" })
        #expect(desk.turns.isIdle)
    }

    /// A waiting password is looked at again when one more may be wrong.
    @Test func whatWaitsForAGuessUnderWayGoesOnLater() {
        var desk = Desk(runningMax: 8, wrongMax: 1)
        #expect(desk.ask(1, "1/ann:a") == ["compare 1/ann:a"])
        #expect(desk.ask(2, "1/ann:a", realm: 2) == [])
        #expect(desk.end("1/ann:a", isRight: true, at: 1) == ["1", "compare 2|1/ann:a"])
        #expect(desk.end("1/ann:a", isRight: true, realm: 2, at: 1) == ["2"] && desk.turns.isIdle)
    }

    @Test func clientsWhoCannotBeToldApartMayGuessOn() {
        var desk = Desk(wrongMax: 1)
        for number in 0..<50 {
            #expect(desk.ask(number, "-/ann:\(number)") == ["compare -/ann:\(number)"])
            #expect(desk.ask(100, "1/bob:b", at: number * 6) == [])
            #expect(desk.end("-/ann:\(number)") == ["\(number)", "compare 1/bob:b"])
            #expect(desk.end("1/bob:b", isRight: true) == ["100"])
        }
        #expect(desk.turns.isIdle)
    }

    /// A smaller limit holds for those who wait already.
    @Test func otherLimitsHoldForThoseWhoWait() {
        var desk = Desk(wrongMax: 10)
        for number in 0..<4 { _ = desk.ask(number, "1/ann:\(number)") }
        _ = desk.end("1/ann:0")
        var limits = Limits()
        limits.wrongPasswordsMax = 1
        limits.wrongPasswordInterval = .seconds(60)
        desk.turns.follow(limits)
        #expect(desk.ask(9, "1/ann:9") == ["refused for 6"])
        #expect(desk.end("1/ann:1", isRight: true) == ["1", "refuse 2 for 6", "refuse 3 for 6"])
        #expect(desk.turns.isIdle)
    }

    /// Whatever comes in whatever order: nothing is compared twice at a time, nothing is lost, nothing is left.
    @Test(arguments: [1, 3, 64]) func anyOrderOfEventsEndsInRest(runningMax: Int) {
        var random = SplitMix(seed: UInt64(runningMax))
        var desk = Desk(runningMax: runningMax, wrongMax: 5)
        var running: [String] = []
        var waiting: Set<Int> = []
        func take(_ actions: [String]) {
            for action in actions {
                let words = action.split(separator: " ")
                switch words[0] {
                case "compare": running.append(String(words[1].contains("|") ? words[1] : "1|\(words[1])"))
                case "refuse": #expect(waiting.remove(Int(words[1]) ?? -1) != nil)
                default: #expect(waiting.remove(Int(words[0]) ?? -1) != nil)
                }
            }
            #expect(running.count <= runningMax && Set(running).count == running.count)
        }
        func endOne() {
            let parts = running.remove(at: random.below(running.count)).split(separator: "|").map(String.init)
            let isRight: Bool? = [true, false, nil][random.below(3)]
            take(desk.end(parts[1], isRight: isRight, realm: Int(parts[0]) ?? 0, at: random.below(100)))
        }
        for number in 0..<5000 {
            switch random.below(4) {
            case 0 where !running.isEmpty: endOne()
            case 1:
                if let asker = waiting.randomElement() {
                    waiting.remove(asker)
                    desk.turns.leave(asker)
                }
            default:
                waiting.insert(number)
                let text = "\(random.below(5))/u\(random.below(3)):\(random.below(3))"
                let answer = desk.ask(number, text, realm: 1 + random.below(3), at: random.below(100))
                if answer.first?.hasPrefix("refused") == true { waiting.remove(number) } else { take(answer) }
            }
        }
        while !running.isEmpty { endOne() }
        #expect(waiting.isEmpty && desk.turns.isIdle)
    }
}
