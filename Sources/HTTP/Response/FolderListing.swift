/// The list of a folder, as a page or as JSON. Pure; a pool thread.

/// The entries of a folder.
package struct FolderListing: Sendable {
    package struct Entry: Sendable {
        package enum Kind: Sendable, Equatable {
            /// Without its time: the kernel reports no change of that to whoever watches the folder above it.
            case folder
            /// Bytes, and seconds since 1970.
            case file(size: UInt64, modified: Int64)
        }

        /// As the file system has it: any bytes but the slash.
        let name: [UInt8]
        let kind: Kind

        package init(name: [UInt8], kind: Kind) {
            self.name = name
            self.kind = kind
        }
    }

    private let path: [UInt8]
    private let entries: [Entry]

    /// - Parameters:
    ///   - path: the folder's decoded path, with slashes at both ends.
    ///   - entries: in any order.
    package init(path: [UInt8], entries: [Entry]) {
        self.path = path
        self.entries = entries.sorted { left, right in
            if (left.kind == .folder) != (right.kind == .folder) { return left.kind == .folder }
            return left.name.lexicographicallyPrecedes(right.name)
        }
    }

    // MARK: A page

    /// HTML in UTF-8, with a row for each entry.
    package var html: [UInt8] {
        var page: [UInt8] = []
        page.reserveCapacity(1024 + 128 * entries.count)
        page.append(
            """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <meta name="color-scheme" content="light dark">
            <title>
            """
        )
        page.append(escaped: path)
        page.append(
            """
            </title>
            <style>
            body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
            table { border-collapse: collapse; width: 100% }
            th { text-align: start; border-bottom: 1px solid }
            th, td { padding: .2rem 1rem .2rem 0; white-space: nowrap }
            td:first-child { white-space: normal; overflow-wrap: anywhere; width: 100% }
            td:last-child, th:last-child { text-align: end; padding-right: 0 }
            </style>
            <h1>
            """
        )
        page.append(escaped: path)
        page.append(
            """
            </h1>
            <table>
            <thead><tr><th scope="col">Name<th scope="col">Modified (UTC)<th scope="col">Size
            <tbody>

            """
        )
        if path.count > 1 { page.append("<tr><td><a href=\"../\">../</a><td><td>\n") }
        for entry in entries { Self.appendRow(entry, to: &page) }
        page.append("</table>\n</html>\n")
        return page
    }

    private static func appendRow(_ entry: Entry, to page: inout [UInt8]) {
        page.append("<tr><td><a href=\"")
        page.append(encoded: entry.name)
        if entry.kind == .folder { page.append("/") }
        page.append("\">")
        page.append(escaped: entry.name)
        switch entry.kind {
        case .folder: page.append("/</a><td><td>\n")
        case .file(let size, let modified):
            page.append("</a><td>")
            page.append(date: modified, separator: " ")
            page.append("<td>\(Self.size(size))\n")
        }
    }

    private static func size(_ size: UInt64) -> String {
        guard size >= 1024 else { return "\(size) B" }
        var unit: UInt64 = 1024
        for name in ["KiB", "MiB", "GiB"] {
            if size < unit * 1024 {
                let tenths = size * 10 / unit
                return "\(tenths / 10).\(tenths % 10) \(name)"
            }
            unit *= 1024
        }
        return "\(size / unit) TiB"
    }

    // MARK: JSON

    /// An array in UTF-8 with an object for each entry: name and type, and of a file size and modified.
    package var json: [UInt8] {
        var json: [UInt8] = [UInt8(ascii: "[")]
        json.reserveCapacity(16 + 96 * entries.count)
        for (index, entry) in entries.enumerated() {
            if index > 0 { json.append(",\n ") }
            json.append("{\"name\":")
            // RFC 8259 §7.
            json.append(jsonStringOf: entry.name.span)
            switch entry.kind {
            case .folder: json.append(",\"type\":\"folder\"}")
            case .file(let size, let modified):
                json.append(",\"type\":\"file\",\"size\":\(size),\"modified\":\"")
                json.append(date: modified, separator: "T")
                json.append("Z\"}")
            }
        }
        json.append("]\n")
        return json
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ text: String) { append(contentsOf: text.utf8) }

    /// Text of a page: what would be markup is written as characters; what is not UTF-8 becomes U+FFFD.
    fileprivate mutating func append(escaped bytes: [UInt8]) {
        for byte in String(decoding: bytes, as: UTF8.self).utf8 {
            switch byte {
            case UInt8(ascii: "&"): append("&amp;")
            case UInt8(ascii: "<"): append("&lt;")
            case UInt8(ascii: ">"): append("&gt;")
            case UInt8(ascii: "\""): append("&quot;")
            case UInt8(ascii: "'"): append("&#39;")
            case 0..<0x20, 0x7F: append("\u{fffd}")
            default: append(byte)
            }
        }
    }

    /// A relative reference to a name: every byte that means something in a URI is encoded, and so no name is a scheme
    /// (RFC 3986 §4.2).
    fileprivate mutating func append(encoded name: [UInt8]) {
        func digit(_ nibble: UInt8) -> UInt8 {
            nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
        }
        for byte in name {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                append(byte)
            default:
                append(UInt8(ascii: "%"))
                append(digit(byte >> 4))
                append(digit(byte & 15))
            }
        }
    }

    /// A time as RFC 3339 has it, without its zone.
    fileprivate mutating func append(date seconds: Int64, separator: String) {
        let (day, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let date = CivilDate(daysSince1970: second < 0 ? day - 1 : day)
        let time = second < 0 ? second + 86_400 : second
        func padded(_ number: Int64) -> String { (number < 10 ? "0" : "") + String(number) }
        append("\(date.year)-\(padded(date.month))-\(padded(date.day))\(separator)")
        append("\(padded(time / 3600)):\(padded(time / 60 % 60)):\(padded(time % 60))")
    }
}
