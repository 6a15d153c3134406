/// The tables of ARCHITECTURE.md that the code knows better. Test threads.
///
/// `RINGPORT_WRITE_DOCS=1 swift test --filter GeneratedDocs` writes what the code says into the files before comparing.
/// What people have written beside it (what happens at a limit, a key's default) stays; a new row begins without it, and
/// the tests ask for it.

import FileLog
import HTTP
import HandlerPool
import Store
import Testing

@testable import Server

@Suite(.serialized) struct GeneratedDocsTests {
    private static let architecture = "ARCHITECTURE.md"

    // MARK: Reasons

    @Test func theReasonsAreThoseOfTheCode() throws {
        let reasons = RejectReason.allCases.map(Reason.rejected) + Reason.own
        let rows = reasons.map { reason in
            ["`\(reason.name)`", reason.status == 0 ? "none" : "\(reason.status)", "\(reason.explanation)"]
        }
        try MarkdownTable.compare(Self.architecture, "reasons") { _ in rows }
    }

    // MARK: Limits

    /// Every bound stands in a table with its value and with what happens when it is reached.
    @Test(
        arguments: [
            ("limits", Limits() as any Sendable), ("deadlines", Deadlines()), ("pool-limits", PoolLimits()),
            ("store-limits", StoreLimits()), ("log-limits", FileLogLimits()),
        ]
    )
    func theLimitsAreThoseOfTheCode(name: String, limits: any Sendable) throws {
        let members = Mirror(reflecting: limits).children.compactMap { child in
            child.label.map { ($0, Self.text(child.value, of: $0)) }
        }
        let rows = try MarkdownTable.compare(Self.architecture, name) { known in
            members.map { name, value in ["`\(name)`", value, known["`\(name)`"]?.last ?? ""] }
        }
        for row in rows {
            #expect(row.last?.isEmpty == false, "\(Self.architecture): say what happens when \(row[0]) is reached")
        }
    }

    private static func text(_ value: Any, of name: String) -> String {
        if let duration = value as? Duration {
            let (seconds, attoseconds) = duration.components
            return attoseconds == 0 ? "\(seconds) s" : "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000) ms"
        }
        guard let number = value as? Int, number >= 1024, name.contains(/[Ss]ize|[Bb]ytes/) else { return "\(value)" }
        if number.isMultiple(of: 1 << 20) { return "\(number >> 20) MiB" }
        return number.isMultiple(of: 1 << 10) ? "\(number >> 10) KiB" : "\(number)"
    }
}
