/// Decisions to give memory back to the system. Test threads.

import Platform
import Testing

@testable import Server

@Suite struct MemoryReleaseTests {
    private static let mebibyte: Int64 = 1 << 20

    /// The seconds at which memory is given back, which is looked at each second.
    ///
    /// - Parameters:
    ///   - sizes: MiB at each second.
    ///   - gain: MiB that each release gains, of all that comes after it.
    /// - Returns: seconds from 0.
    private func releases(_ sizes: [Int64], gain: Int64 = 0) -> [Int] {
        var release = MemoryRelease()
        var gained: Int64 = 0
        var seconds: [Int] = []
        for (second, size) in sizes.enumerated() {
            let now = Instant(nanoseconds: UInt64(second + 1) * 1_000_000_000)
            #expect(release.lookDue.nanoseconds <= now.nanoseconds)
            guard release.look((size - gained) * Self.mebibyte, now: now) else { continue }
            seconds.append(second)
            gained += gain
        }
        return seconds
    }

    @Test func memoryThatIsAsEverStays() {
        #expect(releases(Array(repeating: 50, count: 100)) == [])
        #expect(releases([50, 60, 65, 66, 66, 60, 66, 66]) == [], "within what is let be")
        #expect(releases((0..<100).map { 200 - $0 }) == [], "it falls by itself")
    }

    @Test func afterAFloodMemoryIsGivenBackAtOnce() {
        #expect(releases([50, 50, 200, 500, 500], gain: 440) == [4])
    }

    @Test func nothingIsGivenBackWhileMemoryGrows() {
        #expect(releases([50] + (0..<20).map { 100 + 10 * $0 }) == [])
    }

    /// Memory in use may be let go later, without a sign of it.
    @Test func whatDoesNotHelpIsTriedLessOften() {
        let seconds = releases([50] + Array(repeating: 500, count: 30))
        #expect(seconds.count >= 6)
        #expect(zip(seconds, seconds.dropFirst()).allSatisfy { $1 - $0 == 4 })
    }

    @Test func whatHelpsIsTriedAgainSoon() {
        #expect(releases([50, 500, 500, 500, 500], gain: 100) == [2, 3, 4])
    }
}
