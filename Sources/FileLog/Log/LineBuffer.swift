/// Bytes on their way to a file: appended at the end by what formats, taken from the front by what writes. Log thread.

internal import Glibc

/// A buffer of fixed size.
///
/// An appender has asked `free` before; every append is checked again.
@safe
struct LineBuffer: ~Copyable {
    private let memory: UnsafeMutableRawPointer
    let capacity: Int
    /// The bytes waiting are those from `start` to `end`.
    private(set) var start = 0
    private(set) var end = 0

    init(capacity: Int) {
        unsafe memory = .allocate(byteCount: capacity, alignment: 4096)
        self.capacity = capacity
    }

    deinit {
        unsafe memory.deallocate()
    }

    var count: Int { end &- start }
    var free: Int { capacity &- end }
    var isEmpty: Bool { start == end }

    // MARK: Appending

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        precondition(end < capacity, "the line buffer is full")
        // Below `capacity`, so inside the memory.
        unsafe memory.storeBytes(of: byte, toByteOffset: end, as: UInt8.self)
        end &+= 1
    }

    mutating func append(_ text: StaticString) {
        let count = text.utf8CodeUnitCount
        precondition(count <= free, "the line buffer is full")
        // A static string with bytes has them for ever; `free` holds them.
        unsafe memcpy(memory + end, text.utf8Start, count)
        end &+= count
    }

    mutating func append(_ bytes: Span<UInt8>) {
        precondition(bytes.count <= free, "the line buffer is full")
        unsafe bytes.withUnsafeBufferPointer { source in
            // `free` holds the bytes; an empty span may have no address.
            if let base = source.baseAddress { unsafe memcpy(memory + end, base, source.count) }
        }
        end &+= bytes.count
    }

    mutating func append(_ other: borrowing LineBuffer) {
        precondition(other.count <= free, "the line buffer is full")
        // The other's waiting bytes are initialized, and this is another block with room for them.
        unsafe memcpy(memory + end, other.memory + other.start, other.count)
        end &+= other.count
    }

    /// Appends a number in decimal, without leading zeros.
    mutating func append(decimal value: UInt64) {
        var width = 1
        var bound: UInt64 = 10
        while value >= bound {
            width &+= 1
            let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
            if overflow { break }
            bound = next
        }
        append(decimal: value, width: width)
    }

    /// Appends a number in decimal with exactly `width` digits, its last ones.
    mutating func append(decimal value: UInt64, width: Int) {
        precondition(width >= 0 && width <= free, "the line buffer is full")
        var rest = value
        var place = end &+ width
        while place > end {
            place &-= 1
            let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
            // From `end` on, and `free` holds `width` bytes.
            unsafe memory.storeBytes(
                of: UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: remainder),
                toByteOffset: place,
                as: UInt8.self
            )
            rest = quotient
        }
        end &+= width
    }

    /// Appends text so that it can neither end its field nor its line: what is not plain becomes `\xHH`.
    ///
    /// Plain is printable ASCII but `"` and `\`, as nginx has it: a client that sends a quote or a line feed in its user
    /// agent forges nothing, and a terminal that shows the file obeys nobody.
    mutating func append(escaped bytes: Span<UInt8>) {
        precondition(bytes.count &* 4 <= free, "the line buffer is full")
        unsafe bytes.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            var index = 0
            while index < source.count {
                let plain = unsafe Self.plainPrefix(base + index, source.count &- index)
                // Each source byte takes four bytes at most, and `free` holds four times their count.
                unsafe memcpy(memory + end, base + index, plain)
                end &+= plain
                index &+= plain
                if index < source.count {
                    unsafe append(hex: base[index])
                    index &+= 1
                }
            }
        }
    }

    /// Appends text that is one word, whatever is in it: spaces are escaped too, and so is a lone `-`, which stands for
    /// nothing.
    mutating func append(escapedWord bytes: Span<UInt8>) {
        if bytes.count == 1, bytes[0] == UInt8(ascii: "-") { return append(hex: bytes[0]) }
        var start = 0
        for index in bytes.indices where bytes[index] == UInt8(ascii: " ") {
            append(escaped: bytes.extracting(start..<index))
            append(hex: bytes[index])
            start = index + 1
        }
        append(escaped: bytes.extracting(start..<bytes.count))
    }

    private mutating func append(hex byte: UInt8) {
        append(UInt8(ascii: "\\"))
        append(UInt8(ascii: "x"))
        append(hexDigit: byte >> 4)
        append(hexDigit: byte & 15)
    }

    private mutating func append(hexDigit digit: UInt8) {
        append(digit < 10 ? UInt8(ascii: "0") &+ digit : UInt8(ascii: "A") &- 10 &+ digit)
    }

    /// The number of plain bytes at the beginning, counted eight at a time while all eight are.
    ///
    /// In one word: subtracting a byte's bound borrows into the byte's high bit if the byte was smaller (or so was one
    /// below it, which is as good a reason to stop), and an exclusive or makes the byte that is looked for zero. The
    /// same with `SIMD16` compiled to ten times as many instructions for a machine without AVX.
    @unsafe
    private static func plainPrefix(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var index = 0
        while index &+ 8 <= count {
            // Eight bytes from `index` are inside the span by the loop's condition.
            let word = unsafe UnsafeRawPointer(bytes + index).loadUnaligned(as: UInt64.self)
            let quote = word ^ ones &* 0x22
            let backslash = word ^ ones &* 0x5C
            let delete = word ^ ones &* 0x7F
            let odd =
                word | (word &- ones &* 0x20) | (quote &- ones) | (backslash &- ones) | (delete &- ones)
            guard odd & ones &* 0x80 == 0 else { break }
            index &+= 8
        }
        while index < count {
            let byte = unsafe bytes[index]
            guard byte &- 0x20 < 0x5F, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else { break }
            index &+= 1
        }
        return index
    }

    // MARK: Taking

    /// Gives what waits to write(2), or whatever `body` does with an address and a count.
    @unsafe
    borrowing func withWaiting<Result>(_ body: (UnsafeRawPointer, Int) -> Result) -> Result {
        // `start ... end` is initialized memory inside the block.
        unsafe body(UnsafeRawPointer(memory + start), count)
    }

    /// Forgets the first bytes: they are in the file.
    mutating func consume(_ count: Int) {
        precondition(count <= self.count, "more written than there was")
        start &+= count
        if start == end {
            start = 0
            end = 0
        }
    }

    /// Goes back to the beginning of the line that `start` is in the middle of, so that it is written whole again.
    mutating func rewindToLineStart() {
        start = currentLineStart
    }

    /// Makes room by moving what waits to the front, with the written half of a line that is half written.
    mutating func compact() {
        let kept = currentLineStart
        guard kept > 0 else { return }
        // Both ranges are inside the block; memmove allows them to overlap.
        unsafe memmove(memory, memory + kept, end &- kept)
        end &-= kept
        start &-= kept
    }

    /// The beginning of the line that `start` is in: at `start` itself when whole lines were written.
    private var currentLineStart: Int {
        var index = start
        // The bytes before `start` were written and are still in memory.
        while index > 0, index < end, unsafe memory.load(fromByteOffset: index - 1, as: UInt8.self) != 10 {
            index &-= 1
        }
        return index
    }

    /// The number of line ends that wait.
    borrowing func lineCount() -> Int {
        var lines = 0
        for offset in start..<end where unsafe memory.load(fromByteOffset: offset, as: UInt8.self) == 10 { lines += 1 }
        return lines
    }
}

extension LineBuffer {
    /// The bytes that wait, as a string.
    var text: String {
        unsafe withWaiting { base, count in
            // The bytes live until the closure returns, and are copied.
            unsafe String(decoding: UnsafeRawBufferPointer(start: base, count: count), as: UTF8.self)
        }
    }
}
