/// Messages of many threads for one. `push` from any thread, `takeAll` by the one.
///
/// DESIGN. Producers push onto a lock-free stack with one compare-and-swap; the consumer takes the whole stack with one
/// exchange and turns it over, so messages of one producer keep their order. Nobody is woken: that is the business of
/// `PostQueue`. A class: the worker looks once a turn, and code that is not specialised for the message asks the runtime each
/// time for the type of a generic structure (600 instructions).

internal import Synchronization

/// A many-producer, single-consumer queue without a bell.
@safe
package final class MessageStack<Message: Sendable>: Sendable {
    /// A message with its place in the stack, which owns it from `push` until `takeAll`.
    @safe
    private final class Packet: @unchecked Sendable {
        // Sendable: `next` belongs to the stack, which hands the packet from one thread to exactly one other.
        let message: Message
        var next: Unmanaged<Packet>?

        init(_ message: Message) { self.message = message }
    }

    /// The newest packet's address, 0 when there is none.
    ///
    /// Packets are linked from newest to oldest.
    private let newest = Atomic<UInt>(0)

    package init() {}

    deinit {
        // Packets pushed after the consumer ended have nobody left to read them; they are released, not leaked.
        takeAll { _ in }
    }

    /// True when there is nothing to take, in one order with what else is sequentially consistent.
    package var isEmpty: Bool { newest.load(ordering: .sequentiallyConsistent) == 0 }

    /// Adds a message.
    ///
    /// Never blocks, from any thread.
    package func push(_ message: Message) {
        let packet = Packet(message)
        let pushed = unsafe Unmanaged.passRetained(packet)
        let address = unsafe UInt(bitPattern: pushed.toOpaque())
        var expected = newest.load(ordering: .relaxed)
        while true {
            unsafe packet.next = Self.reference(expected)
            let (exchanged, original) = newest.compareExchange(
                expected: expected,
                desired: address,
                ordering: .sequentiallyConsistent
            )
            if exchanged { break }
            expected = original
        }
    }

    /// Calls `body` with every message pushed so far, oldest first.
    package func takeAll(_ body: (Message) -> Void) {
        guard newest.load(ordering: .relaxed) != 0 else { return }
        var taken = unsafe Self.reference(newest.exchange(0, ordering: .sequentiallyConsistent))
        var oldest: Unmanaged<Packet>?
        while let packet = unsafe taken {
            let next = unsafe packet.takeUnretainedValue().next
            unsafe packet.takeUnretainedValue().next = oldest
            unsafe oldest = packet
            unsafe taken = next
        }
        while let packet = unsafe oldest {
            // The retain of `push` becomes this reference's.
            let object = unsafe packet.takeRetainedValue()
            unsafe oldest = object.next
            unsafe object.next = nil
            body(object.message)
        }
    }

    private static func reference(_ address: UInt) -> Unmanaged<Packet>? {
        guard let pointer = unsafe UnsafeRawPointer(bitPattern: address) else { return nil }
        // Only `push` stores addresses, of packets that it retained.
        return unsafe Unmanaged.fromOpaque(pointer)
    }
}
