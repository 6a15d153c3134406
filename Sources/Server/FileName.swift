/// Which names beneath `www/` are served, and as which files. Pure; any thread.

enum FileName {
    static let index: StaticString = "index.html"

    /// Whether a decoded path may name a file: no empty segment inside, and none that begins with a dot, but for the
    /// well-known addresses of RFC 8615.
    static func isServed(_ path: Span<UInt8>) -> Bool {
        guard path.count > 0, path[0] == slash else { return false }
        for position in 0..<path.count - 1 where path[position] == slash {
            if path[position + 1] == slash { return false }
            if path[position + 1] == dot, !(position == 0 && isWellKnown(path)) { return false }
        }
        return true
    }

    private static func isWellKnown(_ path: Span<UInt8>) -> Bool {
        let name: StaticString = "/.well-known/"
        guard path.count >= name.utf8CodeUnitCount else { return false }
        for index in 0..<name.utf8CodeUnitCount where unsafe path[index] != name.utf8Start[index] { return false }
        return true
    }

    /// The file that answers for a path, relative to `www/`: itself, or the index of a folder.
    static func path(_ name: Span<UInt8>) -> [UInt8] {
        var path: [UInt8] = []
        path.reserveCapacity(name.count + index.utf8CodeUnitCount)
        for position in 1..<max(name.count, 1) { path.append(name[position]) }
        if path.last ?? slash == slash { path += Array("\(index)".utf8) }
        return path
    }

    /// The path of the folder for which a file answers, when the file is an index.
    static func folderServed(by name: [UInt8]) -> [UInt8]? {
        let suffix = Array("/\(index)".utf8)
        guard name.count >= suffix.count, name.suffix(suffix.count).elementsEqual(suffix) else { return nil }
        return Array(name.dropLast(suffix.count - 1))
    }

    private static let slash = UInt8(ascii: "/")
    private static let dot = UInt8(ascii: ".")
}
