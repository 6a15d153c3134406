/// Which content a file had when it was looked at. A value; any thread.

internal import Glibc
internal import Platform

/// What changes whenever the bytes of a file do, as far as the kernel tells.
struct FileContent: Hashable, Sendable {
    private let device: UInt64
    let inode: UInt64
    let size: Int
    /// Nanoseconds since 1970.
    let modified: Int64
    let changed: Int64

    init(_ attributes: stat) {
        device = UInt64(attributes.st_dev)
        inode = UInt64(attributes.st_ino)
        size = Int(attributes.st_size)
        modified = Self.nanoseconds(attributes.st_mtim)
        changed = Self.nanoseconds(attributes.st_ctim)
    }

    /// A time of a file in nanoseconds since 1970.
    static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    /// True when it was modified before another file was, as far as its time says.
    ///
    /// Programs that make a coded file, or copy one, give it the original's time with fewer digits: whole seconds, milliseconds
    /// or microseconds. So the original's time counts with as many digits as this one has.
    ///
    /// - Parameter other: nanoseconds since 1970.
    /// - Returns: false when both may be of one moment.
    func isOlder(than other: Int64) -> Bool {
        var unit: Int64 = 1_000_000_000
        while unit > 1, modified % unit != 0 { unit /= 10 }
        // Downwards, also before 1970.
        let rest = ((other % unit) + unit) % unit
        return modified < other &- rest
    }

    /// Reads the file whole; may wait for a disk.
    ///
    /// - Parameters:
    ///   - path: relative to the folder.
    ///   - folder: a descriptor.
    /// - Returns: `nil` when this content is not there, from the first byte to the last.
    func read(_ path: [UInt8], beneath folder: Int32) -> [UInt8]? {
        let characters = (path + [0]).map { CChar(bitPattern: $0) }
        let number = FolderOpening.open(beneath: folder, characters, .withoutLinks, .reading)
        guard number >= 0 else { return nil }
        let file = Descriptor(owning: number)
        guard isContent(of: file.rawValue) else { return nil }
        var bytes = [UInt8](repeating: 0, count: size)
        var count = 0
        while count < size {
            let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(file.rawValue, buffer.baseAddress.map { unsafe $0 + count }, size - count)
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { return nil }
            count += got
        }
        return isContent(of: file.rawValue) ? bytes : nil
    }

    private func isContent(of file: Int32) -> Bool {
        var attributes = stat()
        return unsafe fstat(file, &attributes) == 0 && FileContent(attributes) == self
    }
}
