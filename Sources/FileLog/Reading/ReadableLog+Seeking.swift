/// The place at which the lines begin that are to be shown first. Used by one thread, that of `ringport tail`.

package import Platform

extension ReadableLog {
    /// Moves to where the view of the log is to begin.
    ///
    /// - Parameters:
    ///   - start: the place, told in lines.
    ///   - matches: true for the lines that count.
    /// - Throws: `SystemError` when the file can't be read.
    package func seek(to start: LogStart, where matches: (Span<UInt8>) -> Bool) throws(SystemError) {
        guard !isStream else { return }
        switch start {
        case .last(let count): try seek(toLast: count, where: matches)
        case .line(let number): try seek(toLine: number, where: matches)
        }
    }

    /// Moves to where the last lines begin that satisfy a condition: all lines from there on, be they more or fewer,
    /// include exactly these.
    ///
    /// The file is read backwards in blocks, no farther than needed.
    private func seek(toLast count: Int, where matches: (Span<UInt8>) -> Bool) throws(SystemError) {
        var position = max(beginning, try size())
        guard count > 0 else { return try move(to: position) }
        guard count < .max else { return try move(to: beginning) }
        var found = 0
        // The bytes after `position` that belong to the line which begins before it.
        var rest: [UInt8] = []
        var isAtFileEnd = true
        while position > beginning {
            let size = min(Self.blockSize, position - beginning)
            position -= size
            guard try read(at: position, count: size) == size else { break }  // truncated meanwhile: from the start
            var bytes = Array(block[..<size])
            var end = bytes.count + rest.count
            bytes += rest
            var index = size - 1
            if isAtFileEnd, bytes[index] == 10 {
                end = index
                index -= 1
            }
            isAtFileEnd = false
            while index >= 0 {
                if bytes[index] == 10 {
                    if matches(bytes.span.extracting(index + 1..<end)) { found += 1 }
                    if found == count { return try move(to: position + index + 1) }
                    end = index
                }
                index -= 1
            }
            rest = Array(bytes[..<end])
            // No line is that long: what is so far counts as none.
            if rest.count > LineSplitter.lineSizeMax { rest.removeAll() }
        }
        try move(to: beginning)
    }

    /// Moves behind the lines before the one wanted, or to the end if there are not so many.
    private func seek(toLine number: Int, where matches: (Span<UInt8>) -> Bool) throws(SystemError) {
        var position = beginning
        var remaining = number - 1
        // The bytes before `position` that belong to a line which ends behind it.
        var begun: [UInt8] = []
        while remaining > 0 {
            let count = try read(at: position, count: Self.blockSize)
            guard count > 0 else { return try move(to: position) }
            var start = 0
            for index in 0..<count where block[index] == 10 {
                let isCounted: Bool
                if begun.isEmpty {
                    isCounted = matches(block.span.extracting(start..<index))
                } else {
                    begun += block[start..<index]
                    isCounted = matches(begun.span)
                    begun.removeAll(keepingCapacity: true)
                }
                start = index + 1
                if isCounted { remaining -= 1 }
                if remaining == 0 { return try move(to: position + start) }
            }
            // Of a line without an end in sight only the beginning is judged.
            if begun.count < LineSplitter.lineSizeMax { begun += block[start..<count] }
            position += count
        }
        try move(to: beginning)
    }
}
