/// Names of paths at which nothing is. Test threads.

import CPlatform
import Glibc
import Platform
import Testing

@testable import Server

@Suite struct AbsentNameTests {
    @Test(arguments: [
        ("/", [0]), ("/a", [0, 2]), ("/a/", [0, 2]), ("/a/b", [0, 2, 4]), ("/ab/c/", [0, 3, 5]),
    ])
    func aPathHasParts(path: String, ends: [Int]) {
        #expect(AbsentName.ends(of: Array(path.utf8)) == ends)
    }

    @Test(arguments: [("/", "", "/"), ("/", "/a", "/a"), ("/a", "/b/", "/a/b/"), ("/a", "", "/a")])
    func whatIsBeneathANameFollowsIt(name: String, rest: String, whole: String) {
        let named = ServedName(folder: 1, path: Array(name.utf8)).followed(by: Array(rest.utf8))
        #expect(named == ServedName(folder: 1, path: Array(whole.utf8)))
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
        let links = [("/to-b", "a/b"), ("/again", "to-b"), ("/nowhere", "a/none"), ("/out", "/etc")]
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
        let name = AbsentName(root: root, path: Array(path.utf8), symlinks: links)
        guard case .found(let names) = name.look(folders ?? [root], own: 0) else { return [] }
        return names.map { "\($0.folder):\(String(decoding: $0.path, as: UTF8.self))" }
    }

    @Test(arguments: [
        ("/none", "/none"), ("/a/none", "/a/none"), ("/to-b/none", "/a/b/none"), ("/again/none/", "/a/b/none/"),
        ("/again/none/none/none", "/a/b/none/none/none"), ("/again", "/a/b"), ("/again/", "/a/b/"),
        ("/to-b/file/none", "/a/b/file/none"), ("/nowhere/x", "/nowhere/x"), ("/out/passwd", "/out/passwd"), ("/", "/"),
    ])
    func theLongestPartThatIsThereTellsTheName(path: String, name: String) throws {
        try Self.withFolder { _, root in #expect(Self.names(path, root) == ["0:\(name)"]) }
    }

    @Test func aPathIsOpenedByTheRuleAboutLinks() throws {
        try Self.withFolder { _, root in
            #expect(Self.names("/again/none", root, .refuse) == ["0:/again/none"])
            #expect(Self.names("/again/none", root, .follow) == ["0:/a/b/none"])
            #expect(Self.names("/out/none", root, .follow) == [], "it is in no folder that is served")
        }
    }

    @Test func aPathHasANameInEachFolderAboveIt() throws {
        try Self.withFolder { path, root in
            let folders = try [root, Self.folder(path + "/a")]
            #expect(Self.names("/again/none", root, folders: folders) == ["0:/a/b/none", "1:/b/none"])
        }
    }

    /// As many parts as fit the longest path, and more.
    @Test(arguments: [1000, 2000, 4000]) func aPathOfManyPartsHasAName(count: Int) throws {
        let path = String(repeating: "/n", count: count)
        try Self.withFolder { _, root in #expect(Self.names("/to-b" + path, root) == ["0:/a/b" + path]) }
    }
}
