/// Paths that name files, and the files they name. Test threads.

import HTTP
import Testing

@testable import Server

@Suite struct FileNamesTests {
    private let names = FileNames(FileRules())

    @Test(arguments: [
        ("/", true), ("/a", true), ("/a/", true), ("/a/b.html", true), ("/a.b", true), ("/a./b", true), ("/a..b", true),
        ("/.well-known/", true), ("/.well-known/security.txt", true), ("/.well-known/a/b", true),
        ("", false), ("a", false), ("//", false), ("/a//b", false), ("/a//", false), ("//a", false),
        ("/.", false), ("/..", false), ("/.git/config", false), ("/a/.htaccess", false), ("/a/..", false),
        ("/.well-known", false), ("/.well-knownx/a", false), ("/.well-known/.secret", false),
        ("/a/.well-known/b", false),
    ])
    func aPathIsServedOrNot(path: String, isServed: Bool) {
        #expect(names.areServed(Array(path.utf8).span) == isServed)
    }

    @Test(arguments: [
        ("/", "index.html"), ("/a", "a"), ("/a/", "a/index.html"), ("/a/b.css", "a/b.css"), ("/é/", "é/index.html"),
        ("/index.html", "index.html"), ("", "index.html"),
    ])
    func aPathNamesAFile(path: String, file: String) {
        #expect(names.file(Array(path.utf8).span, attempt: 0) == Array(file.utf8))
    }

    @Test(arguments: [
        ("/index.html", "/"), ("/a/index.html", "/a/"), ("/a/b/index.html", "/a/b/"),
        ("/a/xindex.html", nil), ("/index.htm", nil), ("index.html", nil), ("/index.html/x", nil), ("/", nil),
    ])
    func anIndexAnswersForItsFolder(file: String, folder: String?) {
        let paths = [file] + (folder.map { [$0] } ?? [])
        #expect(names.paths(answeredBy: Array(file.utf8)) == paths.map { Array($0.utf8) })
    }

    @Test(arguments: [
        (false, "/a", ["/a", "/a/", "/a/index.html", "/a/home"]), (false, "/a/", ["/a/", "/a/index.html", "/a/home"]),
        (true, "/a", ["/a", "/a.html", "/a/", "/a/index.html", "/a/home"]), (true, "/", ["/", "/index.html", "/home"]),
    ])
    func anAddressCouldLeadToSeveralFiles(cleanURLs: Bool, name: String, paths: [String]) {
        var rules = FileRules()
        rules.cleanURLs = cleanURLs
        rules.index = ["index.html", "home"]
        #expect(FileNames(rules).paths(askedBy: Array(name.utf8)).map(text) == paths)
    }

    @Test func indexesAreTriedInTheirOrder() {
        var rules = FileRules()
        rules.index = ["index.html", "index.txt"]
        let names = FileNames(rules)
        #expect(tried("/a/", names) == ["a/index.html", "a/index.txt"])
        #expect(names.paths(answeredBy: Array("/a/index.txt".utf8)).map(text) == ["/a/index.txt", "/a/"])
    }

    @Test func aCleanAddressIsAnsweredByItsPage() {
        var rules = FileRules()
        rules.cleanURLs = true
        let names = FileNames(rules)
        #expect(tried("/about", names) == ["about", "about.html"])
        #expect(tried("/a.b/about", names) == ["a.b/about", "a.b/about.html"])
        #expect(tried("/release-1.2", names) == ["release-1.2", "release-1.2.html"])
        #expect(tried("/Dr. No", names) == ["Dr. No", "Dr. No.html"])
        #expect(names.paths(answeredBy: Array("/about.html".utf8)).map(text) == ["/about.html", "/about"])
    }

    @Test func hiddenNamesAreServedWhenTheRulesSaySo() {
        var rules = FileRules()
        rules.hidden = true
        let names = FileNames(rules)
        #expect(names.areServed(Array("/.git/config".utf8).span) == true)
        for path in ["/a//b", "/.", "/..", "/a/./b", "/a/../b", "/a/..", "/.well-known/../a", "/.well-known/."] {
            #expect(names.areServed(Array(path.utf8).span) == false, "\(path)")
        }
        for path in ["/...", "/a/..b", "/.a./b", "/.well-known/..a"] {
            #expect(names.areServed(Array(path.utf8).span) == true, "\(path)")
        }
    }

    @Test(arguments: [
        ("/a.svgz", "image/svg+xml", true), ("/a.SVGZ", "image/svg+xml", true), ("/a.svg", "image/svg+xml", false),
        ("/a.svgz", "application/octet-stream", false), ("/svgz", "image/svg+xml", false),
        ("/", "image/svg+xml", false),
    ])
    func aNameMaySayThatItsContentIsCoded(path: String, type: String, isCoded: Bool) {
        #expect(FileNames.coding(of: Array(path.utf8), type: Array(type.utf8)) == (isCoded ? .gzip : nil))
    }

    @Test(arguments: [
        ("a", true), ("ä ?#%\\:", true), ("a\u{85}", true), ("a\n", false), ("\u{7f}", false), ("\u{1b}[0m", false),
    ])
    func someNamesCannotBeAskedFor(name: String, canBe: Bool) {
        #expect(FileNames.canBeAskedFor(Array(name.utf8)) == canBe)
        #expect(!FileNames.canBeAskedFor([0xff] + Array(name.utf8)))
    }

    private func tried(_ path: String, _ names: FileNames) -> [String] {
        let path = Array(path.utf8)
        var files: [String] = []
        while let file = names.file(path.span, attempt: files.count) { files.append(text(file)) }
        return files
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
