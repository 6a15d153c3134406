/// Which object an operation belongs to, and which life of it. Pure values; any thread.

/// A slot of a worker's table together with the generation of what lives in it.
///
/// The kernel hands back 64 bits with each finished operation. A slot is used again, so a packet that comes late could
/// be taken for its successor's: the generation tells the two apart.
package struct CompletionKey: Hashable, Sendable {
    /// An index into the table that the operation's kind implies.
    package let slot: UInt32
    /// Counts the lives of the slot, modulo 2²⁴.
    package let generation: UInt32

    package static let generationMask: UInt32 = (1 << 24) - 1

    package init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation & Self.generationMask
    }

    /// The bits that travel through the kernel: operation (8), generation (24), slot (32), highest first.
    func userData(_ operation: Operation) -> UInt64 {
        UInt64(operation.rawValue) << 56 | UInt64(generation) << 32 | UInt64(slot)
    }

    init(userData: UInt64) {
        slot = UInt32(truncatingIfNeeded: userData)
        generation = UInt32(truncatingIfNeeded: userData >> 32) & Self.generationMask
    }
}
