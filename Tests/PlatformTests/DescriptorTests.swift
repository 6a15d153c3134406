/// Who closes a descriptor, and when.

import Glibc
import Platform
import Testing

@Suite struct DescriptorTests {
    /// The two ends of a pipe: reading the first sees the end of file once nobody holds the second.
    private func makePipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(unsafe pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    @Test func aDescriptorIsClosedWhenItsOwnerEnds() throws {
        let (reading, writing) = try makePipe()
        do {
            let owner = Descriptor(owning: writing)
            #expect(owner.rawValue == writing)
        }
        var byte: UInt8 = 0
        #expect(unsafe read(reading, &byte, 1) == 0, "the end of file: the writing end is closed")
        #expect(close(reading) == 0)
    }

    @Test func aReleasedDescriptorStaysOpen() throws {
        let (reading, writing) = try makePipe()
        let released = Descriptor(owning: writing).release()
        var byte: UInt8 = 42
        #expect(unsafe write(released, &byte, 1) == 1)
        #expect(close(released) == 0)
        #expect(close(reading) == 0)
    }
}
