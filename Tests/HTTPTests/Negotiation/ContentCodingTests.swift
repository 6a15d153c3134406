/// What a client wants of content codings (RFC 9110 §12.5.3).

import HTTP
import Testing

@Suite struct ContentCodingTests {
    /// What Accept-Encoding says, and what may be sent, the most wanted first.
    @Test(arguments: [
        Case("gzip, deflate, br, zstd", "br zstd gzip identity"), Case("gzip", "gzip identity"),
        Case("GZIP", "gzip identity"), Case("x-gzip", "gzip identity"), Case("br;q=0.5, gzip", "gzip br identity"),
        Case("gzip;q=0", "identity"), Case("*", "br zstd gzip identity"), Case("*;q=0", ""), Case("", "identity"),
        Case("identity", "identity"), Case("identity;q=0", ""), Case("gzip, identity;q=0", "gzip"),
        Case("gzip;q=0.5, identity", "identity"), Case("gzip;q=0.5, identity;q=0.5", "gzip identity"),
        Case("br;q=0, *", "zstd gzip identity"), Case("gzip, *;q=0", "gzip"), Case("deflate, compress", "identity"),
        Case("gzip ; q=0.8", "gzip identity"), Case("gzip;Q=0", "identity"), Case("gzip;q=2", "identity"),
        Case("gzip;q=0.000", "identity"), Case("gzip;q=0.001", "gzip identity"), Case(",,gzip,,", "gzip identity"),
        Case("gzip;q =0", "identity"), Case("gzip;q= 0", "identity"), Case("gzip;q\t=1", "identity"),
        Case("gzip;q", "identity"), Case("gzip;qq=0", "gzip identity"), Case("identity;q =0", ""),
        Case("gzip\t;\tq=0.5, br", "br gzip identity"), Case("BR;q=1.0, Zstd", "br zstd identity"),
        Case("*, identity;q=0", "br zstd gzip"), Case("*;q=0, identity;q=0.5", "identity"),
        Case("gzip;q=0, *", "br zstd identity"), Case("gzip;q=0, x-gzip", "gzip identity"),
        Case("gzipx, xbr", "identity"), Case("*;q=0.5, identity;q=0.1", "br zstd gzip identity"),
    ])
    func aFieldSaysWhatMayBeSent(_ line: Case<String>) throws {
        #expect(try preference("Accept-Encoding: \(line.input)") == line.expected)
    }

    @Test func linesAreOneList() throws {
        #expect(try preference("Accept-Encoding: gzip\r\nAccept-Encoding: br;q=0.1") == "gzip br identity")
    }

    @Test func whoSaysNothingGetsTheContentAsItIs() throws {
        #expect(try preference("X: y") == "identity")
    }

    private func preference(_ fields: String) throws -> String {
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n".utf8)
        var parser = RequestParser()
        guard case .complete(let head) = parser.parse(bytes.span) else { throw NotAccepted(text: "the field") }
        let preference = CodingPreference(QualityList.codings(head, in: bytes.span))
        return (preference.map { "\($0.name)" } + (preference.allowsIdentity ? ["identity"] : [])).joined(
            separator: " "
        )
    }
}
