/// Conditions on lines of `access.log`. Pure; used by `ringport tail`.

package import HTTP

/// Conditions on a line, all of which must hold.
package struct LogFilter: Sendable {
    /// The reason for which a list of statuses is none.
    package struct StatusListError: Error, Equatable, CustomStringConvertible {
        package let item: String
        package var description: String {
            "'\(item)' is no status: give three digits, each a digit or x, as in 404 or 5xx, separated by commas"
        }
    }

    /// Three digits, of which some may be any.
    private struct StatusPattern: Sendable {
        let digits: [Int?]

        func matches(_ status: Int) -> Bool {
            let parts = [status / 100, status / 10 % 10, status % 10]
            return zip(digits, parts).allSatisfy { $0 == nil || $0 == $1 }
        }
    }

    private let statuses: [StatusPattern]
    private let method: [UInt8]?
    private let path: PathGlob?

    /// Makes a filter; what is `nil` is no condition.
    ///
    /// - Parameters:
    ///   - statuses: a list such as `4xx,500`, of which one must match.
    ///   - method: the method, in any case.
    ///   - path: the target without its query.
    /// - Throws: `StatusListError` naming what is no status.
    package init(statuses: String?, method: String?, path: PathGlob?) throws(StatusListError) {
        var patterns: [StatusPattern] = []
        if let statuses {
            for item in statuses.split(separator: ",", omittingEmptySubsequences: false) {
                patterns.append(try Self.pattern(String(item)))
            }
        }
        self.statuses = patterns
        self.method = method.map { Array($0.uppercased().utf8) }
        self.path = path
    }

    /// True when every line passes, also one in another format.
    package var passesAll: Bool { statuses.isEmpty && method == nil && path == nil }

    /// True when a line without its line feed passes.
    package func passes(_ line: Span<UInt8>) -> Bool {
        if passesAll { return true }
        guard let parsed = CombinedLogLine(line) else { return false }
        guard statuses.isEmpty || statuses.contains(where: { $0.matches(parsed.status) }) else { return false }
        let (methodRange, target, _) = parsed.requestParts(of: line)
        if let method, !Self.isEqual(method, line.extracting(methodRange)) { return false }
        guard let path else { return true }
        let bytes = CombinedLogLine.unescaped(line.extracting(target))
        let pathEnd = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.count
        return path.matches(bytes.span.extracting(0..<pathEnd))
    }

    private static func pattern(_ item: String) throws(StatusListError) -> StatusPattern {
        var digits: [Int?] = []
        for character in item {
            if character == "x" || character == "X" {
                digits.append(nil)
            } else if character.isASCII, let digit = character.wholeNumberValue {
                digits.append(digit)
            } else {
                throw StatusListError(item: item)
            }
        }
        guard digits.count == 3 else { throw StatusListError(item: item) }
        return StatusPattern(digits: digits)
    }

    private static func isEqual(_ bytes: [UInt8], _ span: Span<UInt8>) -> Bool {
        guard bytes.count == span.count else { return false }
        for index in span.indices where bytes[index] != span[index] { return false }
        return true
    }
}
