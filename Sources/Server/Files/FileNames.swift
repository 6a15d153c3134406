/// The names beneath `www/` that are served, and the files they lead to. Pure; any thread.

internal import HTTP

/// Rules by which paths name files.
struct FileNames: Sendable {
    private let index: [[UInt8]]
    private let cleanURLs: Bool
    private let hidden: Bool

    init(_ rules: FileRules) {
        index = rules.index.map { Array($0.utf8) }
        cleanURLs = rules.cleanURLs
        hidden = rules.hidden
    }

    /// True when a decoded path may name a file: it has no empty segment inside and no dot segment, and, unless hidden ones
    /// are served, no segment that begins with a dot, but for the well-known addresses of RFC 8615.
    func areServed(_ path: Span<UInt8>) -> Bool {
        guard path.count > 0, path[0] == Self.slash else { return false }
        for position in 0..<path.count - 1 where path[position] == Self.slash {
            if path[position + 1] == Self.slash { return false }
            guard path[position + 1] == Self.dot else { continue }
            if DotSegments.isOne(path, at: position + 1) { return false }
            if !hidden, !(position == 0 && Self.isWellKnown(path)) { return false }
        }
        return true
    }

    private static func isWellKnown(_ path: Span<UInt8>) -> Bool {
        let name: StaticString = "/.well-known/"
        guard path.count >= name.utf8CodeUnitCount else { return false }
        for index in 0..<name.utf8CodeUnitCount where unsafe path[index] != name.utf8Start[index] { return false }
        return true
    }

    /// The file that may answer for a path, relative to `www/`: itself, or the index of a folder.
    ///
    /// - Parameters:
    ///   - name: a decoded path.
    ///   - attempt: 0 for the first file that is tried, 1 for the next.
    /// - Returns: `nil` when there is none so late.
    func file(_ name: Span<UInt8>, attempt: Int) -> [UInt8]? {
        var path: [UInt8] = []
        path.reserveCapacity(name.count + 16)
        for position in 1..<max(name.count, 1) { path.append(name[position]) }
        if path.last ?? Self.slash == Self.slash {
            return attempt < index.count ? path + index[attempt] : nil
        }
        switch attempt {
        case 0: return path
        case 1 where cleanURLs: return path + Self.pageSuffix
        default: return nil
        }
    }

    /// The paths that a file may answer for.
    ///
    /// - Parameter name: the file's path with its leading slash.
    /// - Returns: its own; its folder's when it is an index; the one without its extension.
    func paths(answeredBy name: [UInt8]) -> [[UInt8]] {
        var paths = [name]
        for index in index {
            let suffix = [Self.slash] + index
            if name.count >= suffix.count, name.suffix(suffix.count).elementsEqual(suffix) {
                paths.append(Array(name.dropLast(index.count)))
            }
        }
        if cleanURLs, name.count > Self.pageSuffix.count,
            name.suffix(Self.pageSuffix.count).elementsEqual(Self.pageSuffix)
        {
            paths.append(Array(name.dropLast(Self.pageSuffix.count)))
        }
        return paths
    }

    /// The files and folders that an address could lead to, if they were there.
    ///
    /// - Parameter name: a decoded path with its leading slash.
    /// - Returns: the path itself, its page, its folder and each index of that.
    func paths(askedBy name: [UInt8]) -> [[UInt8]] {
        var paths = [name]
        var folder = name
        if name.last != Self.slash {
            if cleanURLs { paths.append(name + Self.pageSuffix) }
            folder.append(Self.slash)
            paths.append(folder)
        }
        return paths + index.map { folder + $0 }
    }

    /// True when the last segment of a path has a dot: it names a file of some type, and no view of an application.
    static func hasExtension(_ path: Span<UInt8>) -> Bool {
        var position = path.count - 1
        while position >= 0, path[position] != slash {
            if path[position] == dot { return true }
            position -= 1
        }
        return false
    }

    /// The coding in which a file holds its content by its own name: an `.svgz` is an SVG picture in gzip.
    ///
    /// - Parameters:
    ///   - path: the file's.
    ///   - type: its media type, which the configuration may have made another.
    /// - Returns: `nil` for a file whose name says nothing of the kind.
    static func coding(of path: [UInt8], type: [UInt8]) -> ContentCoding? {
        let isPicture = MediaTypePattern("image/svg+xml").matches(type.span)
        return isPicture && path.suffix(5).map({ $0 | 0x20 }).elementsEqual(".svgz".utf8) ? .gzip : nil
    }

    /// True when a request can name a file so: paths are UTF-8 without control characters (`TargetDecoder`).
    static func canBeAskedFor(_ name: [UInt8]) -> Bool {
        name.span.isUTF8 && !name.contains { $0 < 0x20 || $0 == 0x7F }
    }

    private static let pageSuffix = Array(".html".utf8)
    private static let slash = UInt8(ascii: "/")
    private static let dot = UInt8(ascii: ".")
}
