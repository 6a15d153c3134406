/// The repository as the tidy tests read it: text, and nothing built. Test threads; read once, never changed.

import Glibc

/// The Swift sources of the repository.
struct SourceTree: Sendable {
    /// Every Swift file that git would keep, sorted by path.
    let files: [SourceFile]

    static let shared = SourceTree()

    /// The repository's folder, found from where this file is: `Tests/TidyTests/SourceTree.swift` below it.
    static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        .joined(separator: "/")

    private init() {
        files = ["Sources", "handlers", "Tests"].flatMap { Self.list($0) }.filter { $0.hasSuffix(".swift") }.sorted()
            .map { SourceFile(path: $0, text: Self.read($0)) }
    }

    /// What is part of the product: everything but the tests.
    var product: [SourceFile] { files.filter { !$0.path.hasPrefix("Tests/") } }

    /// Every file below a folder, by its path from the repository's folder.
    static func list(_ folder: String) -> [String] {
        guard let directory = unsafe opendir(root + "/" + folder) else { return [] }
        defer { unsafe _ = closedir(directory) }
        var paths: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix(".") { continue }
            let path = folder + "/" + name
            if unsafe entry.pointee.d_type == UInt8(DT_DIR) { paths += list(path) } else { paths.append(path) }
        }
        return paths
    }

    /// The text of a file; empty when there is none, which no rule takes for a good file.
    static func read(_ path: String) -> String {
        guard let file = unsafe fopen(root + "/" + path, "r") else { return "" }
        defer { unsafe _ = fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe fread(&buffer, 1, buffer.count, file)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }
}
