/// Blocks, their reserve, and lists that go on without one. Test threads.

import Testing

@testable import Server

@Suite struct OutputPoolTests {
    private static var limits: Limits {
        var limits = Limits()
        limits.outputsMax = 8
        return limits
    }

    /// A pool that can't be copied, looked at by `#expect` through values.
    private final class Bench {
        private var pool: OutputPool

        init() throws { pool = try OutputPool(limits: OutputPoolTests.limits) }

        var state: [Bool] { [pool.hasFree, pool.hasReserve] }
        var lentCount: Int { pool.lentCount }
        func lend() -> Output? { pool.lend() ?? pool.lendFurther() }
        func lendReserved() -> Output? { pool.lendReserved() }
        func lendBare() -> Output { pool.lendBare() }
        func `return`(_ output: Output) { pool.return(output) }
        func takeBlock(of output: Output) { pool.takeBlock(of: output) }
        func giveBlock(to output: Output) -> Bool { pool.giveBlock(to: output) }

        /// All blocks but the reserve.
        func drain() -> [Output] {
            var outputs: [Output] = []
            while let output = lend() { outputs.append(output) }
            return outputs
        }
    }

    @Test func theReserveIsLentByItself() throws {
        let pool = try Bench()
        let outputs = pool.drain()
        #expect(outputs.count == 7 && pool.lentCount == 7)
        #expect(pool.state == [false, true])
        let last = try #require(pool.lendReserved())
        #expect(last.kind == .reserved)
        #expect(pool.lendReserved() == nil && pool.state == [false, false])
        pool.return(last)
        #expect(pool.state == [false, true], "it goes back to the reserve")
        pool.return(outputs[0])
        #expect(pool.state == [true, true] && pool.lend() == outputs[0])
    }

    @Test func aListWithoutABlockHasNoRoomUntilItHasOneAgain() throws {
        let pool = try Bench()
        let outputs = pool.drain()
        pool.takeBlock(of: outputs[0])
        #expect(!outputs[0].hasBlock && !outputs[0].hasRoom(1) && outputs[0].hasRoom(0))
        #expect(pool.state == [true, true] && pool.lentCount == 6)
        let other = try #require(pool.lend())
        #expect(other.hasRoom(other.blockSize))
        #expect(!pool.giveBlock(to: outputs[0]))
        pool.return(other)
        #expect(pool.giveBlock(to: outputs[0]))
        #expect(outputs[0].hasBlock && outputs[0].hasRoom(outputs[0].blockSize))
        #expect(pool.state == [false, true])
    }

    @Test func listsWithoutABlockAreMadeBeyondTheBlocks() throws {
        let pool = try Bench()
        _ = pool.drain()
        let bare = (0..<100).map { _ in pool.lendBare() }
        #expect(bare.allSatisfy { !$0.hasBlock })
        pool.return(bare[0])
        #expect(pool.lendBare() == bare[0])
        #expect(pool.state == [false, true])
    }

    @Test func aBlockOfTheReserveGoesBackThereWhenItsListGoesOnWithoutIt() throws {
        let pool = try Bench()
        _ = pool.drain()
        let last = try #require(pool.lendReserved())
        pool.takeBlock(of: last)
        #expect(pool.state == [false, true])
        pool.return(last)
        #expect(pool.lendReserved()?.kind == .reserved)
    }

    @Test func aLargeBodyClosesTheBlockAndLeavesByItself() throws {
        let pool = try Bench()
        let output = try #require(pool.lend())
        let body = [UInt8](repeating: 1, count: Self.limits.residentFileSizeMax + 1)
        output.write(4) { span in for byte in "head".utf8 { span.append(byte) } }
        unsafe body.withUnsafeBytes { unsafe output.append($0, owner: .exchange) }
        #expect(!output.hasRoom(1))
        #expect(output.countBeforeLarge == 1)
        output.removeAll { _ in }
        #expect(output.hasRoom(output.blockSize))
        pool.return(output)
    }
}
