/// Addresses as people write them. Test threads.

import Testing

@testable import Server

@Suite struct ListenAddressTests {
    @Test(
        arguments: [
            ("127.0.0.1:80", "127.0.0.1:80"), ("localhost:80", "127.0.0.1:80"), ("[::1]:80", "[::1]:80"),
            ("[0:0::0:1]:80", "[::1]:80"), ("[2001:DB8::A]:0", "[2001:db8::a]:0"), (":80", "*:80"), ("*:80", "*:80"),
            ("unix:/run/a.sock", "unix:/run/a.sock"), ("unix:///run/a.sock", "unix:/run/a.sock"),
            ("unix:a.sock", "unix:a.sock"), ("unix:run/a b:1.sock", "unix:run/a b:1.sock"),
        ]
    )
    func whatIsReadIsWrittenInOneWay(text: String, written: String) throws {
        let address = try ListenAddress(reading: text)
        #expect(address.description == written)
        #expect(try ListenAddress(reading: written) == address)
    }

    @Test(
        arguments: [
            ("", "write an address"), ("nowhere", "write an address"), ("127.0.0.1", "write an address"),
            ("[::1]", "write an address"), ("8080", "write :8080 for every address, or 127.0.0.1:8080"),
            ("127.0.0.1:", "a port is a number"), ("127.0.0.1:65536", "a port is a number"),
            ("127.0.0.1:+80", "a port is a number"), (":http", "a port is a number"),
            ("http://127.0.0.1:80", "without the scheme"), ("::1:80", "in brackets"),
            ("example.com:80", "not looked up"), ("300.0.0.1:80", "not looked up"), ("[::g]:80", "no IPv6 address"),
            ("[::ffff:10.0.0.1]:80", "write 10.0.0.1:80"), ("unix:", "name the socket's file"),
            ("unix:/", "name the socket's file"), ("unix:@name", "without a file"), ("unix:/run/", "a folder"),
            ("unix:/a\nb", "control characters"), ("unix:/" + String(repeating: "a", count: 107), "at most 107 bytes"),
        ]
    )
    func whatIsWrongIsSaidWithWhatToWrite(text: String, reason: String) {
        #expect(ListenAddress(text) == nil)
        let problem = #expect(throws: ListenAddressProblem.self) { try ListenAddress(reading: text) }
        #expect(problem?.description.contains(reason) == true, "\(problem.map(\.description) ?? "nothing")")
    }

    @Test(
        arguments: [
            (["*:80", "127.0.0.1:80"], "has *:80, which takes 127.0.0.1:80 too"),
            (["[::1]:80", ":80"], "has *:80, which takes [::1]:80 too"),
            ([":80", "[::]:80"], "has *:80, which takes [::]:80 too"),
            (["0.0.0.0:80", "127.0.0.1:80"], "has 0.0.0.0:80, which takes 127.0.0.1:80 too"),
            (["[::1]:80", "[::]:80"], "has [::]:80, which takes [::1]:80 too"),
            (["localhost:80", "127.0.0.1:80"], "has 127.0.0.1:80 twice"), ([":80", "*:80"], "has *:80 twice"),
            (["[::1]:80", "[0::1]:80"], "has [::1]:80 twice"), (["unix:/a", "unix:///a"], "has unix:/a twice"),
            (["unix:a/b", "unix:./a//./b"], "has unix:a/b twice"),
        ]
    )
    func oneAddressThatTakesAnotherIsNamed(texts: [String], clash: String) throws {
        let addresses = try texts.map { try ListenAddress(reading: $0) }
        #expect(ListenAddress.clash(among: addresses)?.hasPrefix(clash) == true)
    }

    @Test(arguments: [
        ["0.0.0.0:80", "[::]:80"], [":80", ":81"], [":0", ":0"], ["*:80", "unix:/a"], ["127.0.0.1:80", "127.0.0.2:80"],
        ["unix:/a", "unix:/b"],
    ])
    func othersGoTogether(texts: [String]) throws {
        try #expect(ListenAddress.clash(among: texts.map { try ListenAddress(reading: $0) }) == nil)
    }

    /// The ready line begins with something to open.
    @Test(arguments: [
        ("*:80", "http://127.0.0.1:80 (*:80: every address, IPv4 and IPv6)"), ("[::1]:80", "http://[::1]:80"),
        ("unix:/run/a.sock", "unix:/run/a.sock"),
    ])
    func theReadyLineNamesWhatCanBeOpened(text: String, line: String) throws {
        try #expect(ListenAddress(reading: text).readyText == line)
    }
}
