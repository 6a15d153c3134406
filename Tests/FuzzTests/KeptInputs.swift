/// The files of Tests/Fuzz, found from this source file's own place. Test threads.

import Glibc

enum KeptInputs {
    struct Unreadable: Error {
        let path: String
    }

    private static let root = #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 } + "/Fuzz/"

    /// The paths of the files of a folder, in their order; none where there is no such folder.
    static func files(_ folder: String) throws -> [String] {
        guard let opened = unsafe opendir(root + folder) else { return [] }
        defer { unsafe _ = closedir(opened) }
        var paths: [String] = []
        while let entry = unsafe readdir(opened) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                // In place: the entry is shorter than its type. It ends with a NUL.
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if !name.hasPrefix(".") { paths.append(root + folder + "/" + name) }
        }
        return paths.sorted()
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        guard let file = unsafe fopen(path, "re") else { throw Unreadable(path: path) }
        defer { unsafe _ = fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = unsafe fread(&buffer, 1, buffer.count, file)
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }
}
