/// The beginning of a view of what can't be read backwards. Pure; the main thread.

internal import FileLog

/// Counts the lines of a stream: those before the first that is wanted are dropped, or the last ones are kept to its end.
struct StreamStart {
    private var dropped = 0
    private var isToEnd = false
    /// The lines to show at the end.
    private(set) var last = LastLines(0)

    init(_ start: LogStart) {
        switch start {
        case .line(let number): dropped = number - 1
        case .last(let count):
            isToEnd = true
            last = LastLines(count)
        }
    }

    /// Takes a line in; returns true when it is to be shown at once.
    mutating func take(_ line: Span<UInt8>) -> Bool {
        guard !isToEnd else {
            last.append(line)
            return false
        }
        guard dropped == 0 else {
            dropped -= 1
            return false
        }
        return true
    }
}
