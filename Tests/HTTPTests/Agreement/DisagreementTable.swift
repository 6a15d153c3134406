/// Every cause for which Ringport and http-parser 2.9.4 read a request differently. Pure; any thread.
///
/// A table to be read: each row says what http-parser does and which section says otherwise. What it reads the same way
/// needs no row. `DisagreementTable+Framing` has the rows about the body.

import HTTP

enum DisagreementTable {
    static let rows = lines + requestLine + targets + fields + connection + framing + chunks

    // MARK: - Lines

    private static let lines = [
        DisagreementClass(
            name: "line ended by LF alone",
            section: "RFC 9112 §2.2",
            why: "http-parser takes it; a recipient may, but one before or behind it may not, and then they differ",
            kinds: [.refused],
            reasons: [.bareLineFeed]
        ) { it in
            it.outline.lines.contains { $0.end == .lf } || hasBareLineFeed(it.outline.leading)
                || hasBareLineFeed(it.outline.rest)
        },
        DisagreementClass(
            name: "CR without LF",
            section: "RFC 9112 §2.2",
            why: "http-parser skips it before a request and does not look at what follows one; it is invalid",
            kinds: [.refused],
            reasons: [.bareCarriageReturn]
        ) { it in hasBareCarriageReturn(it.input) },
        DisagreementClass(
            name: "many empty lines before the request",
            section: "RFC 9112 §2.2",
            why: "http-parser skips any number; at least one should be skipped, and Ringport skips four",
            kinds: [.refused],
            reasons: [.badRequestLine]
        ) { it in it.outline.leading.count > 8 },
    ]

    // MARK: - The request line

    private static let requestLine = [
        DisagreementClass(
            name: "more than one space in the request line",
            section: "RFC 9112 §3",
            why: "http-parser skips further spaces; one separates",
            kinds: [.refused],
            reasons: [.badRequestLine, .badTarget]
        ) { it in contains(it.outline.requestLine.text, "  ") },
        DisagreementClass(
            name: "control character in the request line",
            section: "RFC 9112 §3, RFC 3986 §2",
            why: "http-parser takes HTAB and FF as part of a target",
            kinds: [.refused],
            reasons: [.badRequestLine, .badTarget]
        ) { it in it.outline.requestLine.text.contains(where: isControl) },
        DisagreementClass(
            name: "request line without a version",
            section: "RFC 9112 §3",
            why: "http-parser takes a line of two words for HTTP/0.9",
            kinds: [.refused],
            reasons: [.badRequestLine, .badTarget]
        ) { it in it.outline.requestLine.text.filter { $0 == 0x20 }.count == 1 },
        DisagreementClass(
            name: "version not HTTP/digit.digit",
            section: "RFC 9112 §2.3",
            why: "http-parser does not look at each letter",
            kinds: [.refused],
            reasons: [.badRequestLine]
        ) { it in it.outline.versionNumber == nil },
        DisagreementClass(
            name: "major version other than 1",
            section: "RFC 9110 §15.6.6",
            why: "http-parser takes any digit and goes on as if it were HTTP/1",
            kinds: [.refused],
            reasons: [.versionNotSupported]
        ) { it in it.outline.versionNumber.map { $0.major != 1 } ?? false },
        DisagreementClass(
            name: "method beyond a list",
            section: "RFC 9110 §9.1",
            why:
                "http-parser knows 34 names; a method is any token, and whether it is implemented is said with a status",
            kinds: [.taken]
        ) { it in !it.outline.method.isEmpty && it.outline.method.allSatisfy(isToken) && !isKnown(it.outline.method) },
        DisagreementClass(
            name: "line judged when it is complete",
            section: "RFC 9112 §2.2",
            why:
                "http-parser refuses in the middle of a line; the line is to be read first, and is then refused as well",
            kinds: [.taken]
        ) { it in
            guard case .incomplete(nil) = it.ours else { return false }
            return it.outline.emptyLine == nil && Ringport.read(it.input + Array("\r\n\r\n".utf8)).isRejected
        },
        DisagreementClass(
            name: "request line too long",
            section: "RFC 9112 §3",
            why: "http-parser bounds the whole head only",
            kinds: [.refused],
            reasons: [.targetTooLong]
        ) { it in it.outline.requestLine.text.count > Ringport.limits.requestLineSizeMax },
    ]

