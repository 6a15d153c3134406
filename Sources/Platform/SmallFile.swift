/// Reading a small file whole. Any thread that may block.

internal import CPlatform
internal import Glibc

/// The one reader of files that are held in memory while they are looked at.
package enum SmallFile {
    /// The kinds of file that a name may lead to.
    package enum Kind {
        /// A file that can be read again. Nothing else is waited for.
        case regular
        /// Anything that comes to an end, such as a pipe, whose other end is waited for.
        case any
    }

    /// Reads a file to its end.
    ///
    /// - Parameters:
    ///   - path: of the file; links are followed.
    ///   - kind: what it may be.
    ///   - sizeMax: bytes that it may have. A device or a log that was named by mistake must not fill the memory.
    /// - Returns: its bytes.
    /// - Throws: the kernel's reason, or what is wrong with the file.
    package static func read(
        _ path: String,
        _ kind: Kind = .regular,
        sizeMax: Int
    ) throws(SmallFileError) -> [UInt8] {
        // A name may lead to a pipe or a terminal by mistake: no waiting for its other end, no becoming its process.
        let flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (kind == .regular ? O_NONBLOCK : 0)
        let number = unsafe ringport_open(path, flags, 0)
        guard number >= 0 else {
            let code = errno
            // Sockets, and devices that are not there (open(2)).
            throw code == ENXIO ? .notRegular : .system(code)
        }
        let descriptor = Descriptor(owning: number)
        if kind == .regular { try checkRegular(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = unsafe Glibc.read(descriptor.rawValue, &buffer, buffer.count)
            guard count >= 0 else {
                let code = errno
                if code == EINTR { continue }
                throw .system(code)
            }
            if count == 0 { return bytes }
            guard count <= sizeMax - bytes.count else { throw .tooLarge(sizeMax: sizeMax) }
            bytes += buffer[..<count]
        }
    }

    private static func checkRegular(_ descriptor: borrowing Descriptor) throws(SmallFileError) {
        var attributes = stat()
        guard unsafe fstat(descriptor.rawValue, &attributes) == 0 else { throw .system(errno) }
        switch attributes.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw .system(EISDIR)
        default: throw .notRegular
        }
    }
}
