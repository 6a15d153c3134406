/// The memory that an idle connection and a waiting request cost. Test threads.

import Testing

@testable import Server

/// The sizes of what there are many of: a number here changes on purpose or not at all.
@Suite struct SizeTests {
    /// 64,000 idle connections are 64,000 of these, about 12 MB.
    @Test func aConnectionIsSmall() {
        #expect(MemoryLayout<Connection>.stride == 192)
    }

    /// Requests that wait for a file or a handler: `exchangesMax` of these at most, 20 MB.
    @Test func anExchangeIsSmall() {
        #expect(MemoryLayout<Exchange>.stride == 608)
    }

    /// Copied and compared at every step of a connection's life.
    @Test func aConnectionsStateFitsACacheLine() {
        #expect(MemoryLayout<ConnectionState>.stride == 40)
    }

    /// A key travels through the kernel as one word.
    @Test func whatOneSendKnowsOfItsOwnerIsAWord() {
        #expect(MemoryLayout<Output.Owner>.stride == 8)
    }
}
