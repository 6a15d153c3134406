/// `--trace`: a line for each completion, like the article's debug output. On the completion worker.

internal import CompletionPort
internal import FileLog

extension CompletionWorker {
    /// Tells what came out of the port: thread, operation, connection, bytes, what it has moved in all, and how often the
    /// worker has entered the kernel until now.
    func trace(_ packet: CompletionPacket) {
        trace(packet.operation, packet.key, result: Int(packet.result), more: packet.hasMore)
    }

    /// The same of an operation that has ended without a packet.
    func trace(_ operation: Operation, _ key: CompletionKey, result: Int, more: Bool = false) {
        traced &+= UInt64(max(0, result))
        errors.error(
            .notice,
            "worker-\(index) \(operation) slot=\(key.slot) generation=\(key.generation) "
                + "result=\(result) more=\(more) accumulated=\(traced) entries=\(port.entries)"
        )
    }
}
