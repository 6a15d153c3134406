/// In which line each value of a TOML document stands, which TOMLKit does not tell. Pure; any thread.

/// A step on the way to a value.
enum TOMLStep: Hashable {
    case name(String)
    case index(Int)
}

/// The lines of a document.
///
/// What is read here is where things are. Whether they are right is TOMLKit's to say: up to the first mistake both read
/// the same, after it this yields some lines, and ends.
struct TOMLLines {
    /// The line in which a key, a table or an element begins.
    private(set) var lines: [[TOMLStep]: Int] = [:]
    /// The first thing that TOMLKit may not see, since it would not come back from it.
    private(set) var refusal: ConfigurationProblem?

    /// More steps than any key of ours takes.
    private static let depthMax = 16

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    /// Tables of each array of tables so far.
    private var tableCounts: [[TOMLStep]: Int] = [:]

    init(_ text: String) {
        bytes = Array(text.utf8)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        var table: [TOMLStep] = []
        while skipToContent() {
            let start = line
            if take("[") {
                table = takeHeader(start)
            } else {
                takeMember(of: table)
            }
        }
    }

    // MARK: Keys

    /// The rest of `[name]` or `[[name]]`; the result is the way to the table.
    private mutating func takeHeader(_ start: Int) -> [TOMLStep] {
        let isList = take("[")
        let names = takeKey()
        var way: [TOMLStep] = []
        for name in names {
            way.append(.name(name))
            note(way, start)
            // A name on the way that is an array of tables means its last table.
            if let count = tableCounts[way], !(isList && way.count(where: \.isName) == names.count) {
                way.append(.index(count - 1))
            }
        }
        if isList {
            let count = tableCounts[way, default: 0]
            tableCounts[way] = count + 1
            way.append(.index(count))
        }
        note(way, start)
        _ = take("]")
        if isList { _ = take("]") }
        return way
    }

    /// `a.b = value`.
    private mutating func takeMember(of table: [TOMLStep]) {
        let start = line
        var way = table
        for name in takeKey() {
            way.append(.name(name))
            note(way, start)
        }
        skipSpace()
        if take("=") { takeValue(way) }
    }

