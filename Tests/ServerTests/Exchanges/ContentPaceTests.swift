/// The time that bytes of a content earn. Test threads.

import Platform
import Testing

@testable import Server

@Suite struct ContentPaceTests {
    private func earned(_ count: Int, at rate: Int) -> UInt64 {
        ContentPace(grace: .zero, rateMin: rate).earned(by: count).count
    }

    @Test func aByteEarnsItsShareOfASecond() {
        #expect(earned(0, at: 500) == 0)
        #expect(earned(1, at: 500) == 2_000_000)
        #expect(earned(499, at: 500) == 998_000_000)
        #expect(earned(500, at: 500) == 1_000_000_000)
        #expect(earned(1 << 20, at: 500) == 2_097_152_000_000)
    }

    @Test func theExtremesAreReckonedToo() {
        let max = Int(UInt32.max)
        #expect(earned(max, at: 1) == UInt64(max) * 1_000_000_000)
        #expect(earned(max - 1, at: max) == 999_999_999)
        #expect(earned(1, at: max) == 0)
    }
}
