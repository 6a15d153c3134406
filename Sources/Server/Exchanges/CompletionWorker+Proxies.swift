/// The client that asks, when proxies stand before the server. On the completion worker.
///
/// The connection's own address goes on being what deadlines and limits are about: a proxy's connection carries the requests
/// of many clients.

internal import FileLog
internal import HTTP

extension CompletionWorker {
    /// The address that a request came from: the connection's, or the one that its trusted proxy names.
    @inline(__always)
    func client(_ slot: ConnectionSlot, _ head: RequestHead, _ bytes: Span<UInt8>) -> RemoteAddress {
        guard connections[slot].isFromProxy else { return connections[slot].remote }
        return site.proxies.client(of: head, in: bytes, from: connections[slot].remote)
    }

    /// The network for which a request counts; `nil` where a proxy does not say whom it speaks for, and for a Unix socket.
    func network(_ remote: RemoteAddress, on slot: ConnectionSlot) -> ClientNetwork? {
        connections[slot].isFromProxy && remote == connections[slot].remote ? nil : ClientNetwork(remote)
    }

    /// The network for which an exchange counts.
    func network(of exchange: ExchangeSlot) -> ClientNetwork? {
        network(exchanges[exchange].remote, on: exchanges[exchange].connection)
    }

    /// The address that a refused request came from.
    ///
    /// A trusted proxy may add its line at the end, so that only a head of which all lines were read tells more than the
    /// connection. Of others the lines before the fault may be a visitor's own.
    func refusedClient(_ slot: ConnectionSlot, _ head: RequestHead, _ bytes: Span<UInt8>) -> RemoteAddress {
        let end = head.fieldsRange.upperBound
        let isWhole = end + 1 < bytes.count && bytes[end] == UInt8(ascii: "\r") && bytes[end + 1] == UInt8(ascii: "\n")
        return isWhole ? client(slot, head, bytes) : connections[slot].remote
    }

    /// Names a peer in `error.log` that speaks for others and is not believed.
    ///
    /// Its visitors share as one client what clients share, and the owner may not know.
    func noteUntrusted(_ slot: ConnectionSlot, _ head: RequestHead) {
        let sendsList = head[.xForwardedFor] != nil
        guard sendsList || head[.forwarded] != nil, !connections[slot].isFromProxy else { return }
        let remote = connections[slot].remote
        let peer = ClientNetwork(remote)
        guard untrustedPeers.count < UntrustedPeers.countMax, untrustedPeers.insert(peer).inserted,
            site.untrustedPeers.isNew(peer)
        else { return }
        let field = sendsList ? "X-Forwarded-For" : "Forwarded"
        let name = remote.isUnix ? "unix" : RemoteAddress(high: remote.high, low: remote.low, port: 0).description
        errors.error(
            .warning,
            """
            \(remote.isUnix ? "a client of a Unix socket" : name) sends \(field) and is not believed: all for whom it speaks \
            share as one client; if it is your proxy, add \(name) to proxies of [server]\
            \(sendsList ? "" : " and set proxy_field to Forwarded")
            """
        )
    }
}
