/// The fields of a form, grouped by name, and their JSON. On the pool thread that handles the request.

import HandlerKit

/// The content of a form: fields to store, and the instructions among them, whose names begin with `_`.
struct SubmittedFields {
    /// One field.
    private struct Entry {
        enum Value {
            case text([UInt8])
            /// The name is ours, once the file has one.
            case file(FormField.File, content: [UInt8], savedAs: String?)
            /// A value that came as JSON.
            case json([UInt8])
        }

        let name: [UInt8]
        var value: Value
    }

    private var entries: [Entry] = []
    /// The address that the browser goes to next: `_next`, when it is a path on this site.
    private(set) var next: String?
    /// True when the trap `_gotcha` was filled in.
    private(set) var isFromRobot = false

    init(_ fields: [FormField]) {
        entries.reserveCapacity(fields.count)
        for field in fields {
            if Self.isInstruction(field.name) {
                follow(field.name, text: field.value, isFilledIn: !field.value.isEmpty)
            } else if let file = field.file {
                guard !field.isEmptyFile else { continue }
                entries.append(Entry(name: field.name, value: .file(file, content: field.value, savedAs: nil)))
            } else {
                entries.append(Entry(name: field.name, value: .text(field.value)))
            }
        }
    }

    /// - Throws: `FormError.malformed` for a field that would be stored as an uploaded file is.
    init(_ fields: [JSONField]) throws(FormError) {
        entries.reserveCapacity(fields.count)
        for field in fields {
            if Self.isInstruction(field.name) {
                follow(field.name, text: field.text ?? [], isFilledIn: field.isFilledIn)
            } else {
                guard !UploadedFile.isImitated(by: field) else {
                    throw .malformed(UploadedFile.refusal(of: field.name))
                }
                entries.append(Entry(name: field.name, value: .json(field.value)))
            }
        }
    }

    private static func isInstruction(_ name: [UInt8]) -> Bool { name.first == UInt8(ascii: "_") }

    private mutating func follow(_ name: [UInt8], text: [UInt8], isFilledIn: Bool) {
        if name.elementsEqual("_next".utf8) {
            next = Self.isLocalPath(text) ? String(decoding: text, as: UTF8.self) : nil
        } else if name.elementsEqual("_gotcha".utf8) {
            isFromRobot = isFromRobot || isFilledIn
        }
    }

    /// True when a redirect to this can't leave the site: one `/` at the beginning, since browsers take `//` and `/\` for
    /// the beginning of a host, and nothing that ends a field or needs encoding.
    static func isLocalPath(_ bytes: [UInt8]) -> Bool {
        guard bytes.first == UInt8(ascii: "/"), bytes.count <= 2048 else { return false }
        if bytes.count > 1, bytes[1] == UInt8(ascii: "/") { return false }
        return bytes.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "\\") }
    }

    /// Gives each uploaded file a name of our own: the client's may be anything.
    ///
    /// - Returns: the files, for storing together with the row.
    mutating func nameFiles() -> [Upload] {
        var uploads: [Upload] = []
        for index in entries.indices {
            guard case .file(let file, let content, _) = entries[index].value else { continue }
            let random = String(UInt64.random(in: .min ... .max), radix: 16)
            let name = String(repeating: "0", count: 16 - random.utf8.count) + random
            uploads.append(Upload(name: name, bytes: content))
            entries[index].value = .file(file, content: content, savedAs: name)
        }
        return uploads
    }

    // MARK: JSON

    /// Fields up to which comparing all with each other is cheaper than a table.
    private static let comparedMax = 16

    /// True when several fields have one name, which few forms have.
    private static func mayRepeat(_ names: [FieldName]) -> Bool {
        guard names.count <= comparedMax else { return true }
        return names.indices.contains { index in names[..<index].contains(names[index]) }
    }

    /// A JSON object: a name that comes once with its value, one that comes several times with an array of them.
    ///
    /// - Complexity: Linear in the size of names and values, however alike the names are.
    var json: [UInt8] {
        let names = entries.map { FieldName($0.name) }
        let places = Self.mayRepeat(names) ? Dictionary(grouping: entries.indices) { names[$0] } : nil
        var json: [UInt8] = []
        json.append(UInt8(ascii: "{"))
        for (index, entry) in entries.enumerated() {
            guard let same = places.map({ $0[names[index]] ?? [] }) else {
                if index > 0 { json.append(UInt8(ascii: ",")) }
                json.append(jsonString: entry.name)
                json.append(UInt8(ascii: ":"))
                Self.append(entry, to: &json)
                continue
            }
            guard same.first == index else { continue }
            if index > 0 { json.append(UInt8(ascii: ",")) }
            json.append(jsonString: entry.name)
            json.append(UInt8(ascii: ":"))
            if same.count > 1 { json.append(UInt8(ascii: "[")) }
            for place in same {
                if place > index { json.append(UInt8(ascii: ",")) }
                Self.append(entries[place], to: &json)
            }
            if same.count > 1 { json.append(UInt8(ascii: "]")) }
        }
        json.append(UInt8(ascii: "}"))
        return json
    }

    private static func append(_ entry: Entry, to json: inout [UInt8]) {
        switch entry.value {
        case .text(let text): json.append(jsonString: text)
        case .json(let value): json.append(contentsOf: value)
        case .file(let file, let content, let savedAs):
            UploadedFile(savedAs: savedAs ?? "", name: file.name, type: file.type, size: content.count).append(
                to: &json
            )
        }
    }
}
