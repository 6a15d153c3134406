/// Which paths name files, and which files. Test threads.

import Testing

@testable import Server

@Suite struct FileNameTests {
    @Test(arguments: [
        ("/", true), ("/a", true), ("/a/", true), ("/a/b.html", true), ("/a.b", true), ("/a./b", true), ("/a..b", true),
        ("/.well-known/", true), ("/.well-known/security.txt", true), ("/.well-known/a/b", true),
        ("", false), ("a", false), ("//", false), ("/a//b", false), ("/a//", false), ("//a", false),
        ("/.", false), ("/..", false), ("/.git/config", false), ("/a/.htaccess", false), ("/a/..", false),
        ("/.well-known", false), ("/.well-knownx/a", false), ("/.well-known/.secret", false),
        ("/a/.well-known/b", false),
    ])
    func aPathIsServedOrNot(path: String, isServed: Bool) {
        #expect(FileName.isServed(Array(path.utf8).span) == isServed)
    }

    @Test(arguments: [
        ("/", "index.html"), ("/a", "a"), ("/a/", "a/index.html"), ("/a/b.css", "a/b.css"), ("/é/", "é/index.html"),
        ("/index.html", "index.html"), ("", "index.html"),
    ])
    func aPathNamesAFile(path: String, file: String) {
        #expect(FileName.path(Array(path.utf8).span) == Array(file.utf8))
    }

    @Test(arguments: [
        ("/index.html", "/"), ("/a/index.html", "/a/"), ("/a/b/index.html", "/a/b/"),
        ("/a/xindex.html", nil), ("/index.htm", nil), ("index.html", nil), ("/index.html/x", nil), ("/", nil),
    ])
    func anIndexAnswersForItsFolder(file: String, folder: String?) {
        #expect(FileName.folderServed(by: Array(file.utf8)) == folder.map { Array($0.utf8) })
    }
}
