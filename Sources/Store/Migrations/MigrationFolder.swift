/// Reading `db/migrations`. Store writer at opening, main thread for `ringport check`; blocks.

internal import Glibc
internal import Platform

/// The two things that are done with a folder of migrations.
enum MigrationFolder {
    /// The names in a folder, in no order; none when it does not exist.
    static func names(in directory: String) throws(StoreError) -> [String] {
        guard let stream = unsafe opendir(directory) else {
            let code = errno
            if code == ENOENT { return [] }
            throw .migrationSet(owner: directory, reason: SystemError.reason(code))
        }
        defer { unsafe _ = closedir(stream) }
        var names: [String] = []
        while true {
            // readdir(3): errno tells the end from a failure, and is not cleared by it.
            errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            // d_name is a C array of fixed size, which ends with a NUL within it.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { array in
                unsafe array.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            names.append(name)
        }
        let code = errno
        guard code == 0 else { throw .migrationSet(owner: directory, reason: SystemError.reason(code)) }
        return names
    }

    /// Bytes of one migration.
    private static let sizeMax = 16 << 20

    /// The text of a file.
    static func text(of path: String) throws(StoreError) -> String {
        let bytes: [UInt8]
        do {
            bytes = try SmallFile.read(path, sizeMax: sizeMax)
        } catch {
            throw .migrationSet(owner: path, reason: "\(error)")
        }
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw .migrationSet(owner: path, reason: "not a text in UTF-8")
        }
        return text
    }
}
