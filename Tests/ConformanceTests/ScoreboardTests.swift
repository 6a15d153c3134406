/// The same table, held up to other servers as well: `make conformance`. Test threads.

import Harness
import Testing

@Suite struct ScoreboardTests {
    private static let document = "docs/CONFORMANCE.md"
    private static var isAsked: Bool { ChildProcess.variable("RINGPORT_CONFORMANCE") == "1" }

    /// Each case once, on a connection of its own; cases that only Ringport can be asked do not count.
    @Test(.enabled(if: isAsked, "make conformance runs it"))
    func noServerStandsAboveRingportInAnySection() throws {
        let sections = Section.all.map(Scoreboard.common).filter { !$0.cases.isEmpty }
        let server = try ServerProcess(Site.make())
        var columns = [try column("Ringport", "", sections, TableRun(port: server.port, isOurs: true))]
        let ending = try server.stop()
        #expect(ending == .exited(0))
        for kind in Peer.kinds where kind.program != nil {
            let peer = try Peer(kind)
            // Silence is a fault of a peer as of Ringport; it need not be waited for as long.
            let run = TableRun(port: peer.port, isOurs: false, patience: .seconds(3))
            columns.append(try column(kind.name, kind.version, sections, run))
        }
        let board = Scoreboard(sections: sections, columns: columns)
        if ChildProcess.variable("RINGPORT_WRITE_DOCS") == "1" {
            try RepositoryFile.write(board.written(into: RepositoryFile.read(Self.document)), to: Self.document)
        }
        #expect(columns.count > 1, "no other server is installed: scripts/install-dependencies conformance")
        #expect(board.defeats.isEmpty, "\(board.defeats)")
        #expect(board.columns[0].faults.values.allSatisfy { $0.allSatisfy { $0 == nil } }, "\(board.failures)")
    }

    private func column(
        _ name: String,
        _ version: String,
        _ sections: [Section],
        _ run: TableRun
    ) throws -> Scoreboard.Column {
        let faults = try sections.map { ($0.name, try run.whole($0.cases)) }
        return Scoreboard.Column(name: name, version: version, faults: Dictionary(uniqueKeysWithValues: faults))
    }

    @Test func theScoreboardCountsWhatPasses() throws {
        let row = Case("RFC 1 §1", "a claim", get("/"), .status(200))
        let section = Section(name: "RFC 1 §1", title: "title", cases: [row, row])
        let board = Scoreboard(
            sections: [section],
            columns: [
                Scoreboard.Column(name: "Ringport", version: "", faults: ["RFC 1 §1": ["wrong|", nil]]),
                Scoreboard.Column(name: "other", version: "1.0", faults: ["RFC 1 §1": [nil, nil]]),
            ]
        )
        #expect(board.rows[2] == "| RFC 1 §1, title | 2 | 1 | 2 |")
        #expect(board.failures.contains("- RFC 1 §1: a claim: wrong "))
        #expect(board.defeats == ["other passes 2 of RFC 1 §1, Ringport 1"])
        let text =
            "a\n<!-- scoreboard:begin -->\nb\n<!-- scoreboard:end -->\n<!-- failures:begin --><!-- failures:end -->c"
        try #expect(board.written(into: text).hasPrefix("a\n<!-- scoreboard:begin -->\n| section"))
    }
}
