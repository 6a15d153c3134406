/// Addresses that have moved or are answered as others: a path, or all that begin alike. Pure; any thread.

internal import HTTP

/// `/old` or `/old/*`, and what becomes of it: `/new`, `/new/*` or `https://example.com/*`.
struct AddressPattern: Sendable {
    private let path: [UInt8]
    private let takesRest: Bool
    private let target: [UInt8]
    private let givesRest: Bool
    /// The target is a scheme and a host, with nothing behind them yet.
    private let endsInHost: Bool

    /// Makes a pattern of what the configuration says.
    ///
    /// - Parameters:
    ///   - from: a path as it is after decoding; a `*` at its end stands for the rest.
    ///   - to: a path or a URI; a `*` at its end takes that rest.
    init(from: String, to: String) {
        let from = Array(from.utf8)
        let to = Array(to.utf8)
        takesRest = from.last == Self.star
        path = takesRest ? from.dropLast() : from
        givesRest = to.last == Self.star
        target = givesRest ? to.dropLast() : to
        endsInHost = Self.endsInHost(target)
    }

    private static func endsInHost(_ target: [UInt8]) -> Bool {
        guard let host = target.firstRange(of: "://".utf8)?.upperBound else { return false }
        return !target[host...].contains { "/?#".utf8.contains($0) }
    }

    /// The address that a decoded path becomes.
    ///
    /// The host is the rule's and never the request's. A target that is a path has no two slashes at its start, which
    /// would name another host (RFC 3986 §4.2), and a rest does not go on with the name of the target's host.
    ///
    /// - Parameters:
    ///   - other: the decoded path of a request.
    ///   - encodes: whether the rest is percent-encoded, as in a Location field.
    /// - Returns: `nil` when the path is not meant.
    func target(of other: Span<UInt8>, encodes: Bool) -> [UInt8]? {
        guard matches(other) else { return nil }
        guard givesRest else { return target }
        var result = target
        if endsInHost, other.count > path.count, other[path.count] != Self.slash { result.append(Self.slash) }
        for index in path.count..<max(path.count, other.count) {
            if result == [Self.slash], other[index] == Self.slash { continue }
            if encodes, !Self.isPlain(other[index]) {
                result += Self.encoded(other[index])
            } else {
                result.append(other[index])
            }
        }
        return result
    }

    private func matches(_ other: Span<UInt8>) -> Bool {
        guard takesRest ? other.count >= path.count : other.count == path.count else { return false }
        for index in path.indices where path[index] != other[index] { return false }
        return true
    }

    // MARK: Paths as they stand in fields

    /// Percent-encodes what may not stand in a path as it is (RFC 3986 §3.3).
    static func encoded(path: Span<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(path.count + 16)
        for index in path.indices {
            if isPlain(path[index]) { result.append(path[index]) } else { result += encoded(path[index]) }
        }
        return result
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), slash, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func encoded(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }

    private static let slash = UInt8(ascii: "/")
    private static let star = UInt8(ascii: "*")
}
