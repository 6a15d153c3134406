/// Files of the repository as text. Test threads.

import Glibc

enum TextFile {
    /// The repository's folder, found from where this file is.
    private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        .joined(separator: "/")

    /// Whether the person who runs the tests wants what is generated to be written, not compared.
    static var isWritten: Bool {
        guard let value = unsafe getenv("RINGPORT_WRITE_DOCS") else { return false }
        return unsafe String(cString: value) == "1"
    }

    /// The text of a file, by its path from the repository's folder; `nil` when it can't be read.
    static func read(_ path: String) -> String? {
        guard let file = unsafe fopen(root + "/" + path, "re") else { return nil }
        defer { unsafe _ = fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe fread(&buffer, 1, buffer.count, file)
            if count == 0 { return String(validating: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }

    /// Writes a file anew; false when that fails.
    static func write(_ text: String, to path: String) -> Bool {
        guard let file = unsafe fopen(root + "/" + path, "we") else { return false }
        let isWritten = unsafe fputs(text, file) >= 0
        return unsafe fclose(file) == 0 && isWritten
    }
}
