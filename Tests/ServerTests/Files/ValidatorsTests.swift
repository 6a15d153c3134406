/// What a file is recognised by, whatever its clock says. Test threads.

import CPlatform
import Glibc
import Testing

@testable import Server

@Suite struct ValidatorsTests {
    /// A moment in 2026, half a second past a second.
    private static let now: Int64 = 1_800_000_000_500_000_000

    /// The validators of a file of ten bytes that was modified so many nanoseconds before `now`.
    private func validators(age: Int64, changeAge: Int64? = nil, inode: UInt64 = 7, size: UInt64 = 10) -> Validators {
        validators(modified: Self.now - age, changed: changeAge.map { Self.now - $0 }, inode: inode, size: size)
    }

    /// Those of a file whose change time is its modification time, unless another is given.
    private func validators(modified: Int64, changed: Int64? = nil, inode: UInt64 = 7, size: UInt64 = 10)
        -> Validators
    {
        Validators(
            inode: inode,
            size: size,
            modified: time(modified),
            changed: time(changed ?? modified),
            now: Self.now
        )
    }

    private func time(_ nanoseconds: Int64) -> timespec {
        let second = Int64(1_000_000_000)
        let rest = ((nanoseconds % second) + second) % second
        return timespec(tv_sec: Int((nanoseconds - rest) / second), tv_nsec: Int(rest))
    }

    private func tag(_ validators: Validators) -> String {
        validators.withTag { tag in
            String(decoding: (0..<tag.count).map { tag[$0] }, as: UTF8.self)
        }
    }

    /// Within one tick of the kernel's clock a file can change twice and look the same.
    @Test(arguments: [(0, true), (1, true), (19_999_999, true), (20_000_000, false), (3_600_000_000_000, false)])
    func aFileHasNoTagUntilItHasRested(age: Int64, isFresh: Bool) {
        #expect(tag(validators(age: age)).isEmpty == isFresh)
        #expect(validators(age: age).hasRested == !isFresh)
    }

    @Test func aTagIsQuotedAndOfVisibleCharacters() {
        for age: Int64 in [1_000_000_000, Self.now, -5_000_000_000] {
            let text = tag(validators(age: age))
            #expect(text.first == "\"" && text.last == "\"" && text.count > 2)
            #expect(text.dropFirst().dropLast().allSatisfy { $0.isHexDigit || $0 == "-" })
        }
    }

    @Test func whateverDiffersMakesAnotherTag() {
        let tags = [
            validators(age: 1_000_000_000), validators(age: 1_000_000_001), validators(age: 2_000_000_000),
            validators(age: 1_000_000_000, inode: 8), validators(age: 1_000_000_000, size: 11),
            validators(age: 1_000_000_000, inode: 0x7A, size: 1),
        ]
        .map(tag)
        #expect(Set(tags).count == 6)
        #expect(tag(validators(age: 1_000_000_000)) == tags[0])
    }

    /// A file that was written in place and given its old time again, or that took the inode of one that is gone.
    @Test func theChangeTimeTellsContentsWithOneTimeApart() {
        let first = validators(age: 3_000_000_000, changeAge: 3_000_000_000)
        let second = validators(age: 3_000_000_000, changeAge: 1_000_000_000)
        #expect(!tag(first).isEmpty && !tag(second).isEmpty && tag(first) != tag(second))
    }

    @Test func aFileRestsFromTheLaterOfBothTimes() {
        for (age, changeAge, isFresh) in [
            (3_600_000_000_000, 19_999_999, true), (3_600_000_000_000, 20_000_000, false),
            (19_999_999, 3_600_000_000_000, true), (-5_000_000_000, 1, true), (-5_000_000_000, 20_000_000, false),
        ] as [(Int64, Int64, Bool)] {
            let result = validators(age: age, changeAge: changeAge)
            #expect(tag(result).isEmpty == isFresh && result.hasRested == !isFresh, "\(age) \(changeAge)")
        }
    }

    @Test func theLongestTagFits() {
        let longest = Validators(
            inode: .max,
            size: .max,
            modified: timespec(tv_sec: -1, tv_nsec: 999_999_999),
            changed: timespec(tv_sec: -2, tv_nsec: 999_999_998),
            now: 1_800_000_000
        )
        let digits = "ffffffffffffffff"
        let rest = String(UInt64(bitPattern: -1_000_000_001), radix: 16)
        #expect(tag(longest) == "\"\(digits)-\(digits)-\(digits)-\(rest)\"")
        var marked = longest
        marked.mark("zstd", digest: .max)
        #expect(tag(marked).hasSuffix("-zstd-ffffffff\""))
    }

    /// RFC 9110 §8.8.2.2: within its second, another content may get the same date; times of files lag by a tick.
    @Test func aDateIsNamedOnceItsSecondIsOver() {
        let modified: Int64 = 1_799_999_999_100_000_000
        let result = validators(modified: modified)
        #expect(result.lastModified(now: 1_799_999_999_900_000_000) == nil)
        #expect(result.lastModified(now: 1_800_000_000_019_999_999) == nil)
        #expect(result.lastModified(now: 1_800_000_000_020_000_000) == 1_799_999_999)
        #expect(result.lastModified(now: Self.now) == 1_799_999_999)
    }

    @Test func aFileWithoutATagHasNoDate() {
        let result = validators(modified: 1_750_000_000_000_000_000, changed: Self.now)
        #expect(tag(result).isEmpty && result.lastModified(now: Self.now) == nil)
    }

    /// Nix, ostree and reproducible images give every version of a file one of these times.
    @Test(arguments: [0, 1, -1, -86_400] as [Int64])
    func aTimeAtTheBeginningIsNoDate(second: Int64) {
        let result = validators(modified: second * 1_000_000_000, changed: Self.now - 1_000_000_000)
        #expect(result.lastModified(now: Self.now) == nil)
        #expect(!tag(result).isEmpty)
        #expect(validators(modified: 2_000_000_000).lastModified(now: Self.now) == 2)
    }

    /// RFC 9110 §8.8.2.1: Last-Modified is never later than Date; the present in its place would change with each answer.
    @Test(arguments: [1, 1_000_000_000, 3_600_000_000_000, 315_360_000_000_000_000] as [Int64])
    func aTimeToComeIsNoDate(ahead: Int64) {
        #expect(validators(age: -ahead).lastModified(now: Self.now) == nil)
    }
}
