/// Several ranges of a file in one answer (RFC 9110 §14.6). On the completion worker.

internal import CompletionPort
internal import HTTP

extension CompletionWorker {
    /// The ranges that the exchange's request asks of a file, and what stands between them.
    func byteRanges(_ exchange: ExchangeSlot, _ file: FileSlot) -> ByteRangesContent {
        let head = exchanges[exchange].head
        let bytes = unsafe exchanges[exchange].headBytes.bytes
        guard let field = head[.range],
            case .multiple(let list) = unsafe RangeField.resolve(
                bytes.span.extracting(field),
                representationLength: files[file].size
            )
        else { preconditionFailure("what was resolved to several ranges is resolved so again") }
        return ByteRangesContent(list, of: files[file].size, boundary: exchanges[exchange].stream.boundary)
    }

    /// A range has left: writes the next one's head and has its bytes sent, or writes the end.
    func beginNextRange(_ exchange: ExchangeSlot, _ output: Output) {
        guard case .file(let file, _) = exchanges[exchange].reply else {
            preconditionFailure("only files are sent in ranges")
        }
        let ranges = byteRanges(exchange, file)
        let room = files[file].withLines { content, _ in ByteRangesContent.framingSizeMax(typeLine: content) }
        let slot = exchanges[exchange].connection
        // With what is in the output sent there is room; the exchange is pumped again then.
        guard regainBlock(slot, output), output.hasRoom(room) else { return }
        guard let next = exchanges[exchange].stream.rangesBegun, next < ranges.ranges.count else {
            output.write(room) { (span) throws(ResponseError) in try ranges.appendEnd(to: &span) }
            markDirty(slot)
            return streamEnded(exchange)
        }
        output.write(room) { (span) throws(ResponseError) in
            try files[file].withLines { (content, _) throws(ResponseError) in
                try ranges.appendHead(next, typeLine: content, to: &span)
            }
        }
        markDirty(slot)
        exchanges[exchange].stream.countRange()
        beginRange(exchange, ranges.ranges[next], of: file)
        pump(exchange)
    }
}
