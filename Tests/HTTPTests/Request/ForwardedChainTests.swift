/// The chain of proxies that a head tells of, read from its end. Test threads.

import Testing

@testable import HTTP

@Suite struct ForwardedChainTests {
    /// The elements of a chain, the last first: addresses with their ports in hexadecimal groups, `-` for the nameless.
    private func chain(_ field: ForwardedField, _ lines: [String]) throws -> [String] {
        let text = "GET / HTTP/1.1\r\nHost: a\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
        return try withHead(text) { head, bytes in
            var chain = ForwardedChain(head, field)
            var hops: [String] = []
            while let hop = chain.next(in: bytes) {
                switch hop {
                case .nameless: hops.append("-")
                case .node(let node): hops.append(name(node))
                }
            }
            return hops
        }
    }

    private func name(_ node: ForwardedNode) -> String {
        let known = ["1.1.1.1", "2.2.2.2", "3.3.3.3", "2001:db8::1", "::1"]
        let name = known.first { NetworkAddress(Array($0.utf8).span) == node.address }
        return (name ?? "other") + (node.port == 0 ? "" : " \(node.port)")
    }

    // MARK: X-Forwarded-For

    @Test(arguments: [
        ("", []), ("1.1.1.1", ["1.1.1.1"]), ("1.1.1.1, 2.2.2.2", ["2.2.2.2", "1.1.1.1"]),
        ("1.1.1.1,2.2.2.2\t ,  3.3.3.3", ["3.3.3.3", "2.2.2.2", "1.1.1.1"]),
        // Empty elements of a list are none.
        (",1.1.1.1, ,, 2.2.2.2 ,", ["2.2.2.2", "1.1.1.1"]), (",", []), (" , ,", []),
        ("1.1.1.1:80, [::1]:443, [2001:db8::1]", ["2001:db8::1", "::1 443", "1.1.1.1 80"]),
        ("2001:db8::1, ::1", ["::1", "2001:db8::1"]), ("::ffff:1.1.1.1, [::ffff:2.2.2.2]:1", ["2.2.2.2 1", "1.1.1.1"]),
        ("1.1.1.1:_hidden", ["1.1.1.1"]), ("1.1.1.1:65535", ["1.1.1.1 65535"]),
        // What is no address.
        ("1.1.1.1, unknown", ["-", "1.1.1.1"]), ("_hidden", ["-"]), ("unix:", ["-"]), ("localhost", ["-"]),
        ("1.1.1.1 2.2.2.2", ["-"]), ("1.1.1", ["-"]), ("1.1.1.1:", ["-"]), ("1.1.1.1:65536", ["-"]),
        ("1.1.1.1:_", ["-"]), ("1.1.1.1:8_0", ["-"]), ("1.1.1.1/8", ["-"]), ("[1.1.1.1]", ["-"]), ("[::1", ["-"]),
        ("::1]", ["-"]), ("[::1]x", ["-"]), ("[]:1", ["-"]), ("fe80::1%eth0", ["-"]), ("\"1.1.1.1\"", ["-"]),
        ("0.0.0.0", ["-"]), ("::", ["-"]), ("[::]:1", ["-"]), ("for=1.1.1.1", ["-"]), ("1.1.1.1;2.2.2.2", ["-"]),
        // A quotation mark is a character as any other: it hides no comma.
        ("\"1.1.1.1, 2.2.2.2\"", ["-", "-"]), ("\", 2.2.2.2", ["2.2.2.2", "-"]), ("\u{FC}, 2.2.2.2", ["2.2.2.2", "-"]),
    ])
    func aListOfAddressesIsReadFromItsEnd(value: String, hops: [String]) throws {
        #expect(try chain(.xForwardedFor, ["X-Forwarded-For: \(value)"]) == hops)
    }

    // MARK: Forwarded

