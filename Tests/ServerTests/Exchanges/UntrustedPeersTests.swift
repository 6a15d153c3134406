/// Peers that speak for others and are not believed. Test threads.

import FileLog
import Testing

@testable import Server

@Suite struct UntrustedPeersTests {
    @Test func eachPeerIsNamedOnceAndNotEveryPeer() {
        let peers = UntrustedPeers()
        let addresses = (0..<1000).map { ClientNetwork(RemoteAddress(ipv4: 0x0A00_0000 + $0, port: 80)) }
        #expect(addresses.filter { peers.isNew($0) }.count == UntrustedPeers.countMax)
        #expect(addresses.filter { peers.isNew($0) }.isEmpty)
    }

    @Test func theClientsOfUnixSocketsAreOnePeer() {
        let peers = UntrustedPeers()
        #expect(peers.isNew(ClientNetwork(.unix)))
        #expect(!peers.isNew(ClientNetwork(.unix)))
    }
}
