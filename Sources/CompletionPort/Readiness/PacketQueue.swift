/// Packets in the order in which their operations finished. A value; the worker that owns the port.

/// A first-in, first-out queue, of which a wait makes visible what has come so far.
///
/// A packet that an operation brings at once is not seen before the next wait: a client that takes everything at once could
/// otherwise keep its worker at one connection.
struct PacketQueue {
    /// A ring; its size is a power of two.
    private var places: [CompletionPacket?] = Array(repeating: nil, count: 64)
    /// Positions count on for ever, modulo 2⁶⁴.
    private var head = 0
    private var visibleEnd = 0
    private var tail = 0

    /// True when the next wait would find a packet that is here already.
    var hasNews: Bool { tail != head }

    /// True when every packet can be dequeued.
    var isCaughtUp: Bool { tail == visibleEnd }

    mutating func append(_ packet: CompletionPacket) {
        if tail &- head == places.count { grow() }
        places[tail & (places.count - 1)] = packet
        tail &+= 1
    }

    /// Lets everything be dequeued that is here.
    mutating func show() { visibleEnd = tail }

    mutating func dequeue() -> CompletionPacket? {
        guard head != visibleEnd else { return nil }
        let place = head & (places.count - 1)
        head &+= 1
        return places[place].take()
    }

    /// As `CompletionPort.nextWaiting`.
    func nextWaiting(_ operation: Operation, from position: inout UInt32) -> CompletionKey? {
        while Int(position) < visibleEnd &- head {
            let packet = places[(head &+ Int(position)) & (places.count - 1)]
            position += 1
            if let packet, packet.operation == operation { return packet.key }
        }
        return nil
    }

    private mutating func grow() {
        var larger: [CompletionPacket?] = Array(repeating: nil, count: places.count * 2)
        for position in head..<tail { larger[position & (larger.count - 1)] = places[position & (places.count - 1)] }
        places = larger
    }
}