    @Test(arguments: [
        ("for=1.1.1.1", ["1.1.1.1"]), ("for=1.1.1.1, for=2.2.2.2", ["2.2.2.2", "1.1.1.1"]),
        ("FOR=1.1.1.1;PROTO=https", ["1.1.1.1"]), ("proto=http; by=3.3.3.3 ;for=\"1.1.1.1:80\"", ["1.1.1.1 80"]),
        ("for=\"[2001:db8::1]\", for=\"[::1]:443\"", ["::1 443", "2001:db8::1"]), ("for=\"1.1.1.1:_x\"", ["1.1.1.1"]),
        (";for=1.1.1.1;;proto=http;", ["1.1.1.1"]), ("for=\"\\1.1\\.1.1\"", ["1.1.1.1"]),
        ("for=1.1.1.1;ext=\"a, b; for=2.2.2.2\"", ["1.1.1.1"]), (" ,for=1.1.1.1,, ", ["1.1.1.1"]),
        ("for=1.1.1.1;ext=\"\\\", for=2.2.2.2;x=\\\"\"", ["1.1.1.1"]), ("for=1.1.1.1;ext=\"\\\\\"", ["1.1.1.1"]),
        ("for=1.1.1.1;ext=\"\\\\\\\"\", for=2.2.2.2", ["2.2.2.2", "1.1.1.1"]), ("ext=\"\";for=1.1.1.1", ["1.1.1.1"]),
        // Some proxies forget the quotation marks.
        ("for=1.1.1.1:80", ["1.1.1.1 80"]), ("for=[::1]:443", ["::1 443"]), ("for=2001:db8::1", ["2001:db8::1"]),
        // What is no address.
        ("for=unknown", ["-"]), ("for=_gazonk", ["-"]), ("for=\"_gazonk:80\"", ["-"]), ("for=", ["-"]),
        ("for=\"\"", ["-"]),
        ("for", ["-"]), ("proto=https", ["-"]), ("1.1.1.1", ["-"]), ("xfor=1.1.1.1", ["-"]), ("for =1.1.1.1", ["-"]),
        ("for= 1.1.1.1", ["-"]), ("for=1.1.1.1 proto=http", ["-"]), ("for=1.1.1.1;for=2.2.2.2", ["-"]),
        ("for=1.1.1.1;For=1.1.1.1", ["-"]), ("for=\"1.1.1.1", ["-"]), ("for=\"1.1.1.1\"x", ["-"]),
        ("for=1.1.1.1\"", ["-"]),
        ("for='1.1.1.1'", ["-"]), ("for=\"1.1.1.1\\\"", ["-"]), ("for=1.1.1.1;proto", ["-"]), ("=;for=1.1.1.1", ["-"]),
        // What a visitor wrote before does not reach what a proxy adds.
        ("for=\", for=2.2.2.2", ["2.2.2.2", "-"]), ("for=1.1.1.1;x=\", for=2.2.2.2;proto=http", ["2.2.2.2", "-"]),
        ("for=1.1.1.1;x=\", for=\"[2001:db8::1]\"", ["2001:db8::1", "-"]), ("\\, for=2.2.2.2", ["2.2.2.2", "-"]),
        ("for=1.1.1.1;x=\"\\, for=2.2.2.2;x=\"y\"", ["2.2.2.2", "-"]), ("(, for=2.2.2.2", ["2.2.2.2", "-"]),
        ("for=\"1.1.1.1, for=2.2.2.2;by=\"[::1]\"", ["2.2.2.2", "-"]),
    ])
    func elementsOfForwardedAreReadFromTheirEnd(value: String, hops: [String]) throws {
        #expect(try chain(.forwarded, ["Forwarded: \(value)"]) == hops)
    }

    // MARK: Lines

    @Test func allLinesAreOneList() throws {
        let lines = [
            "X-Forwarded-For: 1.1.1.1, 2.2.2.2", "Forwarded: for=\"", "x-forwarded-for:", "X-Forwarded: 1.1.1.1",
            "X-FORWARDED-FOR:   3.3.3.3  ", "Forwarded:for=2.2.2.2,for=3.3.3.3", "X-Forwarded-Fo: 9.9.9.9",
        ]
        #expect(try chain(.xForwardedFor, lines) == ["3.3.3.3", "2.2.2.2", "1.1.1.1"])
        #expect(try chain(.forwarded, lines) == ["3.3.3.3", "2.2.2.2", "-"])
        #expect(try chain(.forwarded, ["X-Forwarded-For: 1.1.1.1", "A: b"]) == [])
        #expect(try chain(.xForwardedFor, ["Forwarded: for=1.1.1.1"]) == [])
    }

    @Test func manyLinesAreReadInTheirOrder() throws {
        let lines = (0..<98).map { "X-Forwarded-For: 1.1.1.1:\($0 + 1)" }
        let hops = try chain(.xForwardedFor, lines)
        #expect(hops == (0..<98).reversed().map { "1.1.1.1 \($0 + 1)" })
    }

    /// Splitting at each comma is right where there is no quotation mark, and both fields agree there.
    @Test func aLineCutAnywhereIsReadAsItsElements() throws {
        let value = "1.1.1.1, ,2.2.2.2:80,[::1]:443 ,unknown, 2001:db8::1,,3.3.3.3"
        for count in 0...value.utf8.count {
            let cut = String(value.prefix(count))
            let elements = cut.split(separator: ",").map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }
            let expected = elements.reversed().map { element in
                ForwardedNode(Array(element.utf8).span).map(name) ?? "-"
            }
            #expect(try chain(.xForwardedFor, ["X-Forwarded-For: \(cut)"]) == expected, "\(cut)")
            let pairs = elements.map { "for=\"\($0)\"" }.joined(separator: " , ")
            #expect(try chain(.forwarded, ["Forwarded: \(pairs)"]) == expected, "\(pairs)")
        }
    }
}
