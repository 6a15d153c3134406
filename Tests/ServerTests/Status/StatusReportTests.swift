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
        #expect(Self.report.answer(.text) == Array("ok\n\(text)".utf8))
    }

    @Test func theJSONIsOneLine() {
        let server = #""server":{"version":"1.2","reason":null,"listening":["a","b"]}"#
        let line = #"{"health":"ok",\#(server),"requests":{"answered":12}}"#
        #expect(String(decoding: Self.report.json, as: UTF8.self) == line + "\n")
        #expect(Self.report.answer(.json) == Array("ok\n\(line)\n".utf8))
    }

    @Test func troubleIsSaidFirst() {
        var report = Self.report
        report.trouble = "it \"stops\""
        #expect(report.answer(.text).starts(with: "failing: it \"stops\"\nhealth\n  it \"stops\"\n".utf8))
        #expect(report.answer(.json).starts(with: #"failing: it "stops"\#n{"health":"it \"stops\"","#.utf8))
    }
}
