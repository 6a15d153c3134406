/// What the kernel reports of a real folder's changes. Test threads, each with a folder of its own.

import CPlatform
import Glibc
import Platform
import Testing

@testable import Server

@Suite struct SiteWatchTests {
    @Test func writingAFileReportsIt() throws {
        let site = try Site()
        try site.write("page.html")
        var watch = SiteWatch(roots: [site.path])
        #expect(watch.watchFolder(of: "page.html", in: 0) != nil)
        try site.write("page.html")
        #expect(changes(&watch).contains("/page.html"))
    }

    @Test func makingAFileReportsIt() throws {
        let site = try Site()
        var watch = SiteWatch(roots: [site.path])
        _ = watch.watchFolder(of: "new.html", in: 0)
        try site.write("new.html")
        #expect(changes(&watch) == ["/new.html"])
    }

    /// How careful editors save, and how sites are deployed.
    @Test func renamingOverAFileReportsBothNames() throws {
        let site = try Site()
        try site.write("page.html")
        try site.write("page.new")
        var watch = SiteWatch(roots: [site.path])
        _ = watch.watchFolder(of: "page.html", in: 0)
        try site.rename("page.new", to: "page.html")
        #expect(changes(&watch) == ["/page.html", "/page.new"])
    }

    @Test func deletingAFileReportsIt() throws {
        let site = try Site()
        try site.write("page.html")
        var watch = SiteWatch(roots: [site.path])
        _ = watch.watchFolder(of: "page.html", in: 0)
        site.delete("page.html")
        #expect(changes(&watch) == ["/page.html"])
    }

    @Test func changingPermissionsAndTimesReportsTheFile() throws {
        let site = try Site()
        try site.write("page.html")
        var watch = SiteWatch(roots: [site.path])
        _ = watch.watchFolder(of: "page.html", in: 0)
        unsafe _ = chmod("\(site.path)/page.html", 0o600)
        #expect(changes(&watch) == ["/page.html"])
        var times = [timeval(), timeval()]
        unsafe _ = utimes("\(site.path)/page.html", &times)
        #expect(changes(&watch) == ["/page.html"])
    }

    @Test func aFileInAFolderIsReportedWithItsWholePath() throws {
        let site = try Site()
        site.folder("a")
        site.folder("a/b")
        try site.write("a/b/page.html")
        var watch = SiteWatch(roots: [site.path])
        let inner = watch.watchFolder(of: "a/b/page.html", in: 0)
        #expect(inner != nil)
        #expect(watch.watchFolder(of: "a/page.html", in: 0) != inner)
        #expect(watch.watchFolder(of: "a/b/other.html", in: 0) == inner)
        try site.write("a/b/page.html")
        #expect(changes(&watch) == ["/a/b/page.html"])
        // The folders above are watched as well.
        try site.write("a/page.html")
        #expect(changes(&watch) == ["/a/page.html"])
        try site.write("page.html")
        #expect(changes(&watch) == ["/page.html"])
    }

    @Test func whatFoldersDoMayChangeEverything() throws {
        let happenings: [(String, (borrowing Site) throws -> Void)] = [
            ("made", { $0.folder("c") }),
            ("moved", { try $0.rename("a", to: "moved") }),
            ("inner moved", { try $0.rename("a/b", to: "b") }),
            (
                "deleted",
                {
                    $0.delete("a/b/page.html"); $0.delete("a/b")
                }
            ),
            ("closed", { unsafe _ = chmod("\($0.path)/a", 0o700) }),
        ]
        for (name, happen) in happenings {
            let site = try Site()
            site.folder("a")
            site.folder("a/b")
            try site.write("a/b/page.html")
            var watch = SiteWatch(roots: [site.path])
            _ = watch.watchFolder(of: "a/b/page.html", in: 0)
            try happen(site)
            #expect(changes(&watch).contains("everything"), "\(name)")
        }
    }

    @Test func afterAFolderMovedItsFilesAreWatchedAnew() throws {
        let site = try Site()
        site.folder("a")
        try site.write("a/page.html")
        var watch = SiteWatch(roots: [site.path])
        _ = watch.watchFolder(of: "a/page.html", in: 0)
        try site.rename("a", to: "z")
        #expect(changes(&watch).contains("everything"))
        #expect(watch.watchFolder(of: "a/page.html", in: 0) == nil)
        #expect(watch.watchFolder(of: "z/page.html", in: 0) != nil)
        try site.write("z/page.html")
        #expect(changes(&watch) == ["/z/page.html"])
    }

    /// Taking the watches away makes the kernel say so (IN_IGNORED): those words must not count as changes again.
    @Test func aFolderThatMovesIsReportedOnceHoweverManyWereWatched() throws {
        let site = try Site()
        for number in 0..<50 { site.folder("folder-\(number)") }
        var watch = SiteWatch(roots: [site.path])
        for number in 0..<50 { _ = watch.watchFolder(of: "folder-\(number)/page.html", in: 0) }
        site.folder("one-more")
        #expect(allChanges(&watch) == ["everything"])
        #expect(allChanges(&watch, within: 0) == [])
    }

