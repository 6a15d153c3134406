/// Patterns of paths, as rules of a site and `ringport tail --path` have them. Pure; any thread.

/// A pattern that a whole path matches or does not, byte by byte.
///
/// - `*` stands for any bytes but `/`, also for none;
/// - `**` for any bytes at all, also for none;
/// - `?` for one byte that is not `/`;
/// - everything else for itself: there is no escape, and percent-encoding is not undone.
///
/// DESIGN. Clients choose the path, so no byte of it is looked at twice. A matcher that tries a star longer after each
/// mismatch reads the path again and again; this one keeps the set of all places of the pattern that the bytes so far
/// may lead to, one bit for each, and moves the whole set at each byte (the Shift-And of Baeza-Yates and Gonnet, 1992, with
/// the stars of Navarro and Raffinot). The bytes before the first star or question mark are compared beforehand: most
/// paths differ there.
package struct PathGlob: Sendable {
    private enum Element: Equatable {
        case byte(UInt8)
        case anyInComponent
        case runInComponent
        case run
    }

    /// The bytes that every path begins with.
    private let prefix: [UInt8]
    /// The elements behind them; none when the prefix is the whole pattern.
    private let count: Int
    /// True when the last element takes whatever follows.
    private let endsWithRun: Bool

    /// By the byte: the rows of the tables below that are about it.
    private let rows: [UInt8]
    /// Words of a set of places: a bit for each element, set when the bytes so far lead to it, and one for the end.
    private let wordCount: Int
    /// The elements that take the byte, and the place goes on to the next.
    private let steps: [UInt64]
    /// The stars that take the byte, and the place stays.
    private let stays: [UInt64]
    /// The stars, which may take nothing.
    private let stars: [UInt64]

    package init(_ pattern: String) {
        let elements = Self.elements(of: pattern)
        let literals = elements.prefix { if case .byte = $0 { true } else { false } }
        prefix = literals.compactMap { if case .byte(let byte) = $0 { byte } else { nil } }
        let rest = Array(elements.dropFirst(literals.count))
        count = rest.count
        endsWithRun = rest.last == .run

        let words = rest.count / 64 + 1
        wordCount = words
        // A row for the slash, one for each other byte that the pattern names, and the first for all further bytes.
        var rows = [UInt8](repeating: 0, count: 256)
        var rowBytes: [UInt8?] = [nil, Ascii.slash]
        rows[Int(Ascii.slash)] = 1
        for case .byte(let byte) in rest where rows[Int(byte)] == 0 {
            rows[Int(byte)] = UInt8(rowBytes.count)
            rowBytes.append(byte)
        }
        self.rows = rows

        var steps = [UInt64](repeating: 0, count: rowBytes.count * words)
        var stays = steps
        var stars = [UInt64](repeating: 0, count: words)
        for (place, element) in rest.enumerated() {
            let (word, bit) = (place / 64, UInt64(1) << UInt64(place % 64))
            if element == .run || element == .runInComponent { stars[word] |= bit }
            for (row, byte) in rowBytes.enumerated() {
                let isInComponent = byte != Ascii.slash
                switch element {
                case .byte(let own): if byte == own { steps[row * words + word] |= bit }
                case .anyInComponent: if isInComponent { steps[row * words + word] |= bit }
                case .runInComponent: if isInComponent { stays[row * words + word] |= bit }
                case .run: stays[row * words + word] |= bit
                }
            }
        }
        (self.steps, self.stays, self.stars) = (steps, stays, stars)
    }

    private static func elements(of pattern: String) -> [Element] {
        var elements: [Element] = []
        for byte in pattern.utf8 {
            switch byte {
            case Ascii.question: elements.append(.anyInComponent)
            case Ascii.asterisk:
                switch elements.last {
                case .runInComponent?: elements[elements.count - 1] = .run
                case .run?: break
                default: elements.append(.runInComponent)
                }
            default: elements.append(.byte(byte))
            }
        }
        return elements
    }

    /// True when the pattern stands for all of `path`.
    ///
    /// - Complexity: linear in the path, whatever it holds: each byte is looked at once, at the cost of a few operations
    ///   for each 64 elements of the pattern, whose length the site's owner chooses.
    package func matches(_ path: Span<UInt8>) -> Bool {
        guard path.count >= prefix.count else { return false }
        for index in prefix.indices where path[index] != prefix[index] { return false }
        guard count > 0 else { return path.count == prefix.count }
        var places = [UInt64](repeating: 0, count: wordCount)
        places[0] = 1 | (stars[0] & 1) << 1
        for index in prefix.count..<path.count {
            if endsWithRun, isAtEnd(places) { return true }
            guard advance(&places, by: path[index]) else { return false }
        }
        return isAtEnd(places)
    }

    private func isAtEnd(_ places: [UInt64]) -> Bool {
        places[count / 64] & (1 << UInt64(count % 64)) != 0
    }

    /// Moves a set of places over a byte.
    ///
    /// No star stands behind another, so that a place in front of one leads to one more, and no further.
    ///
    /// - Returns: false when no place is left.
    private func advance(_ places: inout [UInt64], by byte: UInt8) -> Bool {
        let row = Int(rows[Int(byte)]) * wordCount
        var (step, skip, left): (UInt64, UInt64, UInt64) = (0, 0, 0)
        for word in 0..<wordCount {
            let steppers = places[word] & steps[row + word]
            var next = steppers << 1 | step | (places[word] & stays[row + word])
            let skippers = next & stars[word]
            next |= skippers << 1 | skip
            (step, skip) = (steppers >> 63, skippers >> 63)
            places[word] = next
            left |= next
        }
        return left != 0
    }
}
