/// The part of an address by which clients are told apart. Test threads.

import FileLog
import Testing

@testable import Server

@Suite struct ClientNetworkTests {
    @Test func everyAddressOfIPv4IsAClient() {
        let one = ClientNetwork(RemoteAddress(ipv4: 0x7F00_0001, port: 80))
        #expect(one == ClientNetwork(RemoteAddress(ipv4: 0x7F00_0001, port: 81)))
        #expect(one != ClientNetwork(RemoteAddress(ipv4: 0x7F00_0002, port: 80)))
    }

    @Test func aPrefixOfIPv6IsAClient() {
        let one = ClientNetwork(RemoteAddress(high: 0x2001_0DB8_0000_0001, low: 7, port: 80))
        #expect(one == ClientNetwork(RemoteAddress(high: 0x2001_0DB8_0000_0001, low: .max, port: 80)))
        #expect(one != ClientNetwork(RemoteAddress(high: 0x2001_0DB8_0000_0002, low: 7, port: 80)))
    }

    @Test func aMappedAddressIsThatOfIPv4() {
        let mapped = RemoteAddress(high: 0, low: 0xFFFF_7F00_0001, port: 80)
        #expect(ClientNetwork(mapped) == ClientNetwork(RemoteAddress(ipv4: 0x7F00_0001, port: 80)))
    }

    @Test func theClientOfAUnixSocketHasNoAddress() {
        #expect(ClientNetwork(.unix) == nil)
    }
}