    // MARK: - Targets

    private static let targets = [
        DisagreementClass(
            name: "fragment in the target",
            section: "RFC 9110 §4.2.5, RFC 9112 §3.2",
            why: "http-parser takes it; no form of a target has one",
            kinds: [.refused],
            reasons: [.badTarget]
        ) { it in it.outline.target.contains(UInt8(ascii: "#")) },
        DisagreementClass(
            name: "character that no URI holds",
            section: "RFC 9112 §3.2, RFC 3986 §2",
            why: "http-parser takes them",
            kinds: [.refused],
            reasons: [.badTarget]
        ) { it in it.outline.target.contains { $0 >= 0x80 || "\"<>\\^`{} ".utf8.contains($0) } },
        DisagreementClass(
            name: "asterisk",
            section: "RFC 9112 §3.2.4",
            why: "http-parser takes it with any method, and with more behind it; it is for OPTIONS alone",
            kinds: [.refused],
            reasons: [.badTarget]
        ) { it in
            it.outline.target.first == UInt8(ascii: "*")
                && (it.outline.method != Array("OPTIONS".utf8) || it.outline.target.count > 1)
        },
        DisagreementClass(
            name: "scheme other than http and https",
            section: "RFC 9110 §4.2, RFC 9112 §3.2.2",
            why: "http-parser takes any of letters",
            kinds: [.refused],
            reasons: [.badTarget]
        ) { it in
            let scheme = lowercased(it.outline.target).prefix { $0 != UInt8(ascii: ":") }
            return scheme.allSatisfy { (0x61...0x7a).contains($0) } && absoluteAuthority(it.outline.target) == nil
        },
        DisagreementClass(
            name: "authority that is none, in an absolute target",
            section: "RFC 9110 §4.2.1 and §4.2.4, RFC 3986 §3.2",
            why: "http-parser takes user information, an empty host and ports that are no numbers",
            kinds: [.refused],
            reasons: [.badTarget]
        ) { it in absoluteAuthority(it.outline.target).map { !isAuthority($0) } ?? false },
        DisagreementClass(
            name: "CONNECT to something other than host and port",
            section: "RFC 9112 §3.2.3",
            why: "http-parser takes a host alone, and a path behind it",
            kinds: [.refused],
            reasons: [.badTarget]
        ) { it in
            it.outline.method == Array("CONNECT".utf8)
                && (!isAuthority(it.outline.target) || !(it.outline.target.last.map(isDigit) ?? false)
                    || !it.outline.target.contains(UInt8(ascii: ":")))
        },
    ]

    // MARK: - Fields

