/// The client that asks, when proxies stand before the server. On the completion worker.
///
/// The connection's own address goes on being what deadlines and limits are about: a proxy's connection carries the requests
/// of many clients.

internal import FileLog
internal import HTTP

extension CompletionWorker {
    /// The address that a request came from: the connection's, or the one that its trusted proxy names.
    @inline(__always)
    func client(_ slot: UInt32, _ head: RequestHead, _ bytes: Span<UInt8>) -> RemoteAddress {
        guard connections[slot].isFromProxy else { return connections[slot].remote }
        return site.proxies.client(of: head, in: bytes, from: connections[slot].remote)
    }

    /// The address that a refused request came from.
    ///
    /// A trusted proxy may add its line at the end, so that only a head of which all lines were read tells more than the
    /// connection. Of others the lines before the fault may be a visitor's own.
    func refusedClient(_ slot: UInt32, _ head: RequestHead, _ bytes: Span<UInt8>) -> RemoteAddress {
        let end = head.fieldsRange.upperBound
        let isWhole = end + 1 < bytes.count && bytes[end] == UInt8(ascii: "\r") && bytes[end + 1] == UInt8(ascii: "\n")
        return isWhole ? client(slot, head, bytes) : connections[slot].remote
    }
}
