/// Sockets in the way of an address, from the kernel's lists. Test threads.

import Testing

@testable import Server

@Suite struct ListeningSocketTests {
    private static let four = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 11 1 0000000000000000 100 0 0 10 0
           1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12 1 0000000000000000 100 0 0 10 0
           2: 0100007F:1F90 0100007F:A000 01 00000000:00000000 00:00000000 00000000  1000        0 13 1 0000000000000000 20 0 0 10 -1
           3: 0200007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1001        0 14 1 0000000000000000 100 0 0 10 0
        """
    private static let six = """
          sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 21 1 0000000000000000 100 0 0 10 0
           1: 00000000000000000000000000000000:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 22 1 0000000000000000 100 0 0 10 0
           2: B80D01200000000000000000EFCDAB89:1F92 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 23 1 0000000000000000 100 0 0 10 0
        """

    @Test(arguments: [
        ("127.0.0.1:8080", [11]), ("127.0.0.2:8080", [14]), ("127.0.0.3:8080", []), ("0.0.0.0:8080", [11, 14]),
        ("10.1.2.3:80", [12]), ("0.0.0.0:80", [12]), ("[::1]:8080", [21]), ("[::]:8080", [21]), ("[::1]:80", [12]),
        ("127.0.0.1:8081", [22]), ("[::5]:8081", [22]), ("[2001:db8::89ab:cdef]:8082", [23]), ("127.0.0.1:443", []),
        (":8080", [11, 14, 21]), ("*:8081", [22]), (":443", []),
    ])
    func socketsThatKeepAnAddressFromBeingBoundAreFound(address: String, inodes: [UInt64]) throws {
        let sockets = ListeningSocket.list(Self.four) + ListeningSocket.list(Self.six)
        let found = ListeningSocket.inTheWay(of: try #require(ListenAddress(address)), among: sockets)
        #expect(found.map(\.inode) == inodes)
    }

    private static let unix = """
        Num       RefCount Protocol Flags    Type St Inode Path
        0000000000000000: 00000002 00000000 00010000 0001 01 31 /run/a b.sock
        0000000000000000: 00000003 00000000 00000000 0001 03 32 /run/a.sock
        0000000000000000: 00000002 00000000 00010000 0001 01 33 /run/a.sock
        0000000000000000: 00000003 00000000 00000000 0001 03 34
        """

    @Test(arguments: [("/run/a.sock", 33), ("/run/a b.sock", 31), ("/run/b.sock", nil)] as [(String, UInt64?)])
    func theUnixSocketThatListensIsFound(path: String, inode: UInt64?) {
        #expect(ListeningSocket.unixSocket(at: path, Self.unix) == inode)
    }

    @Test func aSocketIsItsUsers() {
        #expect(ListeningSocket.list(Self.four).map(\.user) == [1000, 0, 1001])
    }

    @Test(arguments: ["", "x", "0: 0100007F:1F90 0A\n", "0: 0100007:1F90 0:0 0A 0:0 0:0 0 0 0 5 1\n"])
    func nonsenseIsNoSocket(text: String) {
        #expect(ListeningSocket.list(text).isEmpty)
    }
}
