/// Lines out of blocks. Pure; used by `ringport tail`.

/// Joins blocks of bytes and cuts them at line feeds; what has no line feed yet waits.
package struct LineSplitter {
    /// A line longer than this is handed on in pieces, so that a file without line feeds can't fill the memory.
    static let lineSizeMax = 1 << 20

    private var begun: [UInt8] = []

    package init() {}

    /// Takes a block and hands on every line that it completes, without the line feed.
    package mutating func take(_ block: Span<UInt8>, _ body: (Span<UInt8>) -> Void) {
        var start = 0
        for index in block.indices where block[index] == 10 {
            if begun.isEmpty {
                body(block.extracting(start..<index))
            } else {
                begin(with: block.extracting(start..<index))
                finish(body)
            }
            start = index + 1
        }
        begin(with: block.extracting(start..<block.count))
        if begun.count > Self.lineSizeMax { finish(body) }
    }

    /// Hands on a line that will not be completed.
    package mutating func finish(_ body: (Span<UInt8>) -> Void) {
        guard !begun.isEmpty else { return }
        body(begun.span)
        begun.removeAll(keepingCapacity: true)
    }

    private mutating func begin(with bytes: Span<UInt8>) {
        for index in bytes.indices { begun.append(bytes[index]) }
    }
}
