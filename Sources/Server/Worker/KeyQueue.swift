/// A queue whose members may leave from anywhere. Pure; whoever owns it.

/// Keys in the order in which they came, none twice.
///
/// - Complexity: constant for each operation, so that clients who come and go in thousands cost no more than others.
struct KeyQueue<Key: Hashable> {
    private struct Links {
        var before: Key?
        var behind: Key?
    }

    private var links: [Key: Links] = [:]
    private(set) var first: Key?
    private var last: Key?

    var isEmpty: Bool { links.isEmpty }
    var count: Int { links.count }

    /// Puts a key at the end; one that is there stays where it is.
    mutating func append(_ key: Key) {
        guard links[key] == nil else { return }
        links[key] = Links(before: last, behind: nil)
        if let last { links[last]?.behind = key } else { first = key }
        last = key
    }

    /// Takes the key that came first; `nil` when there is none.
    mutating func removeFirst() -> Key? {
        guard let first else { return nil }
        remove(first)
        return first
    }

    /// Takes a key out, wherever it is.
    mutating func remove(_ key: Key) {
        guard let found = links.removeValue(forKey: key) else { return }
        if let before = found.before { links[before]?.behind = found.behind } else { first = found.behind }
        if let behind = found.behind { links[behind]?.before = found.before } else { last = found.before }
    }
}
