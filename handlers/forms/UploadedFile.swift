/// An uploaded file, as it is stored in its field. A value; any thread.

import HandlerKit

/// The object that stands for a file that the server saved.
///
/// No client can make one: texts are stored as strings, and JSON that has such an object in its place is refused.
struct UploadedFile {
    /// The name in `db/uploads/`, ours.
    let savedAs: String
    /// The client's.
    let name: [UInt8]
    /// The client's.
    let type: [UInt8]
    /// In bytes.
    let size: Int

    private static let members = ["file", "name", "type", "size"]

    /// Appends the object as JSON.
    func append(to json: inout [UInt8]) {
        json.append(contentsOf: "{\"file\":".utf8)
        json.append(jsonString: Array(savedAs.utf8))
        json.append(contentsOf: ",\"name\":".utf8)
        json.append(jsonString: name)
        json.append(contentsOf: ",\"type\":".utf8)
        json.append(jsonString: type)
        json.append(contentsOf: ",\"size\":\(size)}".utf8)
    }

    /// True for a field with an object of these members, which a program could take for an uploaded file; further ones hide
    /// nothing.
    static func isImitated(by field: JSONField) -> Bool { field.hasObject(with: members) }

    /// The sentence for a client whose JSON has such an object.
    static func refusal(of field: [UInt8]) -> String {
        var name = ""
        for byte in field.prefix(40) {
            name.unicodeScalars.append((0x20...0x7e).contains(byte) ? Unicode.Scalar(byte) : "?")
        }
        if field.count > 40 { name += "…" }
        return """
            The field \(name) has an object with \(members.joined(separator: ", ")), which stands for an uploaded file: send \
            files as multipart/form-data, and what is none under other names.
            """
    }
}
