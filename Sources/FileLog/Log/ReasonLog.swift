/// Lines of `error.log` that say why a request was refused, so many a second and no more. Log thread.

/// Names reasons and bounds how many lines they make.
struct ReasonLog {
    private let names: [StaticString]
    private let linesPerSecondMax: Int
    private var second = Int64.min
    private var linesThisSecond = Lines()
    private(set) var suppressed = 0

    /// Lines that were admitted, those with a refused user for themselves: nobody hides guesses at passwords behind a
    /// hundred other refusals a second.
    private struct Lines {
        var ofUsers = 0
        var others = 0
    }

    /// Bytes shown of a request line; who wants all of it finds it in `access.log`.
    private static let requestLineSizeMax = 256
    /// The longest line: four bytes for each of the request line's and of the user's, and what stands around.
    static let lineSizeMax = 4 * (requestLineSizeMax + StoredRecord.userSizeMax) + 512

    init(names: [StaticString], linesPerSecondMax: Int) {
        self.names = names
        self.linesPerSecondMax = linesPerSecondMax
    }

    /// True when a line may be written for a record; counts the record if not.
    mutating func admits(_ record: StoredRecord) -> Bool {
        let now = record.wallClockNanoseconds / 1_000_000_000
        // Records of several workers may be a little out of order: only a later second begins anew.
        if now > second {
            second = now
            linesThisSecond = Lines()
        }
        let kind = record.isUserRefused ? \Lines.ofUsers : \Lines.others
        guard linesThisSecond[keyPath: kind] < linesPerSecondMax else {
            suppressed += 1
            return false
        }
        linesThisSecond[keyPath: kind] += 1
        return true
    }

    /// Takes the count of records that got no line.
    mutating func takeSuppressed() -> Int {
        defer { suppressed = 0 }
        return suppressed
    }

    /// Appends `2026-11-23T10:00:00.123Z refused 127.0.0.1 400 bare-line-feed "GET /…"... 1234us`, and ` user "ann"` when
    /// one was refused.
    func append(
        _ record: StoredRecord,
        requestLine: Span<UInt8>,
        user: Span<UInt8> = Span(),
        to buffer: inout LineBuffer
    ) {
        LogDate.appendTimestamp(record.wallClockNanoseconds, to: &buffer)
        buffer.append(" refused ")
        buffer.append(record.remote)
        buffer.append(UInt8(ascii: " "))
        buffer.append(decimal: UInt64(record.status), width: 3)
        buffer.append(UInt8(ascii: " "))
        if Int(record.reason) < names.count {
            buffer.append(names[Int(record.reason)])
        } else {
            buffer.append("reason-")
            buffer.append(decimal: UInt64(record.reason))
        }
        buffer.append(" \"")
        buffer.append(escaped: requestLine.extracting(first: Self.requestLineSizeMax))
        buffer.append(requestLine.count > Self.requestLineSizeMax ? "\"... " : "\" ")
        buffer.append(decimal: UInt64(record.durationMicroseconds))
        buffer.append("us")
        if record.isUserRefused {
            buffer.append(" user \"")
            buffer.append(escaped: user)
            buffer.append(UInt8(ascii: "\""))
        }
        buffer.append(UInt8(ascii: "\n"))
    }
}
