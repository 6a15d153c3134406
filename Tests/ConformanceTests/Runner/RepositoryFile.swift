/// Files of the repository as text. Test threads.

import Glibc
import Harness

enum RepositoryFile {
    /// The repository's folder, found from where this file is: `Tests/ConformanceTests/Runner/` below it.
    private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
        .joined(separator: "/")

    /// The text of a file, by its path from the repository's folder.
    static func read(_ path: String) throws -> String {
        guard let file = unsafe fopen(root + "/" + path, "re") else { throw HarnessError.system("open \(path)") }
        defer { unsafe _ = fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe fread(&buffer, 1, buffer.count, file)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }

    /// Writes a file anew.
    static func write(_ text: String, to path: String) throws {
        guard let file = unsafe fopen(root + "/" + path, "we") else { throw HarnessError.system("open \(path)") }
        let isWritten = unsafe fputs(text, file) >= 0
        guard unsafe fclose(file) == 0, isWritten else { throw HarnessError.system("write \(path)") }
    }
}
