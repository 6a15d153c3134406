/// The way of paths through a file system that is a table. Pure, any thread.

import Testing

@testable import Server

@Suite struct FolderWalkTests {
    /// Links by their paths; what is listed without a target is a folder.
    private static let tree: [String: String?] = [
        "/srv": nil, "/srv/site": nil, "/srv/site/www": "releases/42", "/srv/site/releases": nil,
        "/srv/site/releases/42": nil, "/srv/site/releases/42/public": nil, "/srv/site/current": "/srv/site/www",
        "/srv/site/up": "../site/./releases//42", "/srv/site/loop": "loop", "/srv/site/gone": "releases/43",
        "/srv/site/root": "/", "www": "releases/1", "releases": nil, "releases/1": nil, "..": nil, "../other": nil,
    ]

    /// The names that a path depends on, and where it ends.
    private func follow(_ path: String) -> ([String], FolderWalk.End) {
        var names: [String] = []
        let end = FolderWalk.follow(Array(path.utf8)) { folder, path in
            let text = String(decoding: path, as: UTF8.self)
            let parent = String(decoding: folder, as: UTF8.self)
            #expect(text.hasPrefix(parent) || parent == ".", "\(text) is in \(parent)")
            names.append(text)
            guard let entry = Self.tree[text] else { return .missing }
            return entry.map { .link(to: Array($0.utf8)) } ?? .other
        }
        return (names, end)
    }

    @Test func eachNameOfAPathIsLookedAtFromTheFirstOn() {
        #expect(follow("/srv/site/releases") == (["/srv", "/srv/site", "/srv/site/releases"], .found))
        #expect(follow("//srv/./site/") == (["/srv", "/srv/site"], .found))
        #expect(follow("/") == ([], .found))
    }

    @Test func aLinksTargetIsFollowedFromTheFolderOfTheLink() {
        let releases = ["/srv/site/releases", "/srv/site/releases/42"]
        let www = ["/srv", "/srv/site", "/srv/site/www"] + releases
        #expect(follow("/srv/site/www") == (www, .found))
        #expect(follow("/srv/site/www/public") == (www + ["/srv/site/releases/42/public"], .found))
        #expect(follow("/srv/site/up") == (["/srv", "/srv/site", "/srv/site/up", "/srv/site"] + releases, .found))
        #expect(follow("/srv/site/current") == (["/srv", "/srv/site", "/srv/site/current"] + www, .found))
        #expect(follow("/srv/site/root").1 == .found)
    }

    @Test func aRelativePathBeginsInTheWorkingFolder() {
        #expect(follow("./www") == (["www", "releases", "releases/1"], .found))
        #expect(follow("../other") == (["../other"], .found))
        #expect(follow("www/../..") == (["www", "releases", "releases/1"], .found))
    }

    @Test func aMissingNameEndsTheWay() {
        #expect(follow("/srv/other/www") == (["/srv", "/srv/other"], .missing))
        #expect(follow("/srv/site/gone").1 == .missing)
        #expect(follow("/srv/site/www/missing").1 == .missing)
    }

    @Test func linksInACircleEndTheWay() {
        #expect(follow("/srv/site/loop").1 == .circle)
    }
}
