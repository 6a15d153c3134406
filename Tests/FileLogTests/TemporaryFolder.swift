/// A folder for one test, removed with all it holds when the test ends.

import Glibc
import Platform

final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/ringport-filelog-XXXXXX".utf8CString)
        guard let made = unsafe mkdtemp(&template) else { throw SystemError("make a temporary folder") }
        path = unsafe String(cString: made)
    }

    deinit {
        Self.remove(path)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The names in the folder, sorted.
    var names: [String] { Self.names(in: path).sorted() }

    /// The targets of the symbolic links in a folder.
    static func links(in path: String) -> [String] {
        names(in: path).compactMap { name in
            var target = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = unsafe readlink("\(path)/\(name)", &target, target.count)
            return count < 0 ? nil : String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    static func names(in path: String) -> [String] {
        guard let folder = unsafe opendir(path) else { return [] }
        defer { unsafe _ = closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    private static func remove(_ path: String) {
        if unsafe unlink(path) == 0 { return }
        for name in names(in: path) { remove("\(path)/\(name)") }
        unsafe _ = rmdir(path)
    }
}

/// The content of a file; nothing when there is none.
func contents(of path: String) -> [UInt8] {
    guard let file = unsafe fopen(path, "rb") else { return [] }
    defer { unsafe _ = fclose(file) }
    var all: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = unsafe fread(&block, 1, block.count, file)
        if count == 0 { return all }
        all += block[..<count]
    }
}

/// The lines of a file.
func lines(of path: String) -> [String] {
    contents(of: path).split(separator: 10).map { String(decoding: $0, as: UTF8.self) }
}

/// Appends to a file, making it when missing: what a server does to a log that is followed.
func append(_ text: String, to path: String) {
    guard let file = unsafe fopen(path, "ab") else { return }
    unsafe _ = fputs(text, file)
    unsafe _ = fclose(file)
}
