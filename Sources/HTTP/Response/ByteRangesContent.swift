/// Several ranges of a representation as one content: multipart/byteranges (RFC 9110 §14.6). Pure; a completion worker.

/// The framing of the parts, without their bytes: each range's part has a head, and a delimiter ends them all.
package struct ByteRangesContent: Sendable {
    package let ranges: RangeList
    /// Bytes of the representation.
    private let length: UInt64
    /// Written as sixteen hexadecimal digits.
    ///
    /// Random, so that nobody can write a file that holds it (RFC 2046 §5.1.1).
    private let boundary: UInt64

    package init(_ ranges: RangeList, of length: UInt64, boundary: UInt64) {
        self.ranges = ranges
        self.length = length
        self.boundary = boundary
    }

    /// How long the whole content is.
    ///
    /// - Parameter typeLine: the representation's Content-Type line, its end included; empty for none.
    /// - Returns: bytes, framing included.
    package func size(typeLine: Span<UInt8>) -> UInt64 {
        var size = framingSize(typeLine: typeLine)
        for index in 0..<ranges.count { size += UInt64(ranges[index].count) }
        return size
    }

    /// Bytes of all heads and of the end.
    package func framingSize(typeLine: Span<UInt8>) -> UInt64 {
        var size = Self.endSize
        for index in 0..<ranges.count { size += headSize(index, typeLine: typeLine) }
        return UInt64(size)
    }

    private func headSize(_ index: Int, typeLine: Span<UInt8>) -> Int {
        // CRLF but before the first, "--", the boundary and its CRLF; "Content-Range: bytes ", "-", "/", CRLF; CRLF.
        let range = ranges[index]
        let digits =
            range.lowerBound.decimalDigitCount + (range.upperBound - 1).decimalDigitCount + length.decimalDigitCount
        return (index == 0 ? 0 : 2) + 2 + 16 + 2 + typeLine.count + 21 + digits + 2 + 2 + 2
    }

    /// Bytes that `appendHead` and `appendEnd` write at most.
    package static func framingSizeMax(typeLine: Span<UInt8>) -> Int { 2 + 20 + typeLine.count + 21 + 60 + 6 + endSize }

    private static var endSize: Int { 2 + 2 + 16 + 2 + 2 }

    /// Appends the Content-Type of the response.
    package func appendType(to output: inout OutputSpan<UInt8>) throws(ResponseError) {
        try output.appendBytes("Content-Type: multipart/byteranges; boundary=")
        try appendBoundary(to: &output)
        try output.appendBytes("\r\n")
    }

    /// Appends what stands before a range's bytes.
    package func appendHead(
        _ index: Int,
        typeLine: Span<UInt8>,
        to output: inout OutputSpan<UInt8>
    ) throws(ResponseError) {
        if index > 0 { try output.appendBytes("\r\n") }
        try output.appendBytes("--")
        try appendBoundary(to: &output)
        try output.appendBytes("\r\n")
        try output.appendBytes(typeLine)
        try output.appendContentRange(ranges[index], of: length)
        try output.appendBytes("\r\n")
    }

    /// Appends what stands behind the last range's bytes.
    package func appendEnd(to output: inout OutputSpan<UInt8>) throws(ResponseError) {
        try output.appendBytes("\r\n--")
        try appendBoundary(to: &output)
        try output.appendBytes("--\r\n")
    }

    private func appendBoundary(to output: inout OutputSpan<UInt8>) throws(ResponseError) {
        let digits = max(1, (64 - boundary.leadingZeroBitCount + 3) / 4)
        for _ in digits..<16 { try output.appendBytes("0") }
        try output.appendHexadecimal(boundary)
    }
}

extension UInt64 {
    /// How many decimal digits the number has.
    package var decimalDigitCount: Int {
        var count = 1
        var rest = self
        while rest >= 10 {
            rest /= 10
            count += 1
        }
        return count
    }
}
