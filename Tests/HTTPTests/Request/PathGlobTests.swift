/// Paths that a pattern stands for.

import HTTP
import Testing

@Suite struct PathGlobTests {
    private static func stands(_ pattern: String, for path: String) -> Bool {
        PathGlob(pattern).matches(path.utf8Span.span)
    }

    @Test(arguments: [
        ("/a", "/a", true), ("/a", "/ab", false), ("/ab", "/a", false), ("/*", "/", true), ("/*", "/a/b", false),
        ("/**", "/a/b", true), ("/**", "/", true), ("**", "", true), ("*", "", true), ("?", "", false),
        ("/?", "/a", true), ("/?", "//", false), ("/**/x", "/a/b/x", true), ("/**/x", "/x", false),
        ("/*.css", "/a.css.css", true), ("/*/*.css", "/a/b.css", true), ("/*/*.css", "/a.css", false),
        ("/**/*.css", "/a/b/c.css", true), ("**a*b", "/a/a-b", true), ("**a*b", "/ab/", false),
        ("/a***b", "/a/x/b", true), ("*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
    ])
    func aGlobStandsForAWholePath(pattern: String, path: String, matches: Bool) {
        #expect(Self.stands(pattern, for: path) == matches)
    }

    /// More elements behind the first star than a word has bits, and exactly as many.
    @Test(arguments: [62, 63, 64, 65, 127, 128, 129, 300])
    func aLongPatternIsMatchedAcrossWords(count: Int) {
        let letters = String(repeating: "a", count: count)
        for (pattern, path) in [
            ("/*\(letters)", "/x\(letters)"), ("/**\(letters)*", "/\(letters)"),
            ("/**/\(letters)**", "/x/y/\(letters)/z"),
            ("/?\(letters)?", "/x\(letters)x"), ("*\(letters)", letters),
        ] {
            #expect(Self.stands(pattern, for: path), "\(pattern) stands for \(path)")
            #expect(!Self.stands(pattern, for: path + "/") || pattern.hasSuffix("**"))
            #expect(!Self.stands(pattern, for: String(path.dropLast(3))) || pattern.hasSuffix("**"))
        }
    }

    /// Patterns and paths of few different bytes, by a reading that tries everything.
    @Test func allWaysToMatchAreTried() {
        var dice = Dice(seed: 7)
        var matched = 0
        for _ in 0..<20_000 {
            let pattern = text(of: Array("aab/**?".utf8), &dice, countMax: 8)
            let path = text(of: Array("aab/".utf8), &dice, countMax: 9)
            let expected = Self.matches(Array(pattern.utf8)[...], Array(path.utf8)[...])
            #expect(Self.stands(pattern, for: path) == expected, "\(pattern) and \(path)")
            matched += expected ? 1 : 0
        }
        #expect(matched > 1000)
    }

    private func text(of bytes: [UInt8], _ dice: inout Dice, countMax: Int) -> String {
        let count = Int.random(in: 0...countMax, using: &dice)
        return String(
            decoding: (0..<count).map { _ in bytes[Int.random(in: 0..<bytes.count, using: &dice)] },
            as: UTF8.self
        )
    }

    private static func matches(_ pattern: ArraySlice<UInt8>, _ path: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return path.isEmpty }
        let slash = UInt8(ascii: "/")
        switch first {
        case UInt8(ascii: "*"):
            let isRun = pattern.dropFirst().first == first
            let rest = isRun ? pattern.drop { $0 == first } : pattern.dropFirst()
            let reach = isRun ? path : path.prefix { $0 != slash }
            return (0...reach.count).contains { matches(rest, path.dropFirst($0)) }
        case UInt8(ascii: "?"):
            return path.first.map { $0 != slash } ?? false && matches(pattern.dropFirst(), path.dropFirst())
        default: return path.first == first && matches(pattern.dropFirst(), path.dropFirst())
        }
    }
}
