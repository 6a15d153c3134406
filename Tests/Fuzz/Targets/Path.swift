/// Paths of request targets: what is decoded leads nowhere but beneath the root. Any thread.

internal import HTTP

func fuzzPath(_ bytes: [UInt8]) {
    guard let path = decoded(bytes) else { return }
    precondition(path.first == UInt8(ascii: "/"), "a path begins with a slash")
    precondition(path.count <= bytes.count, "decoding makes nothing longer")
    precondition(String(validating: path, as: UTF8.self) != nil, "a path is UTF-8")
    precondition(!path.contains { $0 < 0x20 || $0 == 0x7F }, "a path has no control character")
    for segment in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
        precondition(segment != [46] && segment != [46, 46], "a path has no dot segment")
    }
    if TargetDecoder.isPlain(bytes.span) { precondition(path == bytes, "a plain path is itself") }
    // What was decoded, encoded again, is the same path.
    let again = path.flatMap { byte -> [UInt8] in
        if byte == UInt8(ascii: "/") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) { return [byte] }
        let digits = Array("0123456789abcdef".utf8)
        return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    precondition(decoded(again) == path, "an encoded path is the same path")
}

/// The path that is meant; `nil` when it is refused.
private func decoded(_ bytes: [UInt8]) -> [UInt8]? {
    var rejection: RejectReason?
    let path = [UInt8](capacity: bytes.count) { output in
        rejection = TargetDecoder.decodePath(bytes.span, into: &output)
    }
    return rejection == nil ? path : nil
}
