/// The bucket of wrong passwords of an address. Test threads; time is passed in.

import FileLog
import Platform
import Testing

@testable import Server

@Suite struct WrongPasswordsTests {
    private static func network(_ number: UInt32) -> ClientNetwork {
        guard let network = ClientNetwork(RemoteAddress(ipv4: number, port: 1)) else {
            preconditionFailure("an address is of a network")
        }
        return network
    }

    private static func at(_ seconds: Double) -> Instant {
        Instant(nanoseconds: 1_000_000_000_000 + UInt64(seconds * 1_000_000_000))
    }

    /// Three, and one more after each ten seconds; two addresses are kept.
    private static var limits: Limits {
        var limits = Limits()
        limits.wrongPasswordsMax = 3
        limits.wrongPasswordInterval = .seconds(10)
        limits.wrongPasswordNetworksMax = 4
        limits.wrongPasswordDoubt = .seconds(600)
        return limits
    }

    @Test func aBucketEmptiesAndFillsAgain() {
        var wrong = WrongPasswords(Self.limits)
        let ann = Self.network(1)
        #expect(wrong.left(to: ann, now: Self.at(0)) == 3)
        for left in [2, 1, 0, 0] {
            wrong.add(ann, now: Self.at(0))
            #expect(wrong.left(to: ann, now: Self.at(0)) == left)
        }
        // The fourth, which was under way, costs no more time than an empty bucket has.
        for (seconds, left, wait) in [
            (0.0, 0, 10), (0.5, 0, 10), (9.5, 0, 1), (10, 1, 1), (19.9, 1, 1), (20, 2, 1), (30, 3, 1), (999, 3, 1),
        ] {
            #expect(wrong.left(to: ann, now: Self.at(seconds)) == left, "\(seconds)")
            if left == 0 { #expect(wrong.wait(of: ann, now: Self.at(seconds)) == UInt32(wait), "\(seconds)") }
        }
        #expect(wrong.left(to: Self.network(2), now: Self.at(0)) == 3, "another address")
    }

    @Test func whatIsWrongNowAndThenIsForgotten() {
        var wrong = WrongPasswords(Self.limits)
        for minute in 0..<100 {
            wrong.add(Self.network(1), now: Self.at(Double(minute * 60)))
            #expect(wrong.left(to: Self.network(1), now: Self.at(Double(minute * 60))) == 2)
        }
    }

    /// Others may make a network forgotten that was wrong once; never one that has an empty bucket.
    @Test func whoeverHasGuessedMostIsRememberedLongest() {
        var wrong = WrongPasswords(Self.limits)
        for _ in 0..<3 { wrong.add(Self.network(1), now: Self.at(0)) }
        for number in 2..<10_000 as Range<UInt32> {
            wrong.add(Self.network(number), now: Self.at(0))
            #expect(wrong.count <= 4)
        }
        #expect(wrong.left(to: Self.network(1), now: Self.at(0)) == 0)
    }

    /// Its bucket is full by then, and yet it is none that was never wrong.
    @Test func whoeverWasWrongIsDoubtfulForAWhile() {
        var wrong = WrongPasswords(Self.limits)
        let ann = Self.network(1)
        #expect(!wrong.isDoubtful(ann, now: Self.at(0)))
        wrong.add(ann, now: Self.at(0))
        for (seconds, isDoubtful) in [(0.0, true), (10, true), (609, true), (610, false)] {
            #expect(wrong.isDoubtful(ann, now: Self.at(seconds)) == isDoubtful, "\(seconds)")
        }
        #expect(wrong.left(to: ann, now: Self.at(10)) == 3 && !wrong.isDoubtful(Self.network(2), now: Self.at(0)))
    }

    @Test func fullBucketsGoFirst() {
        var wrong = WrongPasswords(Self.limits)
        for number in 1...4 as ClosedRange<UInt32> { wrong.add(Self.network(number), now: Self.at(0)) }
        wrong.add(Self.network(5), now: Self.at(11))
        #expect(wrong.count == 1)
    }

    @Test func otherLimitsHoldAtOnce() {
        var wrong = WrongPasswords(Self.limits)
        for _ in 0..<3 { wrong.add(Self.network(1), now: Self.at(0)) }
        var limits = Self.limits
        limits.wrongPasswordsMax = 5
        wrong.follow(limits)
        #expect(wrong.left(to: Self.network(1), now: Self.at(0)) == 2)
        limits.wrongPasswordsMax = 1
        limits.wrongPasswordInterval = .seconds(100)
        wrong.follow(limits)
        #expect(wrong.left(to: Self.network(1), now: Self.at(0)) == 0)
        #expect(wrong.wait(of: Self.network(1), now: Self.at(0)) == 30)
    }

    @Test func theLargestLimitsAreReckonedWith() {
        var limits = Limits()
        limits.wrongPasswordsMax = 10_000
        limits.wrongPasswordInterval = .seconds(86_400)
        var wrong = WrongPasswords(limits)
        for _ in 0..<10_000 { wrong.add(Self.network(1), now: Self.at(0)) }
        #expect(wrong.left(to: Self.network(1), now: Self.at(0)) == 0)
        #expect(wrong.wait(of: Self.network(1), now: Self.at(0)) == 86_400)
    }
}
