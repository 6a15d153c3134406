/// One submission, as it lies in the database. Main thread.

internal import HTTP
internal import Store

extension FormsCommand {
    /// A row of `submissions`, with every byte that is stored.
    struct Submission {
        /// The columns before `fields`, by their places in `texts`, behind the id.
        static let columns = ["form", "received_at", "remote", "user_agent", "referer"]
        /// What a query selects for `init`.
        static let sql = "id, \(columns.joined(separator: ", ")), fields"

        let id: Int64
        let texts: [[UInt8]]
        let fields: StoredFields

        init(_ row: borrowing Row) {
            id = row.integer(0)
            texts = Self.columns.indices.map { Self.bytes(row, $0 + 1) }
            fields = StoredFields(Self.bytes(row, Self.columns.count + 1))
        }

        private static func bytes(_ row: borrowing Row, _ column: Int) -> [UInt8] {
            row.withText(column) { text in unsafe text.withUnsafeBufferPointer { unsafe Array($0) } }
        }

        /// JSON members that hold what the columns of an export can't: `"fields_text":"…"` where `fields` is no JSON
        /// object, `"<column>_hex":"…"` where a column is not UTF-8.
        ///
        /// Empty for everything that the server stores.
        var exactMembers: [[UInt8]] {
            var members: [[UInt8]] = []
            for (name, text) in zip(Self.columns, texts) where !text.span.isUTF8 {
                members.append(Self.hexMember(name, text))
            }
            guard fields.members == nil else { return members }
            if fields.text.span.isUTF8 {
                var member = Array("\"fields_text\":".utf8)
                member.append(jsonStringOf: fields.text.span)
                members.append(member)
            } else {
                members.append(Self.hexMember("fields", fields.text))
            }
            return members
        }

        private static func hexMember(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
            var member = Array("\"\(name)_hex\":\"".utf8)
            for byte in bytes { member.append(hexadecimal: byte) }
            member.append(UInt8(ascii: "\""))
            return member
        }

        /// The submission as one JSON object without line ends.
        ///
        /// Values are copied from what is stored and not written anew, so a number keeps its digits and a string its
        /// escapes.
        var json: [UInt8] {
            var json = Array("{\"id\":\(id)".utf8)
            for (name, text) in zip(Self.columns, texts) {
                json += ",\"\(name)\":".utf8
                json.append(jsonStringOf: text.span)
            }
            json += ",\"fields\":".utf8
            if fields.members == nil {
                json += "null".utf8
            } else {
                JSONText.appendCompact(fields.text.span, to: &json)
            }
            for member in exactMembers {
                json.append(UInt8(ascii: ","))
                json += member
            }
            json.append(UInt8(ascii: "}"))
            return json
        }
    }
}
