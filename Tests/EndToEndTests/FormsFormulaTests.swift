/// What a spreadsheet would calculate gets an apostrophe in front, and nothing else does. Test threads.

import Harness
import Testing

@Suite struct FormsFormulaTests {
    private static let formulas = [
        "=1+1", "@SUM(1)", "+1+cmd|' /C calc'!A0", "-2+3+cmd", "\t=1", "\r=1", "\n=1", "|calc", "%calc", "＝1+1",
        "＠SUM(1)",
        "＋cmd", "－cmd", "﹦1", "﹫a", "﹢a", "﹣a", " =1", "  \t =1", "\u{a0}=1", "\u{3000}＝1", "\u{feff}=1", "\u{200b}@a",
        "\u{0}=1",
        "\u{1b}[0m", "=", "@", "- milk", "+a",
        // As sent: without one more they would be what is left of the first line's.
        "'=1", "''=1+1", "'\t=1", "'- milk", "' =1",
    ]
    private static let texts = [
        "", "a=1", "1+1", "a@example.org", "-5", "+49 (30) 1234", "-1.5", "+1,5", "-1e5", "-1E+05", "-", "+", " a",
        "'", "'a", "'-5", "\"=1\"",
        "é", "５", "＃", "+４９ 30", " -5", ";=1", "#REF", "-0",
    ]

    private static func site(_ values: [String]) throws -> TestSite {
        let rows = values.map { value in
            let escaped = value.unicodeScalars.map { scalar in
                scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
                    ? "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16) : String(scalar)
            }.joined()
            return Array("{\"v\":\"\(escaped)\"}".utf8)
        }
        return try FormsExportTests.site(rows)
    }

    /// The last cell of each line but the first.
    private static func cells(_ table: String) -> [String] {
        table.components("\r\n").dropFirst().dropLast().map { line in
            let cell = line.components(",,,", most: 1).last ?? ""
            guard cell.utf8.first == UInt8(ascii: "\"") else { return cell }
            return cell.dropFirst().dropLast().components("\"\"").joined(separator: "\"")
        }
    }

    @Test func aFormulaGetsAnApostrophe() throws {
        let site = try Self.site(Self.formulas)
        let table = try FormsExportTests.export(site, "csv")
        for (value, cell) in zip(Self.formulas, Self.cells(table)) { #expect(cell == "'" + value) }
        #expect(Self.cells(table).count == Self.formulas.count)
    }

    @Test func textNumbersAndTelephoneNumbersStayAsTheyAre() throws {
        let site = try Self.site(Self.texts)
        let table = try FormsExportTests.export(site, "csv")
        for (value, cell) in zip(Self.texts, Self.cells(table)) { #expect(cell == value) }
        #expect(Self.cells(table).count == Self.texts.count)
    }

    @Test func rawLeavesEverythingAsItIs() throws {
        let site = try Self.site(Self.formulas)
        let table = try FormsExportTests.export(site, "csv", "--raw")
        for (value, cell) in zip(Self.formulas, Self.cells(table)) { #expect(cell == value) }
    }

    @Test func headingsAndTheClientsFieldsAreGuardedToo() throws {
        let site = try FormsExportTests.site(
            "{\"=cmd\":1,\"＠x\":-1e5}",
            more: "UPDATE submissions SET user_agent = '=ua', referer = '@ref';"
        )
        let line = "1,2026-01-02T03:04:05Z,::1,"
        let table = try FormsExportTests.export(site, "csv")
        #expect(table == "id,received_at,remote,user_agent,referer,'=cmd,'＠x\r\n\(line)'=ua,'@ref,1,-1e5\r\n")
        let raw = try FormsExportTests.export(site, "csv", "--raw")
        #expect(raw == "id,received_at,remote,user_agent,referer,=cmd,＠x\r\n\(line)=ua,@ref,1,-1e5\r\n")
    }
}

extension StringProtocol {
    /// The parts between separators, compared by bytes: CR LF is one Character, and a blank may join with what follows.
    fileprivate func components(_ separator: String, most: Int = .max) -> [String] {
        var rest = Array(utf8)[...]
        let wanted = Array(separator.utf8)
        var parts: [String] = []
        var part: [UInt8] = []
        while let byte = rest.first {
            if parts.count < most, rest.starts(with: wanted) {
                parts.append(String(decoding: part, as: UTF8.self))
                part = []
                rest = rest.dropFirst(wanted.count)
            } else {
                part.append(byte)
                rest = rest.dropFirst()
            }
        }
        return parts + [String(decoding: part, as: UTF8.self)]
    }
}
