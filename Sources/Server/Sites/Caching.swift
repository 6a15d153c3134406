/// Rules for what caches may keep, and the fields that say so (RFC 9111). Pure; any thread.
///
/// A cache in front gives one client's answer to others. So an answer that depends on more than its address and the
/// fields named by Vary says that it is not to be kept.
///
/// Next: AnswerFields.swift

/// Cache-Control and the fields like it.
package enum Caching {
    /// The statuses of answers other than files' that a rule may let caches keep: those that are the address's.
    ///
    /// All other refusals depend on a client's fields, its password, or the moment.
    package static let storableStatuses: [UInt16] = [301, 302, 303, 307, 308, 404, 405, 410]

    /// True when a status refuses in a way that may depend on the client: no cache keeps such an answer.
    static func isUnstorable(_ status: UInt16) -> Bool { status >= 400 && !storableStatuses.contains(status) }

    /// The field of answers that no cache may keep.
    static let unstored = ResponseField(name, "no-store")

    static let name = "Cache-Control"

    // MARK: Names

    /// True when a field with that name tells caches what to keep and for how long.
    ///
    /// Those are Cache-Control, Expires, the fields for one cache alone (RFC 9213: `CDN-Cache-Control` and others that
    /// end so), and those that proxies had before: Surrogate-Control, Edge-Control, nginx's X-Accel-Expires.
    static func governs(_ name: Span<UInt8>) -> Bool {
        isStandard(name) || governsOneCache(name)
    }

    private static func isStandard(_ name: Span<UInt8>) -> Bool {
        equals(name, "cache-control") || equals(name, "expires")
    }

    private static func governsOneCache(_ name: Span<UInt8>) -> Bool {
        let ending: StaticString = "-cache-control"
        let start = name.count - ending.utf8CodeUnitCount
        if start > 0, equals(name.extracting(start...), ending) { return true }
        return equals(name, "surrogate-control") || equals(name, "edge-control") || equals(name, "x-accel-expires")
    }

    /// True when one of the field lines tells caches what to keep.
    static func governs(anyOf lines: Span<UInt8>) -> Bool {
        var isFound = false
        FieldLines.forEach(lines) { name, _, _ in if governs(name) { isFound = true } }
        return isFound
    }

    // MARK: Values

    /// True when a field keeps an answer from being given to others unasked: it is not to be stored, not by a shared
    /// cache, or only to be used after the server was asked.
    static func restricts(_ field: ResponseField) -> Bool {
        if equals(field.name.span, "expires") || equals(field.name.span, "x-accel-expires") {
            return field.value == Array("0".utf8) || field.value == Array("-1".utf8)
        }
        var restricts = false
        forEachDirective(field.value.span) { name, hasArgument, _ in
            // With an argument `no-cache` and `private` are about the fields that it names (RFC 9111 §5.2.2).
            if equals(name, "no-store") || (!hasArgument && (equals(name, "no-cache") || equals(name, "private"))) {
                restricts = true
            }
        }
        return restricts
    }

    /// Field lines that let no shared cache keep the answer (RFC 9111 §3.5, §5.2.2.7).
    ///
    /// `private` takes the place of `public` and `s-maxage` in Cache-Control, and is there where nothing was said.
    /// `no-store` stays alone. What is said to one cache alone would outdo Cache-Control there, and is left out.
    ///
    /// - Parameter lines: field lines, each ended by CRLF.
    /// - Returns: the same lines in their order, Cache-Control last.
    static func madePrivate(_ lines: Span<UInt8>) -> [UInt8] {
        var others: [UInt8] = []
        var directives: [[UInt8]] = []
        var isUnstored = false
        FieldLines.forEach(lines) { name, value, line in
            if governsOneCache(name) { return }
            guard equals(name, "cache-control") else {
                for index in line.indices { others.append(line[index]) }
                return
            }
            forEachDirective(value) { name, _, directive in
                if equals(name, "public") || equals(name, "s-maxage") || equals(name, "private") { return }
                if equals(name, "no-store") { isUnstored = true }
                directives.append(directive.indices.map { directive[$0] })
            }
        }
        if !isUnstored { directives.insert(Array("private".utf8), at: 0) }
        let value = Array(directives.joined(separator: Array(", ".utf8)))
        return others + Array("\(Self.name): ".utf8) + value + Array("\r\n".utf8)
    }

    // MARK: Directives

    /// Calls `body` with each directive of a Cache-Control field: its name, whether it has an argument, all of it.
    ///
    /// A comma within a quoted string divides nothing (RFC 9110 §5.6.4).
    private static func forEachDirective(
        _ value: Span<UInt8>,
        _ body: (_ name: Span<UInt8>, _ hasArgument: Bool, _ directive: Span<UInt8>) -> Void
    ) {
        var start = 0
        var isQuoted = false
        var index = 0
        while index <= value.count {
            if index == value.count || (!isQuoted && value[index] == UInt8(ascii: ",")) {
                let range = FieldLines.trimmed(value, start..<index)
                var nameEnd = range.lowerBound
                while nameEnd < range.upperBound, value[nameEnd] != UInt8(ascii: "=") { nameEnd += 1 }
                let name = FieldLines.trimmed(value, range.lowerBound..<nameEnd)
                if !range.isEmpty {
                    body(value.extracting(name), nameEnd < range.upperBound, value.extracting(range))
                }
                start = index + 1
            } else if isQuoted, value[index] == UInt8(ascii: "\\"), index + 1 < value.count {
                index += 1
            } else if value[index] == UInt8(ascii: "\"") {
                isQuoted.toggle()
            }
            index += 1
        }
    }

    /// True when bytes are a name in small letters, whatever their own case.
    private static func equals(_ bytes: Span<UInt8>, _ name: StaticString) -> Bool {
        FieldLines.equal(bytes, name)
    }
}
