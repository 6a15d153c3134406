/// The last lines of a stream. Pure; used by `ringport tail` on what can't be read backwards.

/// Keeps as many lines as are wanted, and forgets the oldest for each one more.
package struct LastLines {
    private let countMax: Int
    private var lines: [[UInt8]] = []
    /// The place of the oldest line, once there are `countMax`.
    private var oldest = 0

    package init(_ countMax: Int) {
        self.countMax = countMax
    }

    package mutating func append(_ line: Span<UInt8>) {
        guard countMax > 0 else { return }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(line.count)
        for index in line.indices { bytes.append(line[index]) }
        guard lines.count == countMax else { return lines.append(bytes) }
        lines[oldest] = bytes
        oldest = (oldest + 1) % countMax
    }

    /// Hands on the lines, the oldest first.
    package func forEach(_ body: (Span<UInt8>) -> Void) {
        for index in lines.indices {
            let line = lines[(oldest + index) % lines.count]
            body(line.span)
        }
    }
}
