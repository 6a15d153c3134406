/// Addresses as texts: what the C library takes is taken, and comes to the same. Test threads.

import Glibc
import Testing

@testable import HTTP

@Suite struct NetworkAddressTests {
    private static let taken = [
        "0.0.0.0", "1.2.3.4", "255.255.255.255", "127.0.0.1", "10.0.0.10", "::", "::1", "1::", "2001:db8::7",
        "2001:DB8::A",
        "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::3:4:5:6:7:8", "fe80::1:0:0:1", "::ffff:192.0.2.7",
        "::192.0.2.7", "64:ff9b::192.0.2.7", "1:2:3:4:5:6:192.0.2.7", "0000:0000:0000:0000:0000:0000:0000:0001",
        "::ffff:c000:207", "1::2:192.0.2.7",
    ]
    private static let refused = [
        "", " ", ".", ":", ":::", "1", "1.2.3", "1.2.3.", ".1.2.3", "1.2.3.4.", "1.2.3.4.5", "256.1.1.1", "1.2.3.1000",
        "01.2.3.4",
        "1.02.3.4", "1.2.3.00", "1..2.3", "0x1.2.3.4", "1.2.3.4 ", " 1.2.3.4", "+1.2.3.4", "-1.2.3.4", "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "1:2:3:4::5:6:7:8", "::1::", "1::2::3", ":1", "1:", "::1:", "12345::",
        "::12345", "::g", "1:2:3:4:5:6:7:192.0.2.7", "::192.0.2", "::192.0.2.256", "::192.0.2.7:1", "192.0.2.7::",
        "fe80::1%eth0",
        "[::1]", "::1/128", "1.2.3.4/8", "localhost", "::ffff:1.2.3.4.5", "::.1.2.3", "1:::2",
    ]

    /// The sixteen bytes that the C library makes of a text.
    private func witness(_ text: String) -> NetworkAddress? {
        var ipv4 = in_addr()
        if unsafe inet_pton(AF_INET, text, &ipv4) == 1 { return NetworkAddress(ipv4: UInt32(bigEndian: ipv4.s_addr)) }
        var ipv6 = in6_addr()
        guard unsafe inet_pton(AF_INET6, text, &ipv6) == 1 else { return nil }
        return unsafe withUnsafeBytes(of: &ipv6) { bytes in
            unsafe NetworkAddress(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }

    private func read(_ text: String) -> NetworkAddress? { NetworkAddress(Array(text.utf8).span) }

    @Test(arguments: taken) func anAddressIsReadAsTheCLibraryReadsIt(text: String) throws {
        let address = try #require(read(text))
        #expect(address == witness(text))
    }

    @Test(arguments: refused) func whatIsNoAddressIsNotRead(text: String) {
        #expect(read(text) == nil)
        #expect(witness(text) == nil)
    }

    /// Addresses of which any byte is replaced, left out or doubled.
    @Test func damagedAddressesAreReadAsTheCLibraryReadsThem() {
        for text in Self.taken {
            let bytes = Array(text.utf8)
            for place in bytes.indices {
                var variants = [bytes, bytes, bytes]
                variants[0].remove(at: place)
                variants[1].insert(bytes[place], at: place)
                variants[2][place] = UInt8(ascii: bytes[place] == UInt8(ascii: ":") ? "." : ":")
                for variant in variants {
                    let damaged = String(decoding: variant, as: UTF8.self)
                    #expect(read(damaged) == witness(damaged), "\(damaged)")
                }
            }
        }
    }
}
