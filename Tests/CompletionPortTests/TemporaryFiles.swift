/// Files and folders for one test. Test threads.

import Glibc
import Platform

/// A file with content that is gone when the test ends.
struct TemporaryFile: ~Copyable {
    let descriptor: Descriptor

    init(_ bytes: [UInt8]) throws {
        var template = Array("/tmp/ringport-port-XXXXXX".utf8CString)
        let number = unsafe mkstemp(&template)
        guard number >= 0 else { throw SystemError("make a file") }
        let file = Descriptor(owning: number)
        unsafe _ = unlink(template)
        let count = unsafe bytes.withUnsafeBytes { unsafe pwrite(number, $0.baseAddress, $0.count, 0) }
        guard count == bytes.count else { throw SystemError("fill a file") }
        descriptor = file
    }
}

/// A folder that goes with what is in it.
struct TemporaryFolder: ~Copyable {
    let path: String
    let descriptor: Descriptor

    init() throws {
        var template = Array("/tmp/ringport-port-XXXXXX".utf8CString)
        guard let made = unsafe mkdtemp(&template) else { throw SystemError("make a folder") }
        let path = unsafe String(cString: made)
        guard let stream = unsafe opendir(path) else { throw SystemError("open a folder") }
        defer { unsafe _ = closedir(stream) }
        self.path = path
        descriptor = Descriptor(owning: unsafe dup(dirfd(stream)))
    }

    deinit {
        Self.remove(path)
    }

    func folder(_ name: String) {
        unsafe _ = mkdir("\(path)/\(name)", 0o755)
    }

    func file(_ name: String, _ text: String) throws {
        guard let file = unsafe fopen("\(path)/\(name)", "w") else { throw SystemError("make \(name)") }
        unsafe _ = fputs(text, file)
        unsafe _ = fclose(file)
    }

    func link(_ name: String, to target: String) {
        unsafe _ = symlink(target, "\(path)/\(name)")
    }

    func pipe(_ name: String) {
        unsafe _ = mkfifo("\(path)/\(name)", 0o644)
    }

    private static func remove(_ path: String) {
        if unsafe unlink(path) == 0 { return }
        if let folder = unsafe opendir(path) {
            while let entry = unsafe readdir(folder) {
                let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { remove("\(path)/\(name)") }
            }
            unsafe _ = closedir(folder)
        }
        unsafe _ = rmdir(path)
    }
}
