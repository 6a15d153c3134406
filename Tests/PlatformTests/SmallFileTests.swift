/// Small files, and what has a file's name by mistake.

import Glibc
import Platform
import Testing

@Suite struct SmallFileTests {
    /// Runs a body with a path at which nothing is, and removes what is there afterwards.
    private func withPath(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/ringport-small-XXXXXX".utf8CString)
        guard let made = unsafe mkdtemp(&template) else { throw SystemError("make a temporary folder") }
        let folder = unsafe String(cString: made)
        defer {
            unsafe _ = unlink(folder + "/file")
            unsafe _ = rmdir(folder)
        }
        try body(folder + "/file")
    }

    private func make(_ path: String, _ bytes: [UInt8]) throws {
        guard let file = unsafe fopen(path, "wx") else { throw SystemError("make \(path)") }
        #expect(unsafe fwrite(bytes, 1, bytes.count, file) == bytes.count)
        #expect(unsafe fclose(file) == 0)
    }

    private func error(
        _ path: String,
        _ kind: SmallFile.Kind = .regular,
        sizeMax: Int = 1 << 20
    ) -> SmallFileError? {
        do throws(SmallFileError) {
            _ = try SmallFile.read(path, kind, sizeMax: sizeMax)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [0, 1, 16 << 10, 100_000]) func aFileIsReadUpToItsMaximum(size: Int) throws {
        try withPath { path in
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 / 7) }
            try make(path, bytes)
            #expect(try SmallFile.read(path, sizeMax: size) == bytes)
            #expect(try SmallFile.read(path, .any, sizeMax: size) == bytes)
            if size > 0 { #expect(error(path, sizeMax: size - 1) == .tooLarge(sizeMax: size - 1)) }
        }
    }

    /// The size that the kernel states of its own files is 0.
    @Test func aFileOfTheKernelIsRead() throws {
        #expect(try SmallFile.read("/proc/self/stat", sizeMax: 4096).first.map { (48...57).contains($0) } == true)
        #expect(error("/proc/self/stat", sizeMax: 1) == .tooLarge(sizeMax: 1))
    }

    @Test(arguments: ["/dev/zero", "/dev/null", "/dev/urandom"]) func aDeviceIsNoRegularFile(path: String) {
        #expect(error(path) == .notRegular)
    }

    @Test func aDeviceWithoutAnEndIsTooLarge() {
        #expect(error("/dev/zero", .any) == .tooLarge(sizeMax: 1 << 20))
    }

    @Test func aPipeThatNobodyWritesIsNotWaitedFor() throws {
        try withPath { path in
            try #require(unsafe mkfifo(path, 0o600) == 0)
            #expect(error(path) == .notRegular)
        }
    }

    @Test func aPipeIsReadToItsEndWhereItMayBeOne() throws {
        var ends: [Int32] = [-1, -1]
        try #require(unsafe pipe(&ends) == 0)
        #expect(unsafe write(ends[1], "text", 4) == 4)
        close(ends[1])
        #expect(try SmallFile.read("/dev/fd/\(ends[0])", .any, sizeMax: 4) == Array("text".utf8))
        close(ends[0])
    }

    @Test func aSocketIsNoRegularFile() throws {
        try withPath { path in
            let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            try #require(number >= 0)
            defer { close(number) }
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
            let size = socklen_t(MemoryLayout<sockaddr_un>.size)
            let status = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(number, $0, size) }
            }
            try #require(status == 0)
            #expect(error(path) == .notRegular)
        }
    }

    @Test func theKernelsReasonIsKept() {
        #expect(error("/tmp") == .system(EISDIR))
        #expect(error("/tmp", .any) == .system(EISDIR))
        #expect(error("/nonexistent/file") == .system(ENOENT))
        #expect(error("/dev/null/file") == .system(ENOTDIR))
    }
}
