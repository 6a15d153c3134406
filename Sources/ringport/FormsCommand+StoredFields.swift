/// The column `fields` of a submission, taken apart. Main thread.
///
/// SQLite's own functions are of no use here: they end a string at a NUL, and calculate with numbers.

internal import HTTP

extension FormsCommand {
    /// The JSON object that holds what a visitor sent.
    struct StoredFields {
        /// Arrays and objects in each other, the outermost counted, beyond which `fields` is exported as text.
        ///
        /// Forms are held to 64; SQLite stores up to 2,000. One such row would end the reading of a whole export: Python
        /// stops near 1,000, PHP at 512, jq 1.6 at 256, to which a member of an object counts two.
        static let depthMax = 120

        /// One member of the object.
        struct Member {
            /// Decoded; no UTF-8 where half of a surrogate pair is in it.
            let name: [UInt8]
            /// The place of the name, with its quotes.
            fileprivate let nameLiteral: Range<Int>
            /// The place of the value, with its quotes or brackets.
            fileprivate let value: Range<Int>
            fileprivate let kind: Kind
        }

        fileprivate enum Kind {
            case string(Range<Int>)
            case number, null, other
        }

        /// As it is stored; empty for NULL.
        let text: [UInt8]
        let isNull: Bool
        /// The members, in their order, a name that comes twice twice; `nil` when the text is no JSON object, or one that is
        /// nested too deep.
        let members: [Member]?

        init(_ text: [UInt8]?) {
            let bytes = text ?? []
            members = Self.members(of: bytes.span)
            isNull = text == nil
            self.text = bytes
        }

        private static func members(of text: Span<UInt8>) -> [Member]? {
            var reader = JSONReader(depthMax: depthMax, allowsLoneSurrogates: true)
            guard reader.next(in: text) == .beginObject else { return nil }
            var members: [Member] = []
            while true {
                switch reader.next(in: text) {
                case .name(let range):
                    guard let member = member(range, &reader, text) else { return nil }
                    members.append(member)
                case .end: return members
                case .rejected: return nil
                default: continue
                }
            }
        }

        /// Reads a member's value to its end; `nil` when it has none.
        private static func member(_ range: Range<Int>, _ reader: inout JSONReader, _ text: Span<UInt8>) -> Member? {
            var name: [UInt8] = []
            _ = JSONText.decode(text.extracting(range), into: &name)
            let first = reader.next(in: text)
            let start = reader.start
            var kind = Kind.other
            switch first {
            case .string(let range): kind = .string(range)
            case .number: kind = .number
            case .null: kind = .null
            case .beginObject, .beginArray: guard skip(&reader, text) else { return nil }
            case .rejected: return nil
            default: break
            }
            return Member(
                name: name,
                nameLiteral: range.lowerBound - 1..<range.upperBound + 1,
                value: start..<reader.position,
                kind: kind
            )
        }

        /// Reads to the end of the array or object that has begun; false when the text is malformed before.
        private static func skip(_ reader: inout JSONReader, _ text: Span<UInt8>) -> Bool {
            var depth = 1
            while depth > 0 {
                switch reader.next(in: text) {
                case .beginObject, .beginArray: depth += 1
                case .endObject, .endArray: depth -= 1
                case .rejected: return false
                default: continue
                }
            }
            return true
        }

        // MARK: Values

        /// The value for a table: a string's characters, nothing for null, and JSON for the rest.
        ///
        /// A string with half of a surrogate pair, which no text can hold, is JSON too, with its quotes.
        func cell(_ member: Member) -> [UInt8] {
            if case .null = member.kind { return [] }
            guard let string = string(member), string.span.isUTF8 else { return json(member) }
            return string
        }

        /// The characters of a string, in which half of a surrogate pair is as `JSONText.decode` leaves it; `nil` for
        /// another value.
        func string(_ member: Member) -> [UInt8]? {
            guard case .string(let range) = member.kind else { return nil }
            var characters: [UInt8] = []
            _ = JSONText.decode(text.span.extracting(range), into: &characters)
            return characters
        }

        /// True when the value is a number, which no spreadsheet takes for a formula.
        func isNumber(_ member: Member) -> Bool {
            if case .number = member.kind { true } else { false }
        }

        /// The value as JSON.
        func json(_ member: Member) -> [UInt8] {
            compact(member.value)
        }

        /// The name as a JSON string.
        func nameJSON(_ member: Member) -> [UInt8] {
            compact(member.nameLiteral)
        }

        private func compact(_ range: Range<Int>) -> [UInt8] {
            var json: [UInt8] = []
            json.reserveCapacity(range.count)
            JSONText.appendCompact(text.span.extracting(range), to: &json)
            return json
        }
    }
}