    private static let fields = [
        DisagreementClass(
            name: "folded line",
            section: "RFC 9112 §5.2",
            why: "http-parser joins it to the line before; a server must refuse it or make it spaces",
            kinds: [.refused],
            // The line before it is read by itself and may be refused first, as may a control in it.
            reasons: [.lineFolding, .badFieldName, .badTransferCoding, .badHost]
        ) { it in
            if it.outline.fieldLines.dropFirst().contains(where: { $0.text.first.map(isBlank) ?? false }) {
                return true
            }
            guard case .trailer(let line) = ChunkFault(it.outline.rest) else { return false }
            return line.text.first.map(isBlank) ?? false
        },
        DisagreementClass(
            name: "blank before the first field",
            section: "RFC 9112 §2.2",
            why: "http-parser takes it as part of the name; it must be refused, or the line be ignored",
            kinds: [.refused],
            reasons: [.lineFolding]
        ) { it in it.outline.fieldLines.first?.text.first.map(isBlank) ?? false },
        DisagreementClass(
            name: "blank before the colon",
            section: "RFC 9112 §5.1",
            why: "http-parser takes it; a server must refuse it",
            kinds: [.refused],
            reasons: [.whitespaceBeforeColon]
        ) { it in anyFieldLine(it) { ($0.field?.name ?? $0.text).last.map(isBlank) ?? false } },
        DisagreementClass(
            name: "blank within a name",
            section: "RFC 9110 §5.1 and §5.6.2",
            why: "http-parser, as Debian builds it, takes a space for a character of a token",
            kinds: [.refused],
            reasons: [.badFieldName, .whitespaceBeforeColon]
        ) { it in anyFieldLine(it) { $0.field?.name.contains(where: isBlank) ?? false } },
        DisagreementClass(
            name: "control character in a value",
            section: "RFC 9110 §5.5",
            why: "http-parser does not look at a value's first character, nor at all of special fields",
            kinds: [.refused],
            reasons: [.badFieldValue]
        ) { it in anyFieldLine(it) { $0.text.contains { isControl($0) && $0 != 0x09 } } },
        DisagreementClass(
            name: "blanks at the end of a value",
            section: "RFC 9110 §5.5, RFC 9112 §5.1",
            why: "http-parser hands them over; they belong to no value",
            kinds: [.fields]
        ) { it in
            guard let mine = it.ours.message, let other = it.theirs.message else { return false }
            return mine.fields == other.fields.map { Message.Field(name: $0.name, value: trimmed($0.value[...])) }
        },
        DisagreementClass(
            name: "no Host",
            section: "RFC 9112 §3.2",
            why: "http-parser does not look for it; a server must refuse the request",
            kinds: [.refused],
            reasons: [.missingHost]
        ) { it in it.outline.values("host").isEmpty && (it.outline.versionNumber.map { $0.minor > 0 } ?? false) },
        DisagreementClass(
            name: "several Host fields",
            section: "RFC 9112 §3.2",
            why: "http-parser does not count them; a server must refuse the request",
            kinds: [.refused],
            reasons: [.repeatedHost]
        ) { it in it.outline.values("host").count > 1 },
        DisagreementClass(
            name: "Host without a host",
            section: "RFC 9110 §4.2.1 and §7.2",
            why: "http-parser does not look at it; an empty host must be refused",
            kinds: [.refused],
            reasons: [.badHost]
        ) { it in it.outline.values("host").first.map { $0.isEmpty || $0.first == UInt8(ascii: ":") } ?? false },
        DisagreementClass(
            name: "Host that is no authority",
            section: "RFC 9112 §3.2, RFC 3986 §3.2",
            why: "http-parser does not look at it; a server must refuse an invalid one",
            kinds: [.refused],
            reasons: [.badHost]
        ) { it in it.outline.values("host").contains { !$0.isEmpty && !isAuthority($0) } },
        DisagreementClass(
            name: "expectation that nobody knows",
            section: "RFC 9110 §10.1.1",
            why: "http-parser does not look at it; the answer is 417",
            kinds: [.refused],
            reasons: [.unknownExpectation]
        ) { it in
            it.outline.values("expect").flatMap(members).contains { lowercased($0) != Array("100-continue".utf8) }
        },
        DisagreementClass(
            name: "too many fields, or too large ones",
            section: "RFC 9110 §5.4, RFC 6585 §5",
            why: "http-parser allows 80 KiB and any number",
            kinds: [.refused],
            reasons: [.headTooLarge, .tooManyFields]
        ) { it in
            let size = it.outline.lines.reduce(it.outline.leading.count) { $0 + $1.text.count + 2 }
            return size > Ringport.limits.headSizeMax || it.outline.fieldLines.count > Ringport.limits.fieldCountMax
        },
    ]
}
