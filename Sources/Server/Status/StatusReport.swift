/// A running server's counters and sizes at one moment, as text and as JSON. A value; made on the thread "status".

internal import HTTP

/// The answer of a status socket: whether all is well, and sections of named values.
///
/// The names are for programs: none changes its meaning.
struct StatusReport {
    enum Value {
        case number(Int)
        case text(String)
        case list([String])
        /// Known to be nothing.
        case none
    }

    struct Section {
        let name: String
        let values: [(name: String, value: Value)]

        init(_ name: String, _ values: KeyValuePairs<String, Value>) {
            self.name = name
            self.values = values.map { ($0.key, $0.value) }
        }
    }

    /// The reason for which the server is to be looked after; `nil` when all is well.
    var trouble: String?
    var sections: [Section]

    /// The first line of the protocol, which says how long the report is, then the report.
    func answer(_ format: StatusFormat) -> [UInt8] {
        let report =
            switch format {
            case .text: Array(text.utf8)
            case .json: json
            }
        let first = trouble.map { "failing \(report.count) \($0)\n" } ?? "ok \(report.count)\n"
        return Array(first.utf8) + report
    }

    /// One value a line, in columns.
    var text: String {
        let width = sections.flatMap(\.values).map(\.name.count).max() ?? 0
        var text = "health\n  \(trouble ?? "all is well")\n"
        for section in sections {
            text += "\(section.name)\n"
            for (name, value) in section.values {
                let padded = name + String(repeating: " ", count: width - name.count)
                for word in Self.words(value) { text += "  \(padded)  \(word)\n" }
            }
        }
        return text
    }

    private static func words(_ value: Value) -> [String] {
        switch value {
        case .number(let number): ["\(number)"]
        case .text(let text): [text]
        case .list(let texts): texts
        case .none: ["-"]
        }
    }

    /// One object with an object for each section (RFC 8259), and a line feed.
    var json: [UInt8] {
        var bytes = Array("{\"health\":".utf8)
        bytes.append(jsonStringOf: Array((trouble ?? "ok").utf8).span, escapingUnseen: true)
        for section in sections {
            bytes += ",\"\(section.name)\":{".utf8
            for (index, entry) in section.values.enumerated() {
                bytes += "\(index == 0 ? "" : ",")\"\(entry.name)\":".utf8
                Self.append(entry.value, to: &bytes)
            }
            bytes += "}".utf8
        }
        return bytes + "}\n".utf8
    }

    private static func append(_ value: Value, to bytes: inout [UInt8]) {
        switch value {
        case .number(let number): bytes += "\(number)".utf8
        case .text(let text): bytes.append(jsonStringOf: Array(text.utf8).span, escapingUnseen: true)
        case .none: bytes += "null".utf8
        case .list(let texts):
            bytes += "[".utf8
            for (index, text) in texts.enumerated() {
                if index > 0 { bytes += ",".utf8 }
                bytes.append(jsonStringOf: Array(text.utf8).span, escapingUnseen: true)
            }
            bytes += "]".utf8
        }
    }
}

/// The forms of a report; the words are those that a client sends.
package enum StatusFormat: String, Sendable {
    case text
    case json
}
