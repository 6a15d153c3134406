/// The beginning of a view of a log. Pure; used by `ringport tail`.

/// A place in a log, told in lines: those that satisfy the conditions are counted, and no others.
package enum LogStart: Equatable, Sendable {
    /// So many lines before the end.
    case last(Int)
    /// A line, counted from 1.
    case line(Int)

    /// Reads the number of `tail -n`: `5` and `-5` are the last five, `+5` is the fifth and all after it.
    ///
    /// As with GNU tail `+0` is the whole log, and a number too large for the machine is the largest.
    package init?(argument: String) {
        let sign = argument.utf8.first
        let isSigned = sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")
        let digits = argument.utf8.dropFirst(isSigned ? 1 : 0)
        guard !digits.isEmpty, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        let number = Int(String(decoding: digits, as: UTF8.self)) ?? .max
        self = sign == UInt8(ascii: "+") ? .line(max(1, number)) : .last(number)
    }
}
