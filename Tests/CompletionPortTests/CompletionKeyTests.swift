/// What of a key survives its way through the kernel. Test threads.

@testable import CompletionPort
import Testing

@Suite struct CompletionKeyTests {
    @Test(arguments: Operation.allCases)
    func aKeyComesBackAsItWentWithEveryOperation(operation: Operation) {
        for slot: UInt32 in [0, 1, 0x8000_0000, .max] {
            for generation: UInt32 in [0, 1, 0x80_0000, CompletionKey.generationMask] {
                let key = CompletionKey(slot: slot, generation: generation)
                let packet = CompletionPacket(userData: key.userData(operation), result: 7, flags: 0)
                #expect(packet.operation == operation)
                #expect(packet.key == key)
                #expect(packet.result == 7)
            }
        }
    }

    @Test func generationsWrapAtTwentyFourBits() {
        #expect(CompletionKey(slot: 3, generation: 1 << 24) == CompletionKey(slot: 3, generation: 0))
        #expect(CompletionKey(slot: 3, generation: .max).generation == CompletionKey.generationMask)
    }

    @Test func neighboursDiffer() {
        let key = CompletionKey(slot: 5, generation: 5)
        #expect(key != CompletionKey(slot: 6, generation: 5))
        #expect(key != CompletionKey(slot: 5, generation: 6))
        #expect(key.userData(.send) != key.userData(.receive))
    }

    @Test func aGenerationNeverReachesIntoTheOperation() {
        let key = CompletionKey(slot: .max, generation: .max)
        #expect(key.userData(.accept) >> 56 == UInt64(Operation.accept.rawValue))
    }

    @Test func flagsTellWhetherMoreComesAndWhichBufferWasLent() {
        let data = CompletionKey(slot: 0, generation: 0).userData(.receive)
        // IORING_CQE_F_BUFFER is bit 0, IORING_CQE_F_MORE bit 1, the buffer's number is in the upper half.
        let last = CompletionPacket(userData: data, result: 0, flags: 0)
        #expect(!last.hasMore)
        #expect(last.bufferID == nil)
        let lent = CompletionPacket(userData: data, result: 9, flags: 0xFFFF_0000 | 3)
        #expect(lent.hasMore)
        #expect(lent.bufferID == 0xFFFF)
    }

    @Test func aPacketThatNobodySubmittedTraps() async {
        await #expect(processExitsWith: .failure) {
            _ = CompletionPacket(userData: 0xFF << 56, result: 0, flags: 0)
        }
    }
}
