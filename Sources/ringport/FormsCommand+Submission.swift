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

        let id: Identifier
        /// `nil` for NULL.
        let texts: [[UInt8]?]
        let fields: StoredFields

        /// The id as it is stored: a number in the handler's table, anything in one that was made by hand.
        struct Identifier {
            /// Its text; empty for NULL.
            let text: [UInt8]
            let isInteger: Bool
            let isNull: Bool
        }

        init(_ row: borrowing Row) {
            // Reading the text may change the type (https://sqlite.org/c3ref/column_blob.html).
            let isInteger = row.type(0) == .integer
            let id = Self.bytes(row, 0)
            self.id = Identifier(text: id ?? [], isInteger: isInteger, isNull: id == nil)
            texts = Self.columns.indices.map { Self.bytes(row, $0 + 1) }
            fields = StoredFields(Self.bytes(row, Self.columns.count + 1))
        }

        private static func bytes(_ row: borrowing Row, _ column: Int) -> [UInt8]? {
            if row.isNull(column) { return nil }
            return row.withText(column) { text in unsafe text.withUnsafeBufferPointer { unsafe Array($0) } }
        }

        /// The text of a column of `columns`; empty for NULL.
        func text(_ column: String) -> [UInt8] {
            Self.columns.firstIndex(of: column).flatMap { texts[$0] } ?? []
        }

        /// JSON members that hold what the columns of an export can't: `"fields_text":"…"` where `fields` is no JSON
        /// object or one that is nested too deep, `"<column>_hex":"…"` where a column is not UTF-8.
        ///
        /// Empty for everything that the server stores.
        var exactMembers: [[UInt8]] {
            var members: [[UInt8]] = []
            if !id.text.span.isUTF8 { members.append(Self.hexMember("id", id.text)) }
            for case (let name, let text?) in zip(Self.columns, texts) where !text.span.isUTF8 {
                members.append(Self.hexMember(name, text))
            }
            guard fields.members == nil, !fields.isNull else { return members }
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
            var json = Array("{\"id\":".utf8)
            if id.isInteger {
                json += id.text
            } else {
                Self.append(id.isNull ? nil : id.text, to: &json)
            }
            for (name, text) in zip(Self.columns, texts) {
                json += ",\"\(name)\":".utf8
                Self.append(text, to: &json)
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

        private static func append(_ text: [UInt8]?, to json: inout [UInt8]) {
            if let text {
                json.append(jsonStringOf: text.span)
            } else {
                json += "null".utf8
            }
        }
    }
}
