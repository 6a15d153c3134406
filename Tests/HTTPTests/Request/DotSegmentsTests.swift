/// Segments of a path that are one dot or two. Test threads.

import HTTP
import Testing

@Suite struct DotSegmentsTests {
    @Test(arguments: [
        ("/", "/"), ("/a/b", "/a/b"), ("/a/.", "/a/"), ("/a/./b", "/a/b"), ("/a/..", "/"), ("/a/../b", "/b"),
        ("/a/b/../../c", "/c"), ("/a/b/..", "/a/"), ("/..", "/"), ("/../a", "/a"), ("/a/../../../b", "/b"),
        ("/manual/../private/x", "/private/x"), ("/manual/./../private/", "/private/"), ("/.", "/"), ("/./", "/"),
        ("/a//../b", "/a/b"), ("/a/..//b", "//b"), ("/a/...", "/a/..."), ("/..a/.b./c..", "/..a/.b./c.."),
        ("/a/.hidden", "/a/.hidden"), ("/.well-known/../x", "/x"),
    ])
    func theyAreResolved(path: String, expected: String) {
        let resolved = DotSegments.resolved(Array(path.utf8))
        #expect(String(decoding: resolved, as: UTF8.self) == expected)
        let hasAny = DotSegments.isAny(of: resolved.span)
        let hadAny = DotSegments.isAny(of: Array(path.utf8).span)
        #expect(!hasAny && hadAny == (path != expected))
    }
}
