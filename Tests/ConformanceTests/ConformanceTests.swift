/// Ringport, held up to the table of cases. Test threads.

import Harness
import Testing

@Suite struct ConformanceTests {
    /// The sanitizers make everything some ten times slower, and look at other things than where a request is cut.
    private static var splitsMax: Int { ChildProcess.variable("RINGPORT_SANITIZED") == nil ? .max : 8 }

    /// Serves the site and holds the cases of a section up to it.
    private func check(
        _ section: Section,
        arguments: [String] = [],
        _ faults: (TableRun, [Case]) throws -> [String?]
    ) throws {
        let server = try ServerProcess(Site.make(), arguments: arguments)
        for (row, fault) in zip(section.cases, try faults(TableRun(port: server.port, isOurs: true), section.cases)) {
            if let fault { Issue.record("\(row): \(fault)\n\(row.request.debugDescription)") }
        }
        let ending = try server.stop()
        #expect(ending == .exited(0), "stderr: \(server.process.errors)")
    }

    @Test(arguments: Section.all)
    func everyCaseIsAnsweredAsItsSectionSays(section: Section) throws {
        try check(section) { try $0.whole($1) }
    }

    /// One worker, since then the runner knows that the server took the first piece before it sends the second.
    @Test(arguments: Section.all)
    func everyCaseIsTheSameWhereverTheNetworkCutsIt(section: Section) throws {
        try check(section, arguments: ["--workers", "1"]) { try $0.split($1, splitsMax: Self.splitsMax) }
    }

    @Test(arguments: Section.all)
    func everyCaseIsTheSameBehindAnotherRequest(section: Section) throws {
        try check(section) { try $0.behind($1) }
    }

    // MARK: The table itself

    @Test func theTableHasItsFourHundredCases() {
        let rows = Section.all.flatMap(\.cases)
        #expect(rows.count >= 400, "\(rows.count) cases")
        for section in Section.all {
            for row in section.cases { #expect(row.section.hasPrefix(section.name), "\(row)") }
        }
    }

    @Test func noCaseStandsTwice() {
        var seen: [String: Case] = [:]
        for row in Section.all.flatMap(\.cases) {
            if let other = seen.updateValue(row, forKey: row.request + row.held) {
                Issue.record("\(row) asks what \(other) asks")
            }
        }
    }

    @Test func aLongRequestIsCutAtPlacesSpreadOverIt() {
        #expect(TableRun.cuts(4, max: .max) == [1, 2, 3])
        #expect(TableRun.cuts(TableRun.everySplitMax, max: .max).count == TableRun.everySplitMax - 1)
        let cuts = TableRun.cuts(8_000, max: .max)
        #expect(cuts.count == TableRun.splitsOfLong)
        #expect(cuts.last == 7_999)
    }

    // MARK: The runner itself

    /// What `--trace` tells of a server shows that a cut request came in two receives, on every connection.
    @Test func aRequestThatIsCutIsReceivedInTwoPieces() throws {
        let row = Case("RFC 9112 §2", "any", get("/text.txt"), .ok(Site.text))
        let site = try Site.make()
        let server = try ServerProcess(site, arguments: ["--workers", "1", "--trace"])
        let faults = try TableRun(port: server.port, isOurs: true).split([row])
        #expect(faults == [nil])
        let ending = try server.stop()
        #expect(ending == .exited(0))
        // "worker-0 receive slot=3 generation=1 result=20 more=true accumulated=20"
        let trace = String(decoding: try site.read("logs/error.log"), as: UTF8.self)
        var pieces: [Substring: [Int]] = [:]
        for match in trace.matches(of: /receive (slot=[0-9]+ generation=[0-9]+) result=([1-9][0-9]*)/) {
            pieces[match.1, default: []].append(Int(match.2) ?? 0)
        }
        let cuts = row.request.utf8.count - 1
        let length = row.request.utf8.count + Judge.probe.utf8.count
        #expect(pieces.values.count { $0.count == 2 && $0[0] + $0[1] == length } == cuts, "\(pieces)")
    }
}
