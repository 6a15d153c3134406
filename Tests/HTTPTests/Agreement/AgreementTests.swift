/// Two parsers that share no line read the same requests: where they differ, the table says why. Test threads.

import Glibc
import Testing

/// `RINGPORT_AGREEMENT_SEED` makes other requests, to look for a disagreement that the usual ones don't show, and prints
/// how often each row of the table was met.
@Suite struct AgreementTests {
    private static let connections = 120_000
    private static let otherSeed = unsafe getenv("RINGPORT_AGREEMENT_SEED").flatMap {
        unsafe UInt64(String(cString: $0))
    }

    /// What the two made of all requests.
    private struct Tally {
        var accepted = 0
        var rejected = 0
        var incomplete = 0
        var explained: [String: Int] = [:]
        var unexplained: [String] = []
    }

    @Test func whereTwoParsersDifferTheTableSaysWhy() {
        var generator = RequestGenerator(seed: Self.otherSeed ?? 9112)
        var tally = Tally()
        for _ in 0..<Self.connections { compare(generator.next(), &tally) }

        for text in tally.unexplained.prefix(20) { Issue.record("unexplained: \(text)") }
        for row in DisagreementTable.rows where tally.explained[row.name] == nil {
            Issue.record("\(row.name) (\(row.section)) occurs no more: take the row out, or generate it")
        }
        // Chance must leave enough that is good, and enough that is bad.
        #expect(tally.accepted > Self.connections / 4)
        #expect(tally.rejected > Self.connections / 10)
        #expect(tally.incomplete > Self.connections / 100)
        if Self.otherSeed != nil { show(tally) }
    }

    /// Reads a connection's requests one after the other, as long as it lasts.
    private func compare(_ connection: [UInt8], _ tally: inout Tally) {
        var rest = connection
        while !rest.isEmpty {
            let ours = Ringport.read(rest)
            let theirs = Witness.read(rest)
            let all = Disagreement.all(rest, ours, theirs)
            for disagreement in all {
                if let row = DisagreementTable.rows.first(where: { $0.explains(disagreement) }) {
                    tally.explained[row.name, default: 0] += 1
                } else {
                    tally.unexplained.append(
                        "\(disagreement.kind): \(quoted(rest))\n  Ringport: \(ours)\n  http-parser: \(theirs)"
                    )
                }
            }
            switch ours {
            case .accepted(let message, let consumed):
                if all.isEmpty { tally.accepted += 1 }
                guard message.keepsAlive else { return }
                rest.removeFirst(consumed)
            case .incomplete:
                if all.isEmpty { tally.incomplete += 1 }
                return
            case .rejected:
                if all.isEmpty { tally.rejected += 1 }
                return
            }
        }
    }

    private func show(_ tally: Tally) {
        print("read alike: \(tally.accepted) accepted, \(tally.rejected) rejected, \(tally.incomplete) incomplete")
        for row in DisagreementTable.rows {
            print("\(tally.explained[row.name] ?? 0)  \(row.name) (\(row.section)): \(row.why)")
        }
    }
}
