/// Credentials that need not be compared again. Test threads; time is passed in.

import HTTP
import Platform
import Testing

@testable import Server

@Suite struct PasswordMemoTests {
    /// Ten seconds from use to use, a hundred at most; four users.
    private static var limits: Limits {
        var limits = Limits()
        limits.passwordsKeptMax = 4
        limits.passwordKeptIdle = .seconds(10)
        limits.passwordKeptDuration = .seconds(100)
        return limits
    }

    private static func at(_ seconds: Int) -> Instant {
        Instant(nanoseconds: 1_000_000_000_000).advanced(by: .seconds(seconds))
    }

    private func isKnown(_ memo: inout PasswordMemo, _ credentials: CredentialDigest, _ seconds: Int) -> Bool {
        memo.find(credentials, now: Self.at(seconds)) != .unknown
    }

    private func memo(_ credentials: CredentialDigest...) -> PasswordMemo {
        var memo = PasswordMemo(Self.limits)
        for digest in credentials { memo.insert(memo.entry(digest, now: Self.at(0)), now: Self.at(0)) }
        return memo
    }

    @Test func onlyWhatWasRightIsKnown() {
        let ann = CredentialDigest("ann", "a")
        var memo = memo(ann)
        #expect(isKnown(&memo, ann, 0) && isKnown(&memo, CredentialDigest("ann", "a"), 0))
        for (user, password) in [("ann", "b"), ("ann", ""), ("bob", "a"), ("a", "nna"), ("anna", "")] {
            #expect(!isKnown(&memo, CredentialDigest(user, password), 0))
        }
        let elsewhere = CredentialDigest("ann", "a", realm: 2)
        #expect(!isKnown(&memo, elsewhere, 0), "another realm, or a file that was read anew")
    }

    @Test func whatIsNotUsedIsForgotten() {
        let ann = CredentialDigest("ann", "a")
        var memo = memo(ann)
        #expect(isKnown(&memo, ann, 4))
        #expect(!isKnown(&memo, ann, 10))
    }

    @Test func useRenewsForADayAtMost() {
        let ann = CredentialDigest("ann", "a")
        var memo = memo(ann)
        var renewals = 0
        for second in 0..<100 {
            switch memo.find(ann, now: Self.at(second)) {
            case .unknown: Issue.record("forgotten after \(second) s")
            case .right: break
            case .renewed(let entry):
                renewals += 1
                #expect(entry.checkedAt == Self.at(0) && entry.until <= Self.at(100))
            }
        }
        #expect((10...20).contains(renewals), "the other workers hear of it once in a while")
        #expect(!isKnown(&memo, ann, 100))
    }

    /// A worker hears what others know, in any order.
    @Test func theLongerTimeHolds() {
        let ann = CredentialDigest("ann", "a")
        var first = memo(ann)
        var second = memo(ann)
        guard case .renewed(let entry) = first.find(ann, now: Self.at(9)) else {
            Issue.record("not renewed")
            return
        }
        second.insert(entry, now: Self.at(9))
        second.insert(second.entry(ann, now: Self.at(0)), now: Self.at(9))
        #expect(isKnown(&second, ann, 18))
    }

    /// bcrypt takes any password that begins with the right 72 bytes: one user has no more of the memory for that.
    @Test func aUserWithManyPasswordsHasOneEntry() {
        let ann = CredentialDigest("ann", "a")
        var memo = memo(ann)
        for number in 0..<100 {
            memo.insert(memo.entry(CredentialDigest("bob", "\(number)"), now: Self.at(0)), now: Self.at(0))
        }
        #expect(memo.count == 2 && isKnown(&memo, ann, 0))
        #expect(isKnown(&memo, CredentialDigest("bob", "99"), 0) && !isKnown(&memo, CredentialDigest("bob", "98"), 0))
    }

    @Test func usersAreKeptWithinBounds() {
        var memo = PasswordMemo(Self.limits)
        for number in 0..<100 {
            memo.insert(memo.entry(CredentialDigest("\(number)", "a"), now: Self.at(0)), now: Self.at(0))
            #expect(memo.count <= 4 && isKnown(&memo, CredentialDigest("\(number)", "a"), 0))
        }
    }
}

extension CredentialDigest {
    init(_ user: String, _ password: String, realm: Int = 1) {
        var base64 = ""
        let bytes = Array("\(user):\(password)".utf8)
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = (0..<3).reduce(0) { $0 << 8 | (start + $1 < bytes.count ? Int(bytes[start + $1]) : 0) }
            for place in 0..<4 { base64.append(place <= group.count ? digits[bits >> (18 - 6 * place) & 63] : "=") }
        }
        guard let credentials = BasicCredentials(Array("Basic \(base64)".utf8).span) else {
            preconditionFailure("\(user):\(password) can be said")
        }
        self.init(realm: realm, credentials)
    }
}
