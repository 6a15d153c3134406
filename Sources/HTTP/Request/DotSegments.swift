/// Segments of a path that are one dot or two (RFC 3986 §3.3). Pure; any thread.

/// Finds and resolves dot segments of decoded paths.
package enum DotSegments {
    /// Looks at the segment that begins at a position.
    ///
    /// - Parameters:
    ///   - path: a decoded path.
    ///   - start: where a segment begins, so behind a slash.
    /// - Returns: true when it is `.` or `..`.
    package static func isOne(_ path: Span<UInt8>, at start: Int) -> Bool {
        var end = start
        while end < path.count, end - start < 2, path[end] == Ascii.dot { end += 1 }
        return end > start && (end == path.count || path[end] == Ascii.slash)
    }

    /// True when any segment of a path is `.` or `..`.
    package static func isAny(of path: Span<UInt8>) -> Bool {
        for index in path.indices where path[index] == Ascii.slash {
            if isOne(path, at: index + 1) { return true }
        }
        return false
    }

    /// Resolves the dot segments of a path by RFC 3986 §5.2.4: none leads above the root.
    ///
    /// - Parameter path: a decoded path with its leading slash.
    /// - Returns: the path that is meant; it ends with a slash where the last segment was a dot segment.
    /// - Complexity: linear in the path's length: what is taken away was appended once.
    package static func resolved(_ path: [UInt8]) -> [UInt8] {
        guard isAny(of: path.span) else { return path }
        // The result ends with the slash before the segment that is looked at.
        var result: [UInt8] = [Ascii.slash]
        var segments = path.dropFirst().split(separator: Ascii.slash, omittingEmptySubsequences: false)[...]
        while let segment = segments.popFirst() {
            if segment.elementsEqual(".".utf8) { continue }
            if segment.elementsEqual("..".utf8) {
                guard result.count > 1 else { continue }
                result.removeLast()
                while result.last != Ascii.slash { result.removeLast() }
                continue
            }
            result += segment
            if !segments.isEmpty { result.append(Ascii.slash) }
        }
        return result
    }
}
