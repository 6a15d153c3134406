/// `--trace`: a line for each completion, like the article's debug output. On the completion worker.

internal import CompletionPort
internal import FileLog

extension CompletionWorker {
    /// Tells what came out of the port: thread, operation, connection, bytes, what it has moved in all, and how often the
    /// worker has entered the kernel until now.
    func trace(_ packet: CompletionPacket) {
        traced &+= UInt64(max(0, packet.result))
        errors.error(
            .notice,
            "worker-\(index) \(packet.operation) slot=\(packet.key.slot) generation=\(packet.key.generation) "
                + "result=\(packet.result) more=\(packet.hasMore) accumulated=\(traced) entries=\(port.entries)"
        )
    }
}
