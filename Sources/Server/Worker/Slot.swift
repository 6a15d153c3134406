/// Places in tables. Values; any thread.

internal import CompletionPort
internal import HTTP

/// A place in a table of elements of one kind: a connection's can't be taken for an exchange's.
///
/// Four bytes, since tables are linked by slots: `null` says that there is none, and not an optional, which would have eight.
struct Slot<Element: ~Copyable>: Hashable, Sendable, CustomStringConvertible {
    let index: UInt32

    @inline(__always)
    init(index: UInt32) {
        self.index = index
    }

    /// The place that an operation's packet, or another thread's message, is about.
    @inline(__always)
    init(_ key: CompletionKey) {
        index = key.slot
    }

    /// No place: the end of a list, and the value of a link to nothing.
    @inline(__always) static var null: Slot { Slot(index: .max) }

    var description: String { "\(index)" }

    // Not the ones that the compiler makes: without optimisation a call of those goes through a witness table.
    @inline(__always) static func == (one: Slot, other: Slot) -> Bool { one.index == other.index }
    @inline(__always) static func != (one: Slot, other: Slot) -> Bool { one.index != other.index }
}

extension CompletionKey {
    /// The key of an operation whose packet nobody waits for.
    static var unclaimed: CompletionKey { CompletionKey(slot: .max, generation: 0) }
}

typealias ConnectionSlot = Slot<Connection>
typealias ExchangeSlot = Slot<Exchange>
typealias FileSlot = Slot<CachedFile>
typealias ParserSlot = Slot<RequestParser>
