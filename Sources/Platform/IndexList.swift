/// Lists of the entries of a table. A value; Pure.

/// A list of indices whose links lie in an array beside the table, so that any entry leaves its list in constant time.
package struct IndexList {
    /// The neighbours of an entry.
    package struct Links {
        package fileprivate(set) var previous = IndexList.none
        package fileprivate(set) var next = IndexList.none

        package init() {}

        fileprivate init(previous: Int) {
            self.previous = previous
        }
    }

    /// No index.
    package static let none = -1

    package private(set) var first = none
    package private(set) var last = none

    package init() {}

    package var isEmpty: Bool { first == Self.none }

    /// - Precondition: `links` has as many elements as the table, and the entry is in no other list of these links.
    package mutating func append(_ index: Int, _ links: inout [Links]) {
        links[index] = Links(previous: last)
        if last == Self.none { first = index } else { links[last].next = index }
        last = index
    }

    /// - Precondition: the entry is in this list.
    package mutating func remove(_ index: Int, _ links: inout [Links]) {
        let (previous, next) = (links[index].previous, links[index].next)
        if previous == Self.none { first = next } else { links[previous].next = next }
        if next == Self.none { last = previous } else { links[next].previous = previous }
    }
}
