/// The arguments of `ringport tail` as people know them from GNU tail. Pure; the main thread.

/// Brings the forms of GNU tail into those that the command declares, and refuses those that it can't follow.
enum TailArguments {
    /// The reason for which an option is refused, and what to use instead.
    struct Refusal: Error, Equatable, CustomStringConvertible {
        let option: String
        let reason: String

        init(_ option: String, _ reason: String) {
            self.option = option
            self.reason = reason
        }

        var description: String { "\(option): \(reason)" }
    }

    private static let bytes = "ringport tail counts lines, not bytes: use -n"
    private static let headers = "one log is shown, so it has no header: leave it out"
    private static let process = "ringport tail ends with the reader of what it shows: pipe it into that"
    private static let zeros = "lines of a log end in line feeds: leave it out"
    private static let descriptor = "the log is followed by its name: use -f or --follow=name"
    private static let nameless = "standard input has no name to follow: use -f"
    private static let checks = "the name is looked at every second: leave it out, or give -s"

    /// Translates a command line for the parser.
    ///
    /// - Parameter arguments: without the program's name; of another subcommand they stay as they are.
    /// - Returns: the arguments that the command declares.
    /// - Throws: `Refusal` for an option of GNU tail that is none of ours.
    static func translated(_ arguments: [String]) throws(Refusal) -> [String] {
        guard arguments.first == "tail" else { return arguments }
        var rest = arguments.dropFirst()
        var result = ["tail"]
        var isFollowedByName = false
        while let argument = rest.popFirst() {
            if argument == "--" {
                result.append(argument)
                result += rest
                break
            }
            if argument == "--follow=name" { isFollowedByName = true }
            if argument.hasPrefix("--") {
                result += try long(argument, &rest)
            } else if argument.hasPrefix("-"), argument != "-" {
                let options = try short(argument, &rest)
                if options.contains("-F") { isFollowedByName = true }
                result += options
            } else {
                result.append(argument)
            }
        }
        if isFollowedByName, result.contains("-") { throw Refusal("-F", nameless) }
        return result
    }

    private static func long(_ argument: String, _ rest: inout ArraySlice<String>) throws(Refusal) -> [String] {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count > 1 ? String(parts[1]) : nil
        let name = String(parts[0])
        switch name {
        case "--lines", "--sleep-interval":
            // Joined, since a parser takes what begins with a dash for an option.
            guard value == nil, let next = rest.popFirst() else { return [argument] }
            return ["\(name)=\(next)"]
        case "--follow":
            guard let value, value != "name" else { return ["--follow"] }
            throw Refusal(argument, descriptor)
        case "--bytes": throw Refusal("--bytes", bytes)
        case "--pid": throw Refusal("--pid", process)
        case "--max-unchanged-stats": throw Refusal("--max-unchanged-stats", checks)
        case "--verbose": throw Refusal("--verbose", headers)
        case "--zero-terminated": throw Refusal("--zero-terminated", zeros)
        case "--silent": return ["--quiet"]
        default: return [argument]
        }
    }

    /// Takes letters behind one dash, of which the last may have a value: `-fn5`, `-20f`.
    private static func short(_ argument: String, _ rest: inout ArraySlice<String>) throws(Refusal) -> [String] {
        var letters = argument.dropFirst()
        var result: [String] = []
        let digits = letters.prefix { $0.isASCII && $0.isNumber }
        if !digits.isEmpty {
            letters = letters.dropFirst(digits.count)
            if let unit = letters.first, "bck".contains(unit) { throw Refusal(argument, bytes) }
            if letters.first == "l" { letters = letters.dropFirst() }
            guard letters.isEmpty || letters == "f" else { return [argument] }
            result.append("--lines=\(digits)")
        }
        while let letter = letters.popFirst() {
            switch letter {
            case "f", "F": result.append(letter == "f" ? "--follow" : "-F")
            case "q": result.append("--quiet")
            case "h": result.append("--help")
            case "n", "s":
                let name = letter == "n" ? "--lines" : "--sleep-interval"
                guard let value = letters.isEmpty ? rest.popFirst() : String(letters) else { return result + [name] }
                // `-n=5` is not what GNU tail takes, but what this command always took.
                let number = letter == "n" && value.hasPrefix("=") ? String(value.dropFirst()) : value
                return result + ["\(name)=\(number)"]
            case "c": throw Refusal("-c", bytes)
            case "v": throw Refusal("-v", headers)
            case "z": throw Refusal("-z", zeros)
            default: return [argument]
            }
        }
        return result
    }
}
