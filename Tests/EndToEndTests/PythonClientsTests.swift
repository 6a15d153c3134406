/// What programs in Python do with the two libraries most of them use. Test threads.

import Harness
import Testing

/// The claims are in the scripts of `Tests/Clients`, one method each.
@Suite struct PythonClientsTests {
    private static let text = (0..<4000).map { "line \($0) of a text that is not very different from line \($0 / 2)\n" }
        .joined()

    @Test(arguments: ["requests", "aiohttp"])
    func aLibrarysOwnTestsPass(library: String) throws {
        let site = try TestSite([
            "index.html": "hello\n", "digits.txt": "0123456789", "text.txt": Self.text, "größe.txt": "umlaut\n",
            "docs/index.html": "the docs\n", "thanks.html": "thanks\n", "404.html": "not here\n",
        ])
        try site.write(
            "www/data.bin",
            (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8 &+ $0 >> 16) }
        )
        try site.age("www/data.bin")
        try serving(site) { server in
            let outcome = try Program.python(
                "\(library)_client.py",
                importing: [library, "brotli"],
                server.url(""),
                site.root
            )
            #expect(outcome.succeeded, "\(outcome)")
            #expect(outcome.errors.contains(/Ran [1-9][0-9]+ tests/), "\(outcome)")
        }
    }
}
