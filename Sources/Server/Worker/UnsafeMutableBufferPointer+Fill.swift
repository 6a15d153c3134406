/// Memory seen as an output span for the time of one call. Any thread.

extension UnsafeMutableBufferPointer<UInt8> {
    /// Lets `body` append to this memory, from its start.
    ///
    /// - Returns: how many bytes it appended.
    @unsafe
    func fill<Failure: Error>(
        _ body: (inout OutputSpan<UInt8>) throws(Failure) -> Void
    ) throws(Failure) -> Int {
        var span = unsafe OutputSpan(buffer: self, initializedCount: 0)
        try body(&span)
        return unsafe span.finalize(for: self)
    }
}
