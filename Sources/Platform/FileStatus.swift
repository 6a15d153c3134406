/// The file that a name leads to. Any thread; each look is one system call.

internal import CPlatform
internal import Glibc

/// Identity, size and times of a file, as statx(2) gives them.
///
/// Symbolic links are followed.
package struct FileStatus: Equatable, Sendable {
    /// The file apart from its name: an inode, and the time at which it was made.
    ///
    /// A file system gives the number of a removed file to the next one. The device is left out, as it changes with each
    /// mount.
    package struct Identity: Equatable, Sendable {
        package let inode: UInt64
        /// Nanoseconds since 1970; 0 where the file system does not know.
        package let birth: Int64

        package init(inode: UInt64, birth: Int64) {
            self.inode = inode
            self.birth = birth
        }
    }

    package let identity: Identity
    package let device: UInt64
    package let size: Int
    /// Names of the file; 0 when the last one was removed.
    package let links: Int
    /// Nanoseconds since 1970 at which the inode changed: also when the file got or lost a name.
    package let change: Int64
    /// Nanoseconds since 1970 at which the content was last written.
    package let modification: Int64
    package let isRegular: Bool

    /// Looks at the file that has a name; `nil` when there is none.
    ///
    /// - Throws: why the kernel can't tell.
    package static func find(_ path: String) throws(SystemError) -> FileStatus? {
        var status = ringport_file_status()
        guard unsafe ringport_file_status(path, &status) == 0 else {
            let code = errno
            if code == ENOENT || code == ENOTDIR { return nil }
            throw SystemError(code, path)
        }
        return FileStatus(
            identity: Identity(inode: status.inode, birth: status.birth),
            device: status.device,
            size: Int(clamping: status.size),
            links: Int(clamping: status.links),
            change: status.change,
            modification: status.modification,
            isRegular: status.is_regular != 0
        )
    }

    /// True when both are the same file of the same mounted file system.
    package func isSameFile(as other: FileStatus) -> Bool {
        identity == other.identity && device == other.device
    }
}
