/// The name that was probably meant. Pure; any thread.

enum NearestName {
    /// The name that is most like one that is not known; `nil` when none is much like it.
    static func of(_ name: String, among names: [String]) -> String? {
        // A long word takes long to compare, and is nobody's slip of the finger.
        guard name.utf8.count <= 64 else { return nil }
        let nearest = names.min { distance($0, name) < distance($1, name) }
        return nearest.flatMap { distance($0, name) <= max(1, min(3, $0.count / 2)) ? $0 : nil }
    }

    /// Letters to insert, remove or replace (Levenshtein).
    static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for other in right.indices {
                let replaced = diagonal + (letter == right[other] ? 0 : 1)
                diagonal = row[other + 1]
                row[other + 1] = min(replaced, row[other] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
