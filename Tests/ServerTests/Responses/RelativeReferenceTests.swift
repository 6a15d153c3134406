/// Targets of a relative Location, at this server and behind a proxy that strips a prefix. Test threads.

import Testing

@testable import Server

@Suite struct RelativeReferenceTests {
    @Test(arguments: [
        ("/docs/", "/docs", "docs/"), ("/a/docs/", "/a/docs", "docs/"), ("/a/a/", "/a/a", "a/"),
        ("/a:b/", "/a:b", "a%3Ab/"), ("/http:/", "/http:", "http%3A/"), ("/ä b/", "/ä b", "%C3%A4%20b/"),
        ("/a?b#c/", "/a?b#c", "a%3Fb%23c/"), ("/..a/", "/..a", "..a/"),
        // A rewritten address is answered by a folder elsewhere.
        ("/docs/", "/a/old", "../docs/"), ("/x/y/", "/old", "x/y/"), ("/a/c/", "/a/b/old", "../c/"),
        ("/docs/", "/old/", "../docs/"), ("/", "/old", "./"), ("/a/", "/a/old", "./"), ("/", "/a/old", "../"),
    ])
    func aReferenceLeadsFromOnePathToAnother(target: String, base: String, expected: String) {
        let bytes = RelativeReference.path(to: Array(target.utf8).span, from: Array(base.utf8).span)
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
        #expect(bytes.first != UInt8(ascii: "/") && !bytes.contains(UInt8(ascii: ":")))
        #expect(Self.resolved(expected, at: base) == AddressPatternPath.encoded(target))
        #expect(Self.resolved(expected, at: "/app" + base) == "/app" + AddressPatternPath.encoded(target))
    }

    /// RFC 3986 §5.2: merged with the base, dot segments removed.
    private static func resolved(_ reference: String, at base: String) -> String {
        var segments = base.split(separator: "/", omittingEmptySubsequences: false).dropFirst().dropLast().map(
            String.init
        )
        let parts = reference.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        for part in parts.dropLast() {
            if part == ".." { _ = segments.popLast() } else if part != "." { segments.append(part) }
        }
        return "/" + (segments + [parts[parts.count - 1]]).joined(separator: "/")
    }

    private enum AddressPatternPath {
        static func encoded(_ path: String) -> String {
            String(decoding: AddressPattern.encoded(path: Array(path.utf8).span), as: UTF8.self)
        }
    }
}
