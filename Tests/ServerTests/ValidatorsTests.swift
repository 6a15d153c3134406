/// What a file is recognised by, whatever its clock says. Test threads.

import CPlatform
import Glibc
import Testing

@testable import Server

@Suite struct ValidatorsTests {
    /// A moment in 2026, half a second past a second.
    private static let now: Int64 = 1_800_000_000_500_000_000

    /// The validators of a file of ten bytes that was modified so many nanoseconds before `now`.
    private func validators(age: Int64, inode: UInt64 = 7, size: UInt64 = 10) -> Validators {
        validators(modified: Self.now - age, inode: inode, size: size)
    }

    private func validators(modified: Int64, inode: UInt64 = 7, size: UInt64 = 10) -> Validators {
        let second = Int64(1_000_000_000)
        let nanoseconds = ((modified % second) + second) % second
        let time = timespec(tv_sec: Int((modified - nanoseconds) / second), tv_nsec: Int(nanoseconds))
        return Validators(inode: inode, size: size, modified: time, now: Self.now)
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

    @Test func theLongestTagFits() {
        let longest = Validators(
            inode: .max,
            size: .max,
            modified: timespec(tv_sec: -1, tv_nsec: 999_999_999),
            now: 1_800_000_000
        )
        #expect(tag(longest) == "\"ffffffffffffffff-ffffffffffffffff-ffffffffffffffff\"")
    }

    /// Archives and container images set times like these.
    @Test(arguments: [0, 1, -1, -86_400] as [Int64])
    func aTimeAtTheBeginningIsATimeLikeAnother(second: Int64) {
        let result = validators(modified: second * 1_000_000_000)
        #expect(result.lastModified == second)
        #expect(!tag(result).isEmpty)
    }

    /// RFC 9110 §8.8.2.1: Last-Modified is never later than Date.
    @Test(arguments: [1, 1_000_000_000, 3_600_000_000_000, 315_360_000_000_000_000] as [Int64])
    func aTimeToComeIsToldAsThePresent(ahead: Int64) {
        #expect(validators(age: -ahead).lastModified == 1_800_000_000)
    }
}
