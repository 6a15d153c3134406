/// Names of open files beneath the folders that are served. Test threads.

import CPlatform
import Glibc
import Platform
import Testing

@testable import Server

@Suite struct ServedNamesTests {
    private func names(_ file: String, _ folders: [String?], own: Int) -> [String] {
        ServedNames.names(of: Array(file.utf8), beneath: folders.map { $0.map { Array($0.utf8) } }, own: own)
            .map { "\($0.folder):\(String(decoding: $0.path, as: UTF8.self))" }
    }

    @Test func aFileHasANameInEachFolderAboveIt() {
        let folders: [String?] = ["/s/www", "/s/www/b", "/s", "/s/www2", nil]
        #expect(names("/s/www/b/x", folders, own: 0) == ["0:/b/x", "1:/x", "2:/www/b/x"])
        #expect(names("/s/www2/x", folders, own: 3) == ["2:/www2/x", "3:/x"])
        #expect(names("/s/www/b", folders, own: 1) == ["0:/b", "1:/", "2:/www/b"])
        #expect(names("/elsewhere", folders, own: 0) == [])
        #expect(names("/x/y", ["/"], own: 0) == ["0:/x/y"])
        #expect(names("/", ["/"], own: 0) == ["0:/"])
    }

    /// Each of several sites with one folder has guards of its own, by whatever path it names the folder.
    @Test func ofOneFolderTheOwnPlaceCounts() {
        #expect(names("/s/x", ["/s", "/s", "/"], own: 1) == ["1:/x", "2:/s/x"])
    }

    // MARK: The kernel

    private static func open(_ path: String, _ flags: Int32 = O_RDONLY) throws -> Descriptor {
        let number = unsafe ringport_open(path, flags | O_CLOEXEC, 0o644)
        guard number >= 0 else { throw SystemError("open \(path)") }
        return Descriptor(owning: number)
    }

    private static func names(_ outcome: ServedNames) -> [ServedName]? {
        if case .found(let names) = outcome { names } else { nil }
    }

    private static func isMoved(_ outcome: ServedNames) -> Bool { if case .moved = outcome { true } else { false } }

    @Test func theKernelTellsWhereALinkLed() throws {
        var template = Array("/tmp/ringport-names-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw SystemError("make a folder") }
        let root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            for name in ["/in/moved", "/in/x (deleted)", "/in/x", "/link"] { _ = unsafe unlink(root + name) }
            for name in ["/in", ""] { _ = unsafe rmdir(root + name) }
        }
        _ = unsafe mkdir(root + "/in", 0o755)
        _ = try Self.open(root + "/in/x", O_RDWR | O_CREAT)
        _ = unsafe symlink("in/x", root + "/link")
        let folders = [
            Descriptor.Shared(try Self.open(root, O_DIRECTORY)),
            Descriptor.Shared(try Self.open(root + "/in", O_DIRECTORY)),
        ]
        let file = try Self.open(root + "/link")
        func look(own: Int, isInside: Bool = true) -> ServedNames {
            .look(file.rawValue, by: nil, folders, own: own, isInside: isInside)
        }
        let both = [
            ServedName(folder: 0, path: Array("/in/x".utf8)), ServedName(folder: 1, path: Array("/x".utf8)),
        ]
        #expect(Self.names(look(own: 0)) == both)
        func look(by path: String) -> ServedNames {
            let way = PathWay(root: folders[0], path: Array(path.utf8), symlinks: .inside)
            return .look(file.rawValue, by: way, folders, own: 0, isInside: true)
        }
        #expect(Self.names(look(by: "/link")) == both + [ServedName(folder: 0, path: Array("/link".utf8))])
        // A way that leads elsewhere by now, or nowhere, tells nothing of the file that was opened.
        #expect(Self.isMoved(look(by: "/in")) && Self.isMoved(look(by: "/none")))
        _ = unsafe rename(root + "/in/x", root + "/in/moved")
        #expect(Self.names(look(own: 0))?.first?.path == Array("/in/moved".utf8))
        // A name that only looks like what the kernel says of a removed file.
        _ = unsafe rename(root + "/in/moved", root + "/in/x (deleted)")
        #expect(Self.names(look(own: 0))?.first?.path == Array("/in/x (deleted)".utf8))
        _ = unsafe unlink(root + "/in/x (deleted)")
        #expect(Self.isMoved(look(own: 0)))
        let other = try Self.open("/dev/null")
        #expect(Self.isMoved(.look(other.rawValue, by: nil, folders, own: 0, isInside: true)))
        #expect(Self.names(.look(other.rawValue, by: nil, folders, own: 0, isInside: false)) == [])
    }
}
