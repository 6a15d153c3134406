/// The links that a path passes, and the names of paths at which nothing is. Test threads.

import CPlatform
import Glibc
import Platform
import Testing

@testable import Server

@Suite struct PathWalkTests {
    @Test(arguments: [
        ("/", "", "/"), ("/", "a", "/a"), ("/a", "b/", "/a/b/"), ("/a", "", "/a"), ("/a", "b//./c", "/a/b/c"),
        ("/a", "b/c/../d", "/a/b/d"), ("/a", "b/c/..", "/a/b"), ("/a", "b/../d", nil), ("/a", "b/c/../../d", nil),
        ("/a", "..", nil), ("/a", "/", "/a/"),
    ])
    func aNameHasTheRestBehindIt(path: String, rest: String, whole: String?) {
        let joined = PathWalk.joined(Array(path.utf8), Array(rest.utf8))
        #expect(joined.map { String(decoding: $0, as: UTF8.self) } == whole)
    }

    // MARK: The kernel

    private static func folder(_ path: String) throws -> Descriptor.Shared {
        let number = unsafe ringport_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard number >= 0 else { throw SystemError("open \(path)") }
        return Descriptor.Shared(Descriptor(owning: number))
    }

    /// A folder with `a/b/file`, and links to these and to what is nowhere.
    private static func withFolder(_ body: (String, Descriptor.Shared) throws -> Void) throws {
        var template = Array("/tmp/ringport-absent-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw SystemError("make a folder") }
        let root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let links = [
            ("/to-b", "a/b"), ("/again", "to-b"), ("/nowhere", "a/none"), ("/out", "/etc"), ("/a/b/up", "../.."),
            ("/round", "round"), ("/a/b/file-too", "file"), ("/left", "to-b/../none"),
        ]
        defer {
            for name in links.map(\.0) + ["/a/b/file"] { _ = unsafe unlink(root + name) }
            for name in ["/a/b", "/a", ""] { _ = unsafe rmdir(root + name) }
        }
        for name in ["/a", "/a/b"] { _ = unsafe mkdir(root + name, 0o755) }
        let number = unsafe ringport_open(root + "/a/b/file", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        _ = Descriptor(owning: number)
        for (name, target) in links { _ = unsafe symlink(target, root + name) }
        try body(root, folder(root))
    }

    private static func names(
        _ path: String,
        _ root: Descriptor.Shared,
        _ links: FileRules.Symlinks = .inside,
        folders: [Descriptor.Shared]? = nil
    ) -> [String] {
        let way = PathWay(root: root, path: Array(path.utf8), symlinks: links)
        let looked = PathWay.look([way], folders ?? [root], own: 0, isInside: links != .follow)
        guard case .found(let names) = looked else { return [] }
        return names.map { "\($0.folder):\(String(decoding: $0.path, as: UTF8.self))" }
    }

    private static let ends = ["/to-b/file-too", "/a/b/file-too"]

    @Test(arguments: [
        ("/none", ["/none"]), ("/a/none", ["/a/none"]), ("/", ["/"]), ("/to-b/none", ["/a/b/none", "/to-b/none"]),
        ("/again/none/", ["/a/b/none/", "/again/none/", "/to-b/none/"]), ("/again", ["/a/b", "/again", "/to-b"]),
        ("/again/", ["/a/b/", "/again/", "/to-b/"]), ("/to-b/file/none", ["/a/b/file/none", "/to-b/file/none"]),
        ("/nowhere/x", ["/a/none/x", "/nowhere/x"]),
        // The walk ends in front of the link that it notes.
        ("/out/passwd", ["/out/passwd", "/out/passwd"]),
        ("/a/b/up/nowhere", ["/a/none", "/a/b/up/nowhere", "/nowhere"]),
        ("/to-b/up/to-b/file-too", ["/a/b/file", "/to-b/up/to-b/file-too", "/a/b/up/to-b/file-too"] + Self.ends),
        ("/left", ["/a/none", "/left"]),
    ])
    func eachLinkThatIsPassedIsAName(path: String, names: [String]) throws {
        try Self.withFolder { _, root in
            #expect(Self.names(path, root) == names.map { "0:\($0)" })
        }
    }

    @Test func aLinkToItselfEnds() throws {
        try Self.withFolder { _, root in #expect(Set(Self.names("/round/x", root)) == ["0:/round/x"]) }
    }

    @Test func aPathIsWalkedByTheRuleAboutLinks() throws {
        try Self.withFolder { path, root in
            #expect(Self.names("/again/none", root, .refuse) == ["0:/again/none"])
            #expect(Self.names("/again/none", root, .follow) == ["0:/a/b/none", "0:/again/none", "0:/to-b/none"])
            #expect(Self.names("/out/none", root, .follow) == ["0:/out/none"])
            // Its target is in no folder that is served. One may lead back.
            _ = unsafe unlink(path + "/out")
            _ = unsafe symlink(path + "/to-b", path + "/out")
            #expect(Self.names("/out/x", root, .follow) == ["0:/a/b/x", "0:/out/x", "0:/to-b/x"])
            #expect(Self.names("/out/x", root, .inside) == ["0:/out/x", "0:/out/x"])
        }
    }

    @Test func aPathHasANameInEachFolderAboveIt() throws {
        try Self.withFolder { path, root in
            let folders = try [root, Self.folder(path + "/a")]
            #expect(Self.names("/to-b/none", root, folders: folders) == ["0:/a/b/none", "1:/b/none", "0:/to-b/none"])
        }
    }

    @Test func nothingInAFolderThatIsRemovedHasAName() throws {
        try Self.withFolder { path, _ in
            _ = unsafe mkdir(path + "/gone", 0o755)
            let root = try Self.folder(path + "/gone")
            #expect(Self.names("/x/", root) == ["0:/x/"])
            _ = unsafe rmdir(path + "/gone")
            #expect(KernelPath.look(root.rawValue) == .removed)
            let way = PathWay(root: root, path: Array("/x/".utf8), symlinks: .inside)
            guard case .found([]) = PathWay.look([way], [root], own: 0, isInside: true) else {
                Issue.record("it waits for a folder that is gone")
                return
            }
        }
    }

    /// As many parts as fit the longest path, and more.
    @Test(arguments: [1000, 2000, 4000]) func aPathOfManyPartsHasAName(count: Int) throws {
        let path = String(repeating: "/n", count: count)
        try Self.withFolder { _, root in
            #expect(Self.names("/to-b" + path, root) == ["0:/a/b" + path, "0:/to-b" + path])
        }
    }
}
