/// The part of an address by which clients are told apart. Test threads.

import FileLog
import HTTP
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

    @Test func aWiderNetworkIsWhatOneHolderIsGiven() {
        func ipv4(_ number: UInt32) -> ClientNetwork? { ClientNetwork(RemoteAddress(ipv4: number, port: 80))?.wider }
        func ipv6(_ high: UInt64) -> ClientNetwork? {
            ClientNetwork(RemoteAddress(high: high, low: 1, port: 80))?.wider
        }
        #expect(ipv4(0x7F00_0001) == ipv4(0x7F00_00FF) && ipv4(0x7F00_0001) != ipv4(0x7F00_0101))
        #expect(ipv6(0x2001_0DB8_0000_0001) == ipv6(0x2001_0DB8_0000_FFFF))
        #expect(ipv6(0x2001_0DB8_0000_0001) != ipv6(0x2001_0DB8_0001_0001))
    }

    @Test func theClientOfAUnixSocketHasNoAddress() {
        #expect(ClientNetwork(.unix) == nil)
    }

    @Test func addressesOfThisMachineAreTold() {
        for ipv4 in [0x7F00_0001, 0x7F00_0002, 0x7FFF_FFFE] as [UInt32] {
            #expect(RemoteAddress(ipv4: ipv4, port: 80).isLoopback)
        }
        #expect(RemoteAddress(high: 0, low: 1, port: 80).isLoopback, "::1")
        for ipv4 in [0x8000_0001, 0x7EFF_FFFF, 0x0A00_0001, 1] as [UInt32] {
            #expect(!RemoteAddress(ipv4: ipv4, port: 80).isLoopback)
        }
        #expect(!RemoteAddress.unix.isLoopback && !RemoteAddress(high: 1, low: 1, port: 80).isLoopback)
    }

    @Test(arguments: [
        ("X-Forwarded-For: 192.0.2.1", true), ("forwarded: for=192.0.2.1", true), ("X-Forwarded-Proto: https", true),
        ("X-Forwarded-Host:", true), ("x-real-ip: 192.0.2.1", true), ("VIA: 1.1 a", true), ("X-Real-IPs: a", false),
        ("X: Via", false), ("Accept: */*", false),
    ])
    func aHeadThatNamesAProxysClientIsTold(line: String, isTold: Bool) throws {
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n\(line)\r\n\r\n".utf8)
        var parser = RequestParser()
        guard case .complete(let head) = parser.parse(bytes.span) else {
            Issue.record("\(line) is no field")
            return
        }
        #expect(head.namesVisitor(in: bytes.span) == isTold)
    }
}
