/// The way of a path through the file system, one name after the other. Pure values; any thread.

/// Follows a path as the kernel does (path_resolution(7)), and tells the names that it depends on.
///
/// A path leads elsewhere only when one of those names is replaced.
enum FolderWalk {
    /// A name of a folder.
    enum Name: Equatable {
        case link(to: [UInt8])
        /// A folder, or what is no link.
        case other
        case missing
    }

    /// The end of a way.
    enum End: Equatable {
        /// Every name is there.
        case found
        /// A name is missing.
        case missing
        /// More links than the kernel follows.
        case circle
    }

    /// Links that the kernel follows on the way of one path.
    private static let linksMax = 40

    /// Follows a path.
    ///
    /// - Parameters:
    ///   - path: absolute, or relative to the working folder.
    ///   - look: says what a name is; called for each in turn with the folder that has it, and with both as one path.
    ///     Neither goes through a link.
    /// - Returns: where the way ended.
    static func follow(_ path: [UInt8], _ look: (_ folder: [UInt8], _ path: [UInt8]) -> Name) -> End {
        let slash = UInt8(ascii: "/")
        var resolved: [ArraySlice<UInt8>] = []
        var isAbsolute = path.first == slash
        // The next one is the last.
        var pending = Array(path.split(separator: slash).reversed())
        var links = 0
        while let name = pending.popLast() {
            if name.elementsEqual(".".utf8) { continue }
            if name.elementsEqual("..".utf8) {
                if let last = resolved.last, !last.elementsEqual("..".utf8) {
                    resolved.removeLast()
                } else if !isAbsolute {
                    resolved.append(name)
                }
                continue
            }
            let folder = joined(resolved, isAbsolute: isAbsolute)
            switch look(folder, joined(resolved + [name], isAbsolute: isAbsolute)) {
            case .other: resolved.append(name)
            case .missing: return .missing
            case .link(let target):
                links += 1
                guard links <= linksMax else { return .circle }
                if target.first == slash {
                    isAbsolute = true
                    resolved = []
                }
                pending += target.split(separator: slash).reversed()
            }
        }
        return .found
    }

    private static func joined(_ names: [ArraySlice<UInt8>], isAbsolute: Bool) -> [UInt8] {
        if names.isEmpty { return Array((isAbsolute ? "/" : ".").utf8) }
        return (isAbsolute ? [UInt8(ascii: "/")] : []) + names.joined(separator: [UInt8(ascii: "/")])
    }
}
