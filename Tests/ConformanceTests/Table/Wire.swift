/// Requests as they stand in the table, made into bytes. Pure, any thread.
///
/// Between braces stands what a string can't say well: `{byte ff}` is a byte, `{repeat 8192 a}` is many, and
/// `{tag /text.txt}` is the entity tag that the server being asked gives that file.

import Harness

enum Wire {
    /// Makes a request from its text.
    ///
    /// - Parameters:
    ///   - text: the request in the table's notation.
    ///   - tags: the server's entity tags by path.
    /// - Returns: the bytes.
    /// - Throws: when the notation is wrong.
    static func bytes(_ text: String, tags: [String: String] = [:]) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let open = rest.firstIndex(of: UInt8(ascii: "{")) {
            guard let close = rest[open...].firstIndex(of: UInt8(ascii: "}")) else { throw wrong(text) }
            bytes += rest[..<open]
            let words = String(decoding: rest[(open + 1)..<close], as: UTF8.self).split(separator: " ").map(String.init)
            bytes += try expand(words, tags)
            rest = rest[(close + 1)...]
        }
        return bytes + rest
    }

    /// How many bytes a text stands for; what is not in the notation counts as it is, and is complained of when it is sent.
    static func count(_ text: String) -> Int {
        (try? bytes(text).count) ?? text.utf8.count
    }

    /// The paths whose tags a request names.
    static func tagPaths(_ text: String) -> [String] {
        text.matches(of: /\{tag ([^}]+)\}/).map { String($0.1) }
    }

    private static func expand(_ words: [String], _ tags: [String: String]) throws -> [UInt8] {
        switch (words.first, words.count) {
        case ("byte", 2...):
            return try words.dropFirst().map { word in
                guard let byte = UInt8(word, radix: 16) else { throw wrong(word) }
                return byte
            }
        case ("repeat", 3):
            guard let count = Int(words[1]) else { throw wrong(words[1]) }
            return Array(repeatElement(Array(words[2].utf8), count: count).joined())
        case ("tag", 2):
            // A server that gives no tag is asked with one that nothing has.
            return Array((tags[words[1]] ?? "\"none\"").utf8)
        default: throw wrong("\(words)")
        }
    }

    private static func wrong(_ text: String) -> HarnessError {
        HarnessError("not in the notation of Wire: \(text)")
    }
}
