/// The table's sections in the order of the RFCs. Pure, any thread.

import Testing

/// A section and its cases.
struct Section: Sendable, CustomTestStringConvertible {
    /// As cases begin with it: "RFC 9112 §2".
    let name: String
    /// What it is about.
    let title: String
    let cases: [Case]

    var testDescription: String { "\(name), \(title)" }

    static let all: [Section] = [
        Section(name: "RFC 9112 §2", title: "messages", cases: RFC9112.messages),
        Section(name: "RFC 9112 §3", title: "request line and Host", cases: RFC9112.requestLine),
        Section(name: "RFC 9112 §5", title: "field syntax", cases: RFC9112.fields),
        Section(name: "RFC 9112 §6", title: "where the content ends", cases: RFC9112.framing),
        Section(name: "RFC 9112 §7", title: "chunks", cases: RFC9112.chunks),
        Section(name: "RFC 9112 §9", title: "connections", cases: RFC9112.connections),
        Section(name: "RFC 9112 §11", title: "request smuggling", cases: RFC9112.smuggling),
        Section(name: "RFC 9110 §6", title: "Date", cases: RFC9110.messages),
        Section(name: "RFC 9110 §7", title: "routing and Upgrade", cases: RFC9110.routing),
        Section(name: "RFC 9110 §8", title: "representations", cases: RFC9110.representations),
        Section(name: "RFC 9110 §9", title: "methods", cases: RFC9110.methods),
        Section(name: "RFC 9110 §10", title: "Expect", cases: RFC9110.context),
        Section(name: "RFC 9110 §12", title: "content negotiation", cases: RFC9110.negotiation),
        Section(name: "RFC 9110 §13", title: "conditions", cases: RFC9110.conditions),
        Section(name: "RFC 9110 §14", title: "ranges", cases: RFC9110.ranges),
        Section(name: "RFC 9110 §15", title: "statuses", cases: RFC9110.statuses),
        Section(name: "RFC 3986", title: "paths and percent-encoding", cases: RFC3986.cases),
        Section(name: "RFC 7578", title: "forms", cases: RFC7578.cases),
        Section(name: "RFC 8615", title: "well-known addresses", cases: RFC8615.cases),
        Section(name: "RFC 9113", title: "HTTP/2 and TLS on a plain port", cases: RFC9113.cases),
    ]
}
