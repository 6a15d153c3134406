/// Slots as tests write them. Pure; test threads.

@testable import Server

extension Slot: ExpressibleByIntegerLiteral where Element: ~Copyable {
    init(integerLiteral value: UInt32) {
        self.init(index: value)
    }
}

extension Slot: Comparable where Element: ~Copyable {
    static func < (one: Slot, other: Slot) -> Bool { one.index < other.index }
}
