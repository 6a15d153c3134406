/// Which paths a pattern stands for.

import HTTP
import Testing

@Suite struct PathGlobTests {
    @Test(arguments: [
        ("/a", "/a", true), ("/a", "/ab", false), ("/ab", "/a", false), ("/*", "/", true), ("/*", "/a/b", false),
        ("/**", "/a/b", true), ("/**", "/", true), ("**", "", true), ("*", "", true), ("?", "", false),
        ("/?", "/a", true), ("/?", "//", false), ("/**/x", "/a/b/x", true), ("/**/x", "/x", false),
        ("/*.css", "/a.css.css", true), ("/*/*.css", "/a/b.css", true), ("/*/*.css", "/a.css", false),
        ("/**/*.css", "/a/b/c.css", true), ("**a*b", "/a/a-b", true), ("**a*b", "/ab/", false),
        ("/a***b", "/a/x/b", true), ("*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
    ])
    func aGlobStandsForAWholePath(pattern: String, path: String, matches: Bool) {
        #expect(PathGlob(pattern).matches(path.utf8Span.span) == matches)
    }
}
