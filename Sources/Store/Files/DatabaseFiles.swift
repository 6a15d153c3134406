/// The files of a database: itself, its write-ahead log, and the log's index. Store writer, and tools under the site's lock.

internal import Glibc
internal import Platform

/// The three files that one name stands for, as they are at one moment.
struct DatabaseFiles: Equatable {
    /// The name of the database file with its symbolic links resolved, as SQLite derives the other two names from that.
    let path: String
    let main: FileStatus?
    let log: FileStatus?
    let index: FileStatus?

    /// The rollback journal, which a database in another mode has, and the server's only while it is made.
    let journal: FileStatus?

    static func journalPath(_ path: String) -> String { path + "-journal" }
    static func logPath(_ path: String) -> String { path + "-wal" }
    static func indexPath(_ path: String) -> String { path + "-shm" }

    /// Looks at all three.
    ///
    /// - Throws: `cannotOpen` when the kernel can't tell.
    init(path: String) throws(StoreError) {
        let real = Self.resolved(path)
        do throws(SystemError) {
            self.path = real
            main = try FileStatus.find(real)
            log = try FileStatus.find(Self.logPath(real))
            index = try FileStatus.find(Self.indexPath(real))
            journal = try FileStatus.find(Self.journalPath(real))
        } catch {
            throw .cannotOpen(path: error.action, reason: SystemError.reason(error.code))
        }
    }

    /// True when the database's name leads to the same file.
    ///
    /// A name that can't be looked at counts as unchanged: that is no reason to leave the file.
    func hasMain(at path: String) -> Bool {
        main.map { Self.isSame($0, at: path) } ?? false
    }

    /// True when the log and its index have the names under which SQLite would look for them.
    var hasSideFiles: Bool {
        guard let log, let index else { return false }
        return Self.isSame(log, at: Self.logPath(path)) && Self.isSame(index, at: Self.indexPath(path))
    }

    private static func isSame(_ known: FileStatus, at path: String) -> Bool {
        do throws(SystemError) {
            guard let found = try FileStatus.find(path) else { return false }
            return found.isSameFile(as: known)
        } catch {
            return true
        }
    }

    /// Refuses files that this process may not use as a writer must.
    ///
    /// SQLite opens what it may not write for reading, and says "unable to open" of a log without naming it.
    ///
    /// - Throws: `readOnly` or `cannotOpen`.
    func checkAccess() throws(StoreError) {
        for (status, name) in [(main, path), (log, Self.logPath(path)), (index, Self.indexPath(path))] {
            guard let status else { continue }
            guard status.isRegular else { throw .cannotOpen(path: name, reason: "not a regular file") }
            guard unsafe faccessat(AT_FDCWD, name, R_OK | W_OK, AT_EACCESS) != 0 else { continue }
            let code = errno
            if status == main, unsafe faccessat(AT_FDCWD, name, R_OK, AT_EACCESS) == 0 { throw .readOnly(path: name) }
            throw .cannotOpen(path: name, reason: SystemError.reason(code))
        }
    }

    /// Removes the log and its index where the names still lead to these files.
    ///
    /// A process that opens another database under the name would take them for that one's.
    ///
    /// - Throws: `cannotOpen` when one stays.
    func removeSideFiles(log removesLog: Bool = true, index removesIndex: Bool = true) throws(StoreError) {
        let files = [(removesLog ? log : nil, Self.logPath(path)), (removesIndex ? index : nil, Self.indexPath(path))]
        for (known, name) in files {
            guard let known, Self.isSame(known, at: name) else { continue }
            guard unsafe unlink(name) == 0 || errno == ENOENT else {
                throw .cannotOpen(path: name, reason: SystemError.reason(errno))
            }
        }
    }

    /// Gives the log and its index the names that belong to another name of the database.
    ///
    /// - Throws: `cannotOpen` when one stays.
    func moveSideFiles(from old: String, to path: String) throws(StoreError) {
        for (known, name) in [(log, Self.logPath), (index, Self.indexPath)] {
            let (from, to) = (name(old), name(path))
            guard let known, Self.isSame(known, at: from) else { continue }
            guard unsafe rename(from, to) == 0 else {
                throw .cannotOpen(path: from, reason: SystemError.reason(errno))
            }
        }
    }

    /// The name that the database file has now, found by a descriptor of this process; `nil` when it has none.
    var currentPath: String? {
        guard let main, let folder = unsafe opendir("/proc/self/fd") else { return nil }
        defer { unsafe _ = closedir(folder) }
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { array in
                unsafe array.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            guard Self.isSame(main, at: "/proc/self/fd/\(name)") else { continue }
            let path = Self.linkTarget("/proc/self/fd/\(name)")
            // A descriptor of a removed file shows its last name with a remark behind it; the look tells both apart.
            if let path, Self.isSame(main, at: path) { return path }
        }
        return nil
    }

    /// True when there is a file of that name.
    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// True when a file says of itself that it is written through a write-ahead log (the database file format, section
    /// 1.3.3).
    static func usesLog(_ path: String) -> Bool {
        guard let file = unsafe fopen(path, "re") else { return false }
        defer { unsafe _ = fclose(file) }
        var header = [UInt8](repeating: 0, count: 20)
        return unsafe fread(&header, 1, header.count, file) == header.count && header[18] == 2 && header[19] == 2
    }

    /// The path that a name which is a symbolic link stands for, also where nothing is there yet; any other name as it is.
    static func linked(_ name: String) -> String {
        guard let target = linkTarget(name) else { return name }
        let real = resolved(name)
        if real != name { return real }
        if target.hasPrefix("/") { return target }
        return name.lastIndex(of: "/").map { name[...$0] + target } ?? target
    }

    private static func linkTarget(_ link: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = unsafe buffer.withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return 0 }
            return unsafe readlink(link, start.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        return length > 0 ? String(decoding: buffer[..<length], as: UTF8.self) : nil
    }

    /// The path without symbolic links; the path itself when the file is not there yet.
    private static func resolved(_ path: String) -> String {
        guard let real = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }
}
