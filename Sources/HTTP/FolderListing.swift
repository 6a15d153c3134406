/// What is in a folder, as a page or as JSON. Pure; a pool thread.

/// The entries of a folder.
package struct FolderListing: Sendable {
    package struct Entry: Sendable {
        /// As the file system has it: any bytes but the slash.
        let name: [UInt8]
        let isFolder: Bool
        let size: UInt64
        /// Seconds since 1970.
        let modified: Int64

        package init(name: [UInt8], isFolder: Bool, size: UInt64, modified: Int64) {
            self.name = name
            self.isFolder = isFolder
            self.size = size
            self.modified = modified
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
            if left.isFolder != right.isFolder { return left.isFolder }
            return left.name.lexicographicallyPrecedes(right.name)
        }
    }

    // MARK: A page

    /// HTML, with a row for each entry.
    package var html: String {
        let title = Self.escaped(path)
        var rows = ""
        if path.count > 1 { rows += "<tr><td><a href=\"../\">../</a><td><td>\n" }
        for entry in entries {
            let slash = entry.isFolder ? "/" : ""
            rows += "<tr><td><a href=\"\(Self.link(entry.name))\(slash)\">\(Self.escaped(entry.name))\(slash)</a>"
            rows +=
                "<td>\(Self.date(entry.modified, separator: " "))<td>\(entry.isFolder ? "" : Self.size(entry.size))\n"
        }
        return """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <meta name="color-scheme" content="light dark">
            <title>\(title)</title>
            <style>
            body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
            table { border-collapse: collapse; width: 100% }
            th { text-align: start; border-bottom: 1px solid }
            th, td { padding: .2rem 1rem .2rem 0; white-space: nowrap }
            td:first-child { white-space: normal; overflow-wrap: anywhere; width: 100% }
            td:last-child, th:last-child { text-align: end; padding-right: 0 }
            </style>
            <h1>\(title)</h1>
            <table>
            <thead><tr><th scope="col">Name<th scope="col">Modified (UTC)<th scope="col">Size
            <tbody>
            \(rows)</table>
            </html>

            """
    }

    /// Text of a page: what would be markup is written as characters; what is not UTF-8 becomes U+FFFD.
    private static func escaped(_ bytes: [UInt8]) -> String {
        var text = ""
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            case "\u{0}"..<" ", "\u{7f}": text += "\u{fffd}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// A relative reference to a name: every byte that means something in a URI is encoded, and so no name is a scheme
    /// (RFC 3986 §4.2).
    private static func link(_ name: [UInt8]) -> String {
        var link = ""
        for byte in name {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                link.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                link += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return link
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

    /// An array with an object for each entry: name, type, size and modified.
    package var json: String {
        let objects = entries.map { entry in
            let size = entry.isFolder ? "" : "\"size\":\(entry.size),"
            return "{\"name\":\(Self.quoted(entry.name)),\"type\":\"\(entry.isFolder ? "folder" : "file")\",\(size)"
                + "\"modified\":\"\(Self.date(entry.modified, separator: "T"))Z\"}"
        }
        return "[" + objects.joined(separator: ",\n ") + "]\n"
    }

    /// A string of RFC 8259 §7.
    private static func quoted(_ bytes: [UInt8]) -> String {
        var json: [UInt8] = []
        json.append(jsonStringOf: bytes.span)
        return String(decoding: json, as: UTF8.self)
    }

    /// A time as RFC 3339 has it, without its zone.
    private static func date(_ seconds: Int64, separator: String) -> String {
        let (day, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let date = CivilDate(daysSince1970: second < 0 ? day - 1 : day)
        let time = second < 0 ? second + 86_400 : second
        func padded(_ number: Int64) -> String { (number < 10 ? "0" : "") + String(number) }
        return "\(date.year)-\(padded(date.month))-\(padded(date.day))\(separator)"
            + "\(padded(time / 3600)):\(padded(time / 60 % 60)):\(padded(time % 60))"
    }
}
