/// The rows about where a body ends and whether the connection lasts. Pure; any thread.

import HTTP

extension DisagreementTable {
    // MARK: - The connection

    static let connection = [
        DisagreementClass(
            name: "Proxy-Connection",
            section: "RFC 9112 §C.2.2",
            why: "http-parser takes it for Connection; it is no field of HTTP",
            kinds: [.keepAlive]
        ) { it in !it.outline.values("proxy-connection").isEmpty },
        DisagreementClass(
            name: "close beside keep-alive, in HTTP/1.0",
            section: "RFC 9112 §9.3",
            why: "http-parser looks for keep-alive alone; close comes first in the section's list",
            kinds: [.keepAlive]
        ) { it in
            let options = it.outline.values("connection").flatMap(members).map(lowercased)
            return it.outline.versionNumber?.minor == 0 && options.contains(Array("close".utf8))
                && options.contains(Array("keep-alive".utf8))
        },
        DisagreementClass(
            name: "empty members and tabs around the options of a connection",
            section: "RFC 9110 §5.6.1 and §5.6.3",
            why: "http-parser misses an option behind an empty member, and one beside a tab",
            kinds: [.keepAlive]
        ) { it in
            let options = it.outline.values("connection").flatMap(members).map(lowercased)
            let hasTab = it.outline.fieldLines.contains {
                lowercased($0.text).starts(with: "connection:".utf8) && $0.text.contains(0x09)
            }
            return (hasTab || it.outline.values("connection").contains(where: hasEmptyMember))
                && (options.contains(Array("close".utf8)) || options.contains(Array("keep-alive".utf8)))
        },
        DisagreementClass(
            name: "option that another begins with",
            section: "RFC 9110 §7.6.1",
            why: "http-parser, at the comma behind \"upgrad\", misses the option that follows",
            kinds: [.keepAlive]
        ) { it in
            let options = it.outline.values("connection").flatMap(members).map { String(decoding: $0, as: UTF8.self) }
            return options.dropLast().contains { option in
                ["close", "keep-alive", "upgrade"].contains { $0 != option && $0.hasPrefix(option.lowercased()) }
            }
        },
    ]

    // MARK: - Content-Length and Transfer-Encoding

    static let framing = [
        DisagreementClass(
            name: "content of a CONNECT",
            section: "RFC 9112 §6",
            why: "http-parser ends the request with the head; framing does not depend on the method",
            kinds: [.extent, .content, .refused],
            reasons: RejectReason.allCases
        ) { it in
            it.outline.method == Array("CONNECT".utf8) && Ringport.isHeadAccepted(it.input)
                && !(it.outline.values("content-length") + it.outline.values("transfer-encoding")).isEmpty
        },
        DisagreementClass(
            name: "transfer coding in HTTP/1.0",
            section: "RFC 9112 §6.1",
            why: "http-parser decodes it; its framing is to be treated as faulty",
            kinds: [.refused],
            reasons: [.transferCodingInOldVersion]
        ) { it in it.outline.versionNumber?.minor == 0 && !it.outline.values("transfer-encoding").isEmpty },
        DisagreementClass(
            name: "chunked twice",
            section: "RFC 9112 §6.1",
            why: "http-parser takes it for once; a sender must not apply it twice",
            kinds: [.refused],
            reasons: [.badTransferCoding]
        ) { it in
            let codings = it.outline.values("transfer-encoding").flatMap(members).map(lowercased)
            return codings.filter { $0 == Array("chunked".utf8) }.count > 1
        },
        DisagreementClass(
            name: "transfer coding other than chunked",
            section: "RFC 9112 §6.1",
            why: "http-parser hands the coded content over; a server that does not know the coding answers 501",
            kinds: [.refused],
            reasons: [.badTransferCoding, .unknownTransferCoding]
        ) { it in
            let codings = it.outline.values("transfer-encoding").flatMap(members).map(lowercased)
            return codings.contains { $0 != Array("chunked".utf8) }
        },
        DisagreementClass(
            name: "empty member in Transfer-Encoding",
            section: "RFC 9112 §11.2",
            why: "http-parser finds chunked in it or not, and so do others; what readers frame differently is refused",
            kinds: [.refused],
            reasons: [.badTransferCoding]
        ) { it in it.outline.values("transfer-encoding").contains(where: hasEmptyMember) },
        DisagreementClass(
            name: "name that begins with Transfer-Encoding",
            section: "RFC 9110 §5.1",
            why: "http-parser takes it for that field in part, and misses chunked in it",
            kinds: [.taken, .content]
        ) { it in
            it.outline.fieldLines.compactMap(\.field).contains {
                let name = lowercased($0.name)
                return name.starts(with: "transfer-encoding".utf8) && name.count > "transfer-encoding".utf8.count
            }
        },
        DisagreementClass(
            name: "Content-Length of more than 63 bits",
            section: "RFC 9110 §8.6",
            why: "http-parser counts in 64 bits; what overflows is to be refused",
            kinds: [.refused],
            reasons: [.bodyTooLarge]
        ) { it in
            it.outline.values("content-length").contains { Int64(String(decoding: $0, as: UTF8.self)) == nil }
        },
        DisagreementClass(
            name: "tab behind a length or a coding",
            section: "RFC 9110 §5.6.3",
            why: "http-parser refuses it; a tab is optional whitespace as a space is",
            kinds: [.taken]
        ) { it in
            it.outline.fieldLines.contains { line in
                ["content-length:", "transfer-encoding:"].contains { lowercased(line.text).starts(with: $0.utf8) }
                    && line.text.reversed().prefix(while: isBlank).contains(0x09)
            }
        },
        DisagreementClass(
            name: "length beside a coding, before the head is whole",
            section: "RFC 9112 §6.1",
            why: "http-parser refuses it too, when it has seen the whole head",
            kinds: [.refused],
            reasons: [.conflictingLength]
        ) { it in
            it.outline.emptyLine == nil && !it.outline.values("content-length").isEmpty
                && !it.outline.values("transfer-encoding").isEmpty
        },
    ]