    /// The kernel has one watch for a folder, whatever it is called: reports under the old name are not the new one's.
    @Test func aFolderUnderASecondNameIsNotWatched() throws {
        let site = try Site()
        site.folder("a")
        var watch = SiteWatch(roots: [site.path])
        _ = watch.watchFolder(of: "a/page.html", in: 0)
        try site.rename("a", to: "z")
        #expect(watch.watchFolder(of: "z/page.html", in: 0) == nil)
        #expect(changes(&watch).contains("everything"))
        #expect(watch.watchFolder(of: "z/page.html", in: 0) != nil)
    }

    @Test func aFolderThatIsMissingOrALinkIsNotWatched() throws {
        let site = try Site()
        site.folder("a")
        unsafe _ = symlink("a", "\(site.path)/link")
        try site.write("file")
        var watch = SiteWatch(roots: [site.path])
        #expect(watch.watchFolder(of: "missing/page.html", in: 0) == nil)
        #expect(watch.watchFolder(of: "link/page.html", in: 0) == nil)
        #expect(watch.watchFolder(of: "file/page.html", in: 0) == nil)
        #expect(watch.watchFolder(of: "a/page.html", in: 0) != nil)
    }

    @Test func lostEventsMayChangeEverything() throws {
        let site = try Site()
        try site.write("a")
        try site.write("b")
        var watch = SiteWatch(roots: [site.path])
        _ = watch.watchFolder(of: "a", in: 0)
        // Equal events in a row are merged: two names in turn until the queue is full (inotify(7), 16,384 as it comes).
        for _ in 0..<20_000 {
            unsafe _ = chmod("\(site.path)/a", 0o600)
            unsafe _ = chmod("\(site.path)/b", 0o600)
        }
        #expect(changes(&watch).contains("everything"))
    }

    // MARK: Paths

    /// Happenings that lead a path elsewhere are told apart from those that don't.
    @Test func aNameOfAPathThatIsReplacedIsReported() throws {
        let happenings: [(String, isReported: Bool, (borrowing Site) throws -> Void)] = [
            ("turned", true, { try $0.turn("www", to: "b") }),
            ("removed", true, { $0.delete("www") }),
            ("inner turned", true, { try $0.turn("a/link", to: "b") }),
            ("parent renamed", true, { try $0.rename("a", to: "c") }),
            ("target renamed", true, { try $0.rename("a/target", to: "a/other") }),
            ("neighbour made", false, { try $0.write("file") }),
            ("neighbour moved", false, { try $0.rename("b", to: "d") }),
            ("page written", false, { try $0.write("a/target/page.html") }),
        ]
        for (name, isReported, happen) in happenings {
            let site = try Site()
            for folder in ["a", "a/target", "b"] { site.folder(folder) }
            unsafe _ = symlink("target", "\(site.path)/a/link")
            unsafe _ = symlink("a/link", "\(site.path)/www")
            var watch = SiteWatch(roots: [site.path])
            #expect(watch.followPath("\(site.path)/www", of: 0) == .found)
            #expect(watch.isPathWatched(of: 0) == true)
            try happen(site)
            // What has happened is reported at once, or not at all.
            #expect(allChanges(&watch, within: 0).contains("roots [0]") == isReported, "\(name)")
        }
    }

    @Test func aMissingNameIsAwaitedInItsFolder() throws {
        let site = try Site()
        site.folder("a")
        var watch = SiteWatch(roots: [site.path])
        #expect(watch.followPath("\(site.path)/a/www", of: 0) == .missing)
        #expect(watch.isPathWatched(of: 0) == true)
        site.folder("a/other")
        #expect(allChanges(&watch, within: 0) == [])
        site.folder("a/www")
        #expect(changes(&watch) == ["roots [0]"])
        #expect(watch.followPath("\(site.path)/a/www", of: 0) == .found)
        site.folder("a/more")
        #expect(allChanges(&watch, within: 0) == [])
        site.delete("a/www")
        #expect(changes(&watch) == ["roots [0]"])
    }

