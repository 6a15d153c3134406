/// The forms of a status report. Pure.

import Testing

@testable import Server

@Suite struct StatusReportTests {
    private static let report = StatusReport(
        trouble: nil,
        sections: [
            StatusReport.Section(
                "server",
                ["version": .text("1.2"), "reason": .none, "listening": .list(["a", "b"])]
            ),
            StatusReport.Section("requests", ["answered": .number(12)]),
        ]
    )

    @Test func theTextHasAColumnOfNames() {
        let text = """
            health
              all is well
            server
              version    1.2
              reason     -
              listening  a
              listening  b
            requests
              answered   12

            """
        #expect(Self.report.text == text)
        #expect(Self.report.answer(.text) == Array("ok \(text.utf8.count)\n\(text)".utf8))
    }

    @Test func theJSONIsOneLine() {
        let server = #""server":{"version":"1.2","reason":null,"listening":["a","b"]}"#
        let line = #"{"health":"ok",\#(server),"requests":{"answered":12}}"#
        #expect(String(decoding: Self.report.json, as: UTF8.self) == line + "\n")
        #expect(Self.report.answer(.json) == Array("ok \(line.utf8.count + 1)\n\(line)\n".utf8))
    }

    @Test func troubleIsSaidFirst() {
        var report = Self.report
        report.trouble = "it \"stops\""
        let text = String(decoding: report.answer(.text), as: UTF8.self)
        #expect(text.wholeMatch(of: /failing [0-9]+ it "stops"\nhealth\n  it "stops"\n(?s:.*)/) != nil, "\(text)")
        let json = String(decoding: report.answer(.json), as: UTF8.self)
        #expect(json.contains(#"{"health":"it \"stops\"","#), "\(json)")
    }
}
