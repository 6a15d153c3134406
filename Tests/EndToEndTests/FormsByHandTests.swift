/// Submissions in a table that was made by hand are exported as they are stored. Test threads.

import Harness
import Testing

@Suite struct FormsByHandTests {
    private static func site(_ sql: String) throws -> TestSite {
        let site = try TestSite()
        try site.makeFolder("db")
        _ = try Program.query(site, sql)
        return site
    }

    private static let table = "CREATE TABLE submissions (id, form, received_at, remote, user_agent, referer, fields);"

    private static func show(_ site: TestSite, _ form: String = "f") throws -> String {
        let outcome = try Program.run("forms", "show", form, "--root", site.root)
        #expect(outcome.succeeded, "\(outcome)")
        return outcome.output
    }

    @Test func nothingIsToldFromEmpty() throws {
        let site = try Self.site(Self.table + "INSERT INTO submissions VALUES (1, 'f', NULL, '', NULL, '', NULL);")
        let line =
            #"{"id":1,"form":"f","received_at":null,"remote":"","user_agent":null,"referer":"","fields":null}"#
        #expect(try FormsExportTests.export(site, "ndjson") == line + "\n")
        #expect(try FormsExportTests.export(site, "json") == "[\n" + line + "\n]\n")
        #expect(
            try FormsExportTests.export(site, "csv") == "id,received_at,remote,user_agent,referer\r\n1,,,,\r\n"
        )
        #expect(try Self.show(site) == "#1    from \n")
    }

    @Test func anIDIsExportedAsItIsStored() throws {
        let site = try Self.site(
            Self.table
                + """
                INSERT INTO submissions VALUES ('a-1', 'f', '', '', '', '', '{}'), (NULL, 'f', '', '', '', '', '{}'),
                    (9007199254740993, 'f', '', '', '', '', '{}'), (1.5, 'f', '', '', '', '', '{}'),
                    ('=1', 'f', '', '', '', '', '{}'), (x'ff', 'f', '', '', '', '', '{}'), ('7', 'f', '', '', '', '', '{}');
                """
        )
        let lines = try FormsExportTests.export(site, "ndjson").split(separator: "\n")
        for id in ["\"a-1\"", "null", "9007199254740993", "\"1.5\"", "\"=1\"", "\"\u{fffd}\"", "\"7\""] {
            #expect(lines.contains { $0.hasPrefix("{\"id\":\(id),\"form\":\"f\",") }, "\(id): \(lines)")
        }
        #expect(lines.contains { $0.hasSuffix(#""fields":{},"id_hex":"ff"}"#) }, "\(lines)")
        let table = try FormsExportTests.export(site, "csv")
        for id in ["a-1", "", "9007199254740993", "1.5", "'=1", "7"] {
            #expect(table.contains("\r\n\(id),,"), "\(table)")
        }
        #expect(try Self.show(site).contains(#"#\x{ff}  "#))
    }

    @Test func aFormWhoseNameIsNoTextIsReached() throws {
        let site = try Self.site(
            Self.table
                + """
                INSERT INTO submissions VALUES (1, CAST('f' AS BLOB), 't', '', '', '', '{"a":1}'),
                    (2, 'f', 't', '', '', '', '{"a":2}'), (3, NULL, 't', '', '', '', '{"a":3}'), (4, 5, 't', '', '', '', '{"a":4}');
                """
        )
        let list = try Program.run("forms", "list", "--root", site.root)
        #expect(list.succeeded && list.output.contains("f               2  t"), "\(list)")
        #expect(try FormsExportTests.export(site, "csv").hasSuffix("\r\n1,t,,,,1\r\n2,t,,,,2\r\n"))
        #expect(try FormsExportTests.export(site, "ndjson").split(separator: "\n").count == 2)
        #expect(try Self.show(site).contains("    a: 1\n\n#2"))
        #expect(try Self.show(site, "").contains("    a: 3\n"))
        #expect(try Self.show(site, "5").contains("    a: 4\n"))
    }

    @Test func aViewHasSubmissionsToo() throws {
        let site = try Self.site(
            "CREATE TABLE kept (n INTEGER PRIMARY KEY, json TEXT); INSERT INTO kept VALUES (7, '{\"a\":\"b\"}');"
                + "CREATE VIEW submissions AS SELECT n AS id, 'f' AS form, 't' AS received_at, 'r' AS remote,"
                + " '' AS user_agent, '' AS referer, json AS fields FROM kept;"
        )
        let list = try Program.run("forms", "list", "--root", site.root)
        #expect(list.succeeded && list.output.contains("f               1  t"), "\(list)")
        #expect(try FormsExportTests.export(site, "csv").hasSuffix(",referer,a\r\n7,t,r,,,b\r\n"))
        #expect(try Self.show(site) == "#7  t  from r\n    a: b\n")
    }
}