    /// One folder may be served and lie on the way to another; the kernel has one watch for it.
    @Test func aFolderThatIsServedAndPartOfAPathReportsBoth() throws {
        let site = try Site()
        site.folder("www")
        site.folder("www/blog")
        try site.write("www/page.html")
        var watch = SiteWatch(roots: ["\(site.path)/www", "\(site.path)/www/blog"])
        for root in 0..<2 { #expect(watch.followPath("\(site.path)/www" + ["", "/blog"][root], of: root) == .found) }
        #expect(watch.watchFolder(of: "page.html", in: 0) != nil)
        try site.write("www/page.html")
        #expect(changes(&watch) == ["/page.html"])
        // The folder is no longer served, and still part of the paths.
        watch.forgetFolders()
        try site.write("www/page.html")
        #expect(allChanges(&watch, within: 0) == [])
        try site.rename("www", to: "other")
        #expect(changes(&watch) == ["roots [0, 1]"])
        #expect(watch.followPath("\(site.path)/www", of: 0) == .missing)
        site.folder("www")
        #expect(changes(&watch) == ["roots [0]"])
    }

    @Test func lostEventsMayHaveLedEachPathElsewhere() throws {
        let site = try Site()
        try site.write("a")
        try site.write("b")
        var watch = SiteWatch(roots: [site.path, site.path])
        _ = watch.watchFolder(of: "a", in: 0)
        for _ in 0..<20_000 {
            unsafe _ = chmod("\(site.path)/a", 0o600)
            unsafe _ = chmod("\(site.path)/b", 0o600)
        }
        #expect(changes(&watch).isSuperset(of: ["everything", "roots [0, 1]"]))
    }

    @Test func aQuietSiteReportsNothing() throws {
        let site = try Site()
        try site.write("page.html")
        var watch = SiteWatch(roots: [site.path])
        _ = watch.watchFolder(of: "page.html", in: 0)
        #expect(contents(of: "\(site.path)/page.html") == "text")
        #expect(allChanges(&watch, within: 0) == [])
    }

    /// Who changes files faster than they are read holds nobody up.
    @Test func reportsAreReadALimitedNumberOfTimesAtOnce() throws {
        let site = try Site()
        var watch = SiteWatch(roots: [site.path])
        #expect(watch.watchFolder(of: Array("a".utf8), in: 0) != nil)
        let names = Set((0..<2000).map { "/\($0)" })
        for name in names { try site.write(String(name.dropFirst())) }
        var found: Set<String> = []
        var turns = 0
        repeat {
            watch.readChanges(atMost: 1) { change in
                if case .file(_, let path) = change { found.insert(String(decoding: path, as: UTF8.self)) }
            }
            turns += 1
        } while watch.hasUnread
        #expect(turns > 2000 * 32 / (16 << 10) && found == names)
    }

    /// The distinct changes that were reported, once there are any.
    private func changes(_ watch: inout SiteWatch) -> Set<String> { Set(allChanges(&watch)) }

    /// Waits for a change, then reads all there are: paths, or "everything".
    private func allChanges(_ watch: inout SiteWatch, within milliseconds: Int32 = 10_000) -> [String] {
        var request = pollfd(fd: watch.notifier?.rawValue ?? -1, events: Int16(POLLIN), revents: 0)
        unsafe _ = poll(&request, 1, milliseconds)
        var all: [String] = []
        watch.readChanges { change in
            switch change {
            case .everything: all.append("everything")
            case .file(let root, let path):
                #expect(root == 0)
                all.append(String(decoding: path, as: UTF8.self))
            case .roots(let roots): all.append("roots \(roots)")
            case .watched: break
            }
        }
        return all
    }

    private func contents(of path: String) -> String {
        guard let file = unsafe fopen(path, "r") else { return "" }
        defer { unsafe _ = fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 100)
        let count = unsafe fread(&buffer, 1, 100, file)
        return String(decoding: buffer[..<count], as: UTF8.self)
    }
}

/// A folder that goes with what is in it.
private struct Site: ~Copyable {
    let path: String

    init() throws {
        var template = Array("/tmp/ringport-watch-XXXXXX".utf8CString)
        guard let made = unsafe mkdtemp(&template) else { throw SystemError("make a folder") }
        path = unsafe String(cString: made)
    }

    deinit { Self.remove(path) }

    func folder(_ name: String) {
        unsafe _ = mkdir("\(path)/\(name)", 0o755)
    }

    func write(_ name: String) throws {
        guard let file = unsafe fopen("\(path)/\(name)", "w") else { throw SystemError("write \(name)") }
        unsafe _ = fputs("text", file)
        unsafe _ = fclose(file)
    }

    func rename(_ name: String, to other: String) throws {
        guard unsafe Glibc.rename("\(path)/\(name)", "\(path)/\(other)") == 0 else { throw SystemError("rename") }
    }

    /// Puts a link in a name's place.
    func turn(_ name: String, to target: String) throws {
        guard unsafe symlink(target, "\(path)/next") == 0 else { throw SystemError("link") }
        try rename("next", to: name)
    }

    func delete(_ name: String) {
        unsafe _ = Glibc.remove("\(path)/\(name)")
    }

    private static func remove(_ path: String) {
        if unsafe unlink(path) == 0 { return }
        if let folder = unsafe opendir(path) {
            while let entry = unsafe readdir(folder) {
                let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { remove("\(path)/\(name)") }
            }
            unsafe _ = closedir(folder)
        }
        unsafe _ = rmdir(path)
    }
}

extension SiteWatch {
    fileprivate mutating func watchFolder(of path: String, in root: Int) -> Int32? {
        watchFolder(of: Array(path.utf8), in: root)
    }
}
