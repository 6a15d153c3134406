/// Trust in what others say of a client's address, and its limits. Test threads.

import FileLog
import HTTP
import Testing

@testable import Server

@Suite struct TrustedProxiesTests {
    private func proxies(_ trusted: [String], _ field: ProxyRules.Field = .xForwardedFor) throws -> TrustedProxies {
        var rules = ProxyRules()
        rules.trusted = try trusted.map { try TrustedPeer($0) }
        rules.field = field
        return TrustedProxies(rules)
    }

    private func address(_ text: String) throws -> RemoteAddress {
        if text == "unix" { return .unix }
        let read = NetworkAddress(Array(text.utf8).span)
        let address = try #require(read)
        return RemoteAddress(high: address.high, low: address.low, port: 9)
    }

    // MARK: Whom to trust

    @Test(arguments: [
        ("127.0.0.1", ["127.0.0.1", "::ffff:127.0.0.1"], ["127.0.0.2", "::1", "::127.0.0.1", "unix"]),
        ("10.0.0.0/8", ["10.0.0.0", "10.255.255.255"], ["9.255.255.255", "11.0.0.0", "a00::"]),
        ("192.0.2.64/26", ["192.0.2.64", "192.0.2.127"], ["192.0.2.63", "192.0.2.128"]),
        ("0.0.0.0/0", ["1.2.3.4", "255.255.255.255"], ["::1", "2001:db8::1", "unix"]),
        ("::ffff:10.0.0.0/104", ["10.0.0.1"], ["11.0.0.1", "::1"]),
        ("::1", ["::1"], ["::2", "127.0.0.1", "0.0.0.1", "unix"]),
        ("2001:db8::/32", ["2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"], ["2001:db9::", "2001:db7::"]),
        ("fd00::/8", ["fd12:3456::1"], ["fe00::", "fc00::"]), ("2001:db8::/64", ["2001:db8::f"], ["2001:db8:0:1::"]),
        ("2001:db8::8/127", ["2001:db8::8", "2001:db8::9"], ["2001:db8::a"]),
        ("::/0", ["::1", "ffff::"], ["127.0.0.1", "unix"]), ("unix", ["unix"], ["::1", "127.0.0.1"]),
    ])
    func aRangeHasTheAddressesThatBeginAsIt(range: String, inside: [String], outside: [String]) throws {
        let proxies = try proxies([range])
        for text in inside { #expect(try proxies.trusts(address(text)), "\(text)") }
        for text in outside { #expect(try !proxies.trusts(address(text)), "\(text)") }
    }

    @Test func nobodyIsTrustedUnlessNamed() throws {
        let none = try proxies([])
        for text in ["127.0.0.1", "::1", "unix", "10.0.0.1"] { #expect(try !none.trusts(address(text))) }
        let several = try proxies(["127.0.0.1", "10.0.0.0/8", "unix"])
        for text in ["127.0.0.1", "10.9.9.9", "unix"] { #expect(try several.trusts(address(text))) }
        #expect(try !several.trusts(address("::1")))
    }

    @Test(arguments: [
        ("", "write an address"), ("localhost", "write an address"), ("Unix", "write an address"),
        ("unix:", "write an address"),
        ("127.0.0.1:80", "write an address"), ("[::1]", "write an address"), ("10.0.0/8", "write an address"),
        (" 10.0.0.0/8", "write an address"), ("0.0.0.0", "nobody connects from there"),
        ("::", "nobody connects from there"),
        ("10.0.0.0/33", "the number of bits of such an address is from 0 to 32"),
        ("10.0.0.0/", "the number of bits"), ("10.0.0.0/08", "the number of bits"),
        ("10.0.0.0/+8", "the number of bits"),
        ("10.0.0.0/-1", "the number of bits"), ("10.0.0.0/8/8", "the number of bits"),
        ("10.0.0.0/255.0.0.0", "the number of bits"),
        ("2001:db8::/129", "the number of bits of such an address is from 0 to 128"),
        ("10.0.0.1/8", "write \"10.0.0.0/8\" for the range, or \"10.0.0.1\" for the one address"),
        ("2001:db8::1/32", "write \"2001:db8::/32\" for the range, or \"2001:db8::1\""),
        ("::1/64", "write \"::/64\" for"),
        ("1.2.3.4/0", "write \"0.0.0.0/0\" for"),
    ])
    func whatIsNoRangeIsRefusedWithARemedy(text: String, remedy: String) {
        do throws(TrustedPeer.Problem) {
            _ = try TrustedPeer(text)
            Issue.record("\(text) was taken")
        } catch {
            #expect(error.remedy.hasPrefix(remedy), "\(error.remedy)")
        }
    }

    // MARK: How far the chain is followed

    private func client(
        _ lines: [String],
        _ trusted: [String] = ["127.0.0.1", "10.0.0.0/8", "fd00::/8"],
        _ field: ProxyRules.Field = .xForwardedFor,
        peer: String = "127.0.0.1"
    ) throws -> String {
        let text = "GET / HTTP/1.1\r\nHost: a\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
        let bytes = Array(text.utf8)
        var parser = RequestParser()
        guard case .complete(let head) = parser.parse(bytes.span) else {
            Issue.record("\(text) is no request")
            return ""
        }
        let client = try proxies(trusted, field).client(of: head, in: bytes.span, from: address(peer))
        return client.description
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("192.0.2.1:4711", "192.0.2.1"), ("[2001:db8::1]:4711", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"), ("::ffff:192.0.2.1", "192.0.2.1"),
        // What a visitor sent stands to the left of what the proxy added.
        ("6.6.6.6, 192.0.2.1", "192.0.2.1"), ("6.6.6.6, 192.0.2.1, 10.0.0.1, 10.0.0.2", "192.0.2.1"),
        ("127.0.0.1, 192.0.2.1", "192.0.2.1"), ("6.6.6.6, 192.0.2.1, fd00::1", "192.0.2.1"),
        // All are trusted: the first one asks.
        ("10.0.0.3, 10.0.0.1", "10.0.0.3"), ("10.0.0.3", "10.0.0.3"), ("127.0.0.1", "127.0.0.1"),
        // No address: what was reached before it.
        ("", "127.0.0.1"), ("unknown", "127.0.0.1"), ("6.6.6.6, unknown", "127.0.0.1"), ("6.6.6.6, -", "127.0.0.1"),
        ("6.6.6.6, unknown, 10.0.0.1", "10.0.0.1"), ("6.6.6.6, 10.0.0.256, 10.0.0.1", "10.0.0.1"),
        ("6.6.6.6, 10.0.0.1 x, 10.0.0.2, 10.0.0.1", "10.0.0.2"), ("6.6.6.6, 0.0.0.0", "127.0.0.1"), ("::", "127.0.0.1"),
        ("unix:", "127.0.0.1"),
    ])
    func theFirstThatIsNotTrustedIsTheClient(value: String, expected: String) throws {
        #expect(try client(["X-Forwarded-For: \(value)"]) == expected)
        let forwarded = value.split(separator: ",").map { "for=\"\($0.filter { $0 != " " })\"" }.joined(separator: ", ")
        // The other field holds something else each time, and is never looked at.
        let other = "X-Forwarded-For: 7.7.7.7"
        #expect(try client([other, "Forwarded: \(forwarded)", other], field: .forwarded) == expected)
        #expect(
            try client(["Forwarded: for=7.7.7.7", "X-Forwarded-For: \(value)", "Forwarded: for=7.7.7.7"]) == expected
        )
    }

    private func client(_ lines: [String], field: ProxyRules.Field) throws -> String {
        try client(lines, ["127.0.0.1", "10.0.0.0/8", "fd00::/8"], field)
    }

    @Test func linesAreReadFromTheLast() throws {
        let mine = "X-Forwarded-For: 6.6.6.6"
        #expect(try client([mine, "X-Forwarded-For: 192.0.2.1"]) == "192.0.2.1")
        #expect(try client([mine, "X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 10.0.0.1"]) == "192.0.2.1")
        #expect(try client([mine, "X-Forwarded-For: unknown", "X-Forwarded-For: 10.0.0.1"]) == "10.0.0.1")
        #expect(try client([mine, "X-Forwarded-For:", "X-Forwarded-For: 10.0.0.1, 10.0.0.2"]) == "6.6.6.6")
        #expect(
            try client(["X-Forwarded-For: 192.0.2.1, 10.0.0.1", "A: b", "X-Forwarded-For: 10.0.0.2"]) == "192.0.2.1"
        )
    }

    @Test func aUnixPeerIsTrustedByItsWord() throws {
        #expect(try client(["X-Forwarded-For: 192.0.2.1"], ["unix"], peer: "unix") == "192.0.2.1")
        #expect(try client([], ["unix"], peer: "unix") == "unix:")
        #expect(try client(["X-Forwarded-For: ::"], ["unix"], peer: "unix") == "unix:")
    }

    @Test func whereEverybodyIsTrustedTheLeftmostCounts() throws {
        #expect(try client(["X-Forwarded-For: 6.6.6.6, 192.0.2.1"], ["0.0.0.0/0"]) == "6.6.6.6")
        #expect(try client(["X-Forwarded-For: 6.6.6.6, ::1"], ["0.0.0.0/0"]) == "::1")
    }
}
