/// Bytes that grow and shrink at their beginning. Test threads.

import Testing

@testable import Server

@Suite struct ByteBufferTests {
    @Test func anEmptyBufferOwnsNothing() {
        let buffer = ByteBuffer()
        #expect(buffer.isEmpty == true)
        #expect(buffer.capacity == 0)
        #expect(unsafe buffer.bytes.count == 0)
    }

    @Test func bytesComeOutAsTheyWentIn() {
        var buffer = ByteBuffer()
        var model: [UInt8] = []
        var random = SplitMix(seed: 7)
        for step in 0..<2000 {
            if random.below(3) < 2 {
                let more = [UInt8](repeating: UInt8(truncatingIfNeeded: step), count: random.below(700))
                unsafe more.withUnsafeBufferPointer { unsafe buffer.append($0) }
                model += more
            } else {
                let count = random.below(model.count + 1)
                buffer.removeFirst(count)
                model.removeFirst(count)
            }
            #expect(buffer.count == model.count)
            #expect(buffer.capacity >= buffer.count)
        }
        #expect(unsafe Array(buffer.bytes) == model)
    }

    @Test func whatIsTakenOutIsNoLongerThere() {
        var buffer = ByteBuffer()
        let text = Array("head".utf8)
        unsafe text.withUnsafeBufferPointer { unsafe buffer.append($0) }
        let taken = buffer.take()
        #expect(buffer.isEmpty == true && buffer.capacity == 0)
        #expect(unsafe Array(taken.bytes) == text)
    }

    @Test func roomIsMadeInPowersOfTwo() {
        var buffer = ByteBuffer()
        buffer.reserve(1)
        #expect(buffer.capacity == 1024)
        buffer.reserve(1024)
        #expect(buffer.capacity == 1024)
        buffer.reserve(5000)
        #expect(buffer.capacity == 8192)
        buffer.free()
        #expect(buffer.capacity == 0)
        #expect(buffer.isEmpty == true)
    }
}
