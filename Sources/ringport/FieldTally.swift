/// The names of fields and how often each comes, in bounded memory. Main thread.

internal import HTTP

/// A count of names that keeps the frequent ones however many there are (Misra and Gries, "Finding repeated elements",
/// 1982).
///
/// Counts are exact until the tally is full. A further name then takes one from every count, and those at zero are
/// forgotten: a name that comes more often than one time in as many as are counted at once is never among them.
struct FieldTally {
    /// Different names that are counted at once; a body of 1 MiB has fewer.
    let namesMax: Int
    /// Their bytes.
    let bytesMax: Int
    /// A longer name is never counted.
    static let nameSizeMax = 1024

    private struct Entry {
        var count: Int
        /// When the name first came, among all.
        let place: Int
    }

    private var entries: [[UInt8]: Entry] = [:]
    private var bytes = 0
    private var placesTaken = 0
    private var hasForgotten = false

    init(namesMax: Int = 131_072, bytesMax: Int = 16 << 20) {
        self.namesMax = namesMax
        self.bytesMax = bytesMax
    }

    /// Counts a name; one that is not UTF-8, which could head no column, is never counted.
    mutating func add(_ name: [UInt8]) {
        if let index = entries.index(forKey: name) {
            entries.values[index].count += 1
        } else if name.count > Self.nameSizeMax || !name.span.isUTF8 {
            hasForgotten = true
        } else if entries.count < namesMax, bytes + name.count <= bytesMax {
            entries[name] = Entry(count: 1, place: placesTaken)
            placesTaken += 1
            bytes += name.count
        } else {
            hasForgotten = true
            entries = entries.compactMapValues { entry in
                entry.count > 1 ? Entry(count: entry.count - 1, place: entry.place) : nil
            }
            bytes = entries.keys.reduce(0) { $0 + $1.count }
        }
    }

    /// The most frequent names, in the order in which they first came; among equally frequent ones the first.
    ///
    /// - Parameters:
    ///   - max: names at most.
    ///   - few: names that are taken however rare they are.
    ///   - least: how often a further name came.
    /// - Returns: the names, and true when there were others.
    func mostFrequent(_ max: Int, beyond few: Int = .max, only least: Int = 1) -> (names: [[UInt8]], isShort: Bool) {
        let sorted = entries.sorted { left, right in
            left.value.count != right.value.count
                ? left.value.count > right.value.count : left.value.place < right.value.place
        }
        let frequent = sorted.enumerated().prefix { $0.offset < few || $0.element.value.count >= least }.map(\.element)
        let chosen = frequent.prefix(max).sorted { $0.value.place < $1.value.place }
        return (chosen.map(\.key), hasForgotten || sorted.count > chosen.count)
    }
}
