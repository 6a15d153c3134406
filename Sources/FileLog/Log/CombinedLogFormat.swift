/// A record as a line of `access.log`. Log thread.
///
/// Combined Log Format: `%h - %u [%t] "%r" %>s %b "%{Referer}i" "%{User-agent}i"`. The user is one who
/// was let in. The byte count of a response without
/// content is `0`, as nginx has it; a text that is empty is `-`.

/// Writes lines in Combined Log Format.
struct CombinedLogFormat: ~Copyable {
    private var date = LogDate()

    /// Appends one line with its line feed.
    ///
    /// - Precondition: the buffer has `lineSizeMax` bytes free.
    mutating func append(
        _ record: StoredRecord,
        requestLine: Span<UInt8>,
        referer: Span<UInt8>,
        userAgent: Span<UInt8>,
        user: Span<UInt8> = Span(),
        to buffer: inout LineBuffer
    ) {
        buffer.append(record.remote)
        buffer.append(" - ")
        if user.isEmpty || record.isUserRefused {
            buffer.append(UInt8(ascii: "-"))
        } else {
            buffer.append(escapedWord: user)
        }
        buffer.append(UInt8(ascii: " "))
        date.appendCombined(record.wallClockNanoseconds, to: &buffer)
        buffer.append(" \"")
        Self.append(requestLine, to: &buffer)
        buffer.append("\" ")
        buffer.append(decimal: UInt64(record.status), width: 3)
        buffer.append(UInt8(ascii: " "))
        buffer.append(decimal: record.bytesSent)
        buffer.append(" \"")
        Self.append(referer, to: &buffer)
        buffer.append("\" \"")
        Self.append(userAgent, to: &buffer)
        buffer.append("\"\n")
    }

    private static func append(_ text: Span<UInt8>, to buffer: inout LineBuffer) {
        if text.isEmpty {
            buffer.append(UInt8(ascii: "-"))
        } else {
            buffer.append(escaped: text)
        }
    }
}