    private mutating func takeKey() -> [String] {
        var names: [String] = []
        repeat {
            skipSpace()
            if let byte = peek, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                names.append(takeString())
            } else {
                let start = position
                while let byte = peek, Self.isBare(byte) { position += 1 }
                names.append(String(decoding: bytes[start..<position], as: UTF8.self))
                // TOMLKit's parser takes for granted that a name begins here, and is undefined where none does.
                if position == start, peek != nil {
                    refuse(line, "is no TOML: a name has letters, digits, - and _, or stands between quotation marks")
                }
            }
            skipSpace()
        } while take(".")
        return names
    }

    /// Ends the reading.
    private mutating func refuse(_ line: Int, _ reason: String) {
        if refusal == nil { refusal = ConfigurationProblem(line: line, reason: reason) }
        position = bytes.count
    }

    private mutating func note(_ way: [TOMLStep], _ line: Int) {
        guard way.count <= Self.depthMax else {
            // TOMLKit takes a table within a table for each dot, and its stack ends sooner than a file does.
            return refuse(line, "is nested too deeply; no key has so many parts")
        }
        if lines[way] == nil { lines[way] = line }
    }

    // MARK: Values

    private mutating func takeValue(_ way: [TOMLStep]) {
        skipSpace()
        switch peek {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): _ = takeString()
        case UInt8(ascii: "["):
            position += 1
            var index = 0
            while skipToContent(), peek != UInt8(ascii: "]") {
                note(way + [.index(index)], line)
                takeValue(way + [.index(index)])
                index += 1
                _ = skipToContent()
                _ = take(",")
            }
            _ = take("]")
        case UInt8(ascii: "{"):
            position += 1
            while skipToContent(), peek != UInt8(ascii: "}") {
                takeMember(of: way)
                _ = skipToContent()
                _ = take(",")
            }
            _ = take("}")
        default:
            let start = position
            while let byte = peek, !Self.endsBareValue(byte) { position += 1 }
            // As with names, TOMLKit's parser does not look whether there is a value at all, nor always whether it is one.
            if !Self.isBareValue(String(decoding: bytes[start..<position], as: UTF8.self)) {
                refuse(line, "is no TOML: here should be a value, such as \"a text\", 1 or true")
            }
        }
    }

    /// Whether a text without quotation marks is a value of TOML 1.0: a flag, a number, a date or a time.
    private static func isBareValue(_ text: String) -> Bool {
        let text = text.replacing(/[ \t\r]+$/, with: "")
        return text.wholeMatch(of: /true|false|[+-]?(inf|nan)/) != nil
            || text.wholeMatch(of: /0x[0-9a-fA-F]+(_[0-9a-fA-F]+)*|0o[0-7]+(_[0-7]+)*|0b[01]+(_[01]+)*/) != nil
            || text.wholeMatch(
                of: /[+-]?(0|[1-9][0-9]*(_[0-9]+)*)(\.[0-9]+(_[0-9]+)*)?([eE][+-]?[0-9]+(_[0-9]+)*)?/
            ) != nil
            || text.wholeMatch(
                of: /\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})?)?/
            ) != nil
            || text.wholeMatch(of: /\d{2}:\d{2}:\d{2}(\.\d{1,9})?/) != nil
    }

    /// A string of any of the four kinds.
    private mutating func takeString() -> String {
        guard let quote = peek else { return "" }
        let start = line
        let isLong = bytes[position...].starts(with: [quote, quote, quote])
        position += isLong ? 3 : 1
        var content: [UInt8] = []
        while let byte = peek {
            if byte == quote, !isLong || bytes[position...].starts(with: [quote, quote, quote]) {
                position += isLong ? 3 : 1
                // Two more may stand before the end of a long one.
                while isLong, take(quote) { content.append(quote) }
                break
            }
            if byte == UInt8(ascii: "\n") {
                if !isLong { break }
                line += 1
            }
            position += 1
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                content += takeEscape()
            } else {
                content.append(byte)
            }
        }
        // TOMLKit hands strings on as C has them, cut at a NUL.
        if content.contains(0) { refuse(start, "has a text with a NUL") }
        return String(decoding: content, as: UTF8.self)
    }

    /// What follows a backslash, as the bytes it stands for.
    private mutating func takeEscape() -> [UInt8] {
        guard let byte = peek else { return [] }
        // The end of a line is counted where the string goes on.
        if byte == UInt8(ascii: "\n") { return [] }
        position += 1
        switch byte {
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "x"), UInt8(ascii: "u"), UInt8(ascii: "U"):
            let count = byte == UInt8(ascii: "x") ? 2 : byte == UInt8(ascii: "u") ? 4 : 8
            let digits = String(decoding: bytes[position...].prefix(count), as: UTF8.self)
            position = min(position + count, bytes.count)
            return UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init).map { Array(String($0).utf8) } ?? []
        default: return [byte]
        }
    }

    // MARK: Bytes

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func take(_ letter: Unicode.Scalar) -> Bool { take(UInt8(ascii: letter)) }

    private mutating func skipSpace() {
        while let byte = peek, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { position += 1 }
    }

    /// Passes space, ends of lines and comments; false at the end of the text.
    private mutating func skipToContent() -> Bool {
        while let byte = peek {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): position += 1
            case UInt8(ascii: "\n"):
                line += 1
                position += 1
            case UInt8(ascii: "#"):
                while let byte = peek, byte != UInt8(ascii: "\n") { position += 1 }
            default: return true
            }
        }
        return false
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func endsBareValue(_ byte: UInt8) -> Bool {
        [UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "#"), UInt8(ascii: "\n")].contains(byte)
    }
}

extension TOMLStep {
    fileprivate var isName: Bool { if case .name = self { true } else { false } }
}