    // MARK: - Chunks

    static let chunks = [
        DisagreementClass(
            name: "trailer field that would frame a head",
            section: "RFC 9110 §6.5.1",
            why: "http-parser reads Content-Length and Transfer-Encoding there too; trailers do not frame",
            kinds: [.taken, .content, .keepAlive]
        ) { it in
            let rest = lowercased(it.outline.rest)
            return it.ours.message?.framing == .chunked
                && (contains(rest, "\r\ncontent-length:") || contains(rest, "\r\ntransfer-encoding:"))
        },
        DisagreementClass(
            name: "tab before a chunk extension",
            section: "RFC 9112 §7.1.1, RFC 9110 §5.6.3",
            why: "http-parser refuses it; whitespace there is to be read over, and a tab is whitespace",
            kinds: [.taken]
        ) { it in
            guard case .rejected("HPE_INVALID_CHUNK_SIZE") = it.theirs else { return false }
            return it.outline.rest.indices.dropFirst().contains { index in
                it.outline.rest[index] == 0x09
                    && (isHex(it.outline.rest[index - 1]) || it.outline.rest[index - 1] == 0x20)
            }
        },
        DisagreementClass(
            name: "line of a chunk's size that holds more",
            section: "RFC 9112 §7.1 and §7.1.1",
            why: "http-parser reads over all that follows a space or a semicolon, controls too",
            kinds: [.refused],
            reasons: [.badChunkSize]
        ) { it in
            guard case .size = ChunkFault(it.outline.rest) else { return false }
            return true
        },
        DisagreementClass(
            name: "chunk of more than 63 bits",
            section: "RFC 9112 §7.1",
            why: "http-parser counts in 64 bits; what overflows is to be refused",
            kinds: [.refused],
            reasons: [.badChunkSize, .bodyTooLarge]
        ) { it in
            guard case .overflow = ChunkFault(it.outline.rest) else { return false }
            return true
        },
        DisagreementClass(
            name: "chunk without its CRLF",
            section: "RFC 9112 §7.1",
            why: "http-parser, as Debian builds it, takes any two bytes",
            kinds: [.refused],
            reasons: [.badChunkEnding]
        ) { it in
            guard case .ending = ChunkFault(it.outline.rest) else { return false }
            return true
        },
        DisagreementClass(
            name: "line of a chunk's size that is too long",
            section: "RFC 9112 §7.1.1",
            why: "http-parser has no bound; a server ought to limit the length of extensions",
            kinds: [.refused],
            reasons: [.chunkLineTooLong, .chunkExtensionsTooLarge]
        ) { it in it.outline.rest.count > 1024 },
    ]
}
