/// The lock and the checks of a Unix socket's file. Test threads, each with a folder of its own.

import CPlatform
import Glibc
import Platform
import Testing

@testable import Server

@Suite struct UnixSocketFileTests {
    /// The attributes of a socket's file, after something was done with it.
    private static func attributes(_ happen: (_ folder: String, _ path: String) -> Void) throws -> stat {
        let folder = try madeFolder()
        let path = folder + "/http.sock"
        defer { for name in ["/http.sock", "/other", ""] { unsafe _ = Glibc.remove(folder + name) } }
        guard unsafe mknod(path, S_IFSOCK | 0o600, 0) == 0 else { throw SystemError("make a socket's file") }
        happen(folder, path)
        var attributes = stat()
        guard unsafe lstat(path, &attributes) == 0 else { throw SystemError("look at \(path)") }
        return attributes
    }

    private static func madeFolder() throws -> String {
        var template = Array("/tmp/ringport-socket-XXXXXX".utf8CString)
        guard let made = unsafe mkdtemp(&template) else { throw SystemError("make a folder") }
        return unsafe String(cString: made)
    }

    @Test func aSocketsFileIsOnesOwnByItsUserAndItsOneName() throws {
        let new = try Self.attributes { _, _ in }
        #expect(UnixSocketFile.isNew(new, of: geteuid()))
        #expect(!UnixSocketFile.isNew(new, of: geteuid() + 1), "another's")
        let linked = try Self.attributes { folder, path in unsafe _ = link(path, folder + "/other") }
        #expect(!UnixSocketFile.isNew(linked, of: geteuid()), "it has another name")
        let plain = try Self.attributes { _, path in
            unsafe _ = unlink(path)
            unsafe _ = mknod(path, S_IFREG | 0o600, 0)
        }
        #expect(!UnixSocketFile.isNew(plain, of: geteuid()), "no socket")
    }

    private static func opened(_ folder: String, _ flags: Int32) throws -> Descriptor {
        let number = unsafe ringport_open(folder, flags | O_DIRECTORY | O_CLOEXEC, 0)
        guard number >= 0 else { throw SystemError("open \(folder)") }
        return Descriptor(owning: number)
    }

    @Test func aLockIsWaitedForOnlyWhileAnotherHasIt() throws {
        let folder = try Self.madeFolder()
        defer { unsafe _ = rmdir(folder) }
        let holder = try Self.opened(folder, O_RDONLY)
        let other = try Self.opened(folder, O_RDONLY)
        var pauses = 0
        UnixSocketFile.lock(holder.rawValue) { pauses += 1 }
        #expect(pauses == 0, "it is free")
        UnixSocketFile.lock(other.rawValue) {
            pauses += 1
            if pauses == 3 { flock(holder.rawValue, LOCK_UN) }
        }
        #expect(pauses == 3)
        UnixSocketFile.lock(holder.rawValue) { pauses += 1 }
        #expect(pauses == 3 + UnixSocketFile.lockAttemptsMax, "no longer than that")
    }

    /// As with file systems that know no such locks: `EBADF`, as NFS has it for a folder, is what O_PATH brings everywhere.
    @Test func aLockThatCantBeHadIsNotWaitedFor() throws {
        let folder = try Self.madeFolder()
        defer { unsafe _ = rmdir(folder) }
        let file = try Self.opened(folder, Int32(0o10000000))
        #expect(flock(file.rawValue, LOCK_EX | LOCK_NB) == -1 && errno == EBADF)
        var pauses = 0
        UnixSocketFile.lock(file.rawValue) { pauses += 1 }
        #expect(pauses == 0)
    }
}
