/// What a server answered. A value; test threads.

/// A response's status, fields and content.
struct ServedAnswer: CustomStringConvertible {
    let status: Int
    let head: String
    let body: [UInt8]

    init(_ bytes: [UInt8]) throws {
        let end = Array("\r\n\r\n".utf8)
        guard let split = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else {
            throw NoAnswer(text: String(decoding: bytes, as: UTF8.self))
        }
        head = String(decoding: bytes[..<split], as: UTF8.self)
        body = Array(bytes[(split + 4)...])
        status = Int(head.dropFirst(9).prefix(3)) ?? 0
    }

    struct NoAnswer: Error {
        let text: String
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The value of a field; `nil` when there is none, all values joined when there are several.
    subscript(name: String) -> String? {
        let lines = head.split(separator: "\r\n").dropFirst()
        let values = lines.compactMap { line -> String? in
            guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == name.lowercased() else {
                return nil
            }
            return String(line[line.index(colon, offsetBy: 2)...])
        }
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    var description: String { head + "\n\n" + text.prefix(200) }
}
