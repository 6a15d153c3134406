/// Whatever was stored, by this version or an older one, is exported in every format. Test threads.

import Harness
import Testing

@Suite struct FormsExportTests {
    /// A site with a database as an older version left it: `fields` is any text that the table's check takes.
    static func site(_ rows: [[UInt8]], more statement: String = "") throws -> TestSite {
        let site = try TestSite()
        try site.makeFolder("db")
        var sql = """
            CREATE TABLE submissions (id INTEGER PRIMARY KEY, form TEXT NOT NULL, received_at TEXT NOT NULL,
            remote TEXT NOT NULL, user_agent TEXT NOT NULL DEFAULT '', referer TEXT NOT NULL DEFAULT '',
            fields TEXT NOT NULL CHECK (json_valid(fields) AND json_type(fields) = 'object')) STRICT;
            CREATE INDEX submissions_by_form ON submissions(form, id);

            """
        for row in rows {
            let hex = row.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            sql +=
                "INSERT INTO submissions VALUES (NULL,'f','2026-01-02T03:04:05Z','::1','','',CAST(x'\(hex)' AS TEXT));\n"
        }
        // A file, since a command line holds little.
        try site.write("rows.sql", sql + statement)
        _ = try Program.query(site, ".read \(site.root)/rows.sql")
        return site
    }

    static func site(_ rows: String..., more statement: String = "") throws -> TestSite {
        try site(rows.map { Array($0.utf8) }, more: statement)
    }

    static func export(_ site: TestSite, _ format: String, _ options: String...) throws -> String {
        let outcome = try Program.run(
            program: Program.ringport,
            ["forms", "export", "f", "--format", format, "--root", site.root] + options
        )
        #expect(outcome.succeeded, "\(outcome.ending) \(outcome.errors)")
        return outcome.output
    }

    /// The records of a table whose cells hold no quotes, commas or line ends.
    private static func lines(_ table: String) -> [[String]] {
        table.split(separator: "\r\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    @Test func aNULIsNoEnd() throws {
        let site = try TestSite()
        try serving(site) { server in
            let body = "a=before%00after&x%00y=1&x%00z=2"
            let response = try Client(server).exchange(
                "POST /forms/f HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
            #expect(response.status == 303)
            let table = try Self.export(site, "csv")
            #expect(table.contains("referer,a,x\0y,x\0z\r\n"), "\(table)")
            #expect(table.hasSuffix(",before\0after,1,2\r\n"), "\(table)")
            for format in ["json", "ndjson"] {
                let json = try Self.export(site, format)
                #expect(json.contains(#""fields":{"a":"before\u0000after","x\u0000y":"1","x\u0000z":"2"}}"#), "\(json)")
            }
            let shown = try Program.run("forms", "show", "f", "--root", site.root).output
            #expect(shown.contains(#"    a: before\u{0}after"# + "\n" + #"    x\u{0}y: 1"# + "\n"), "\(shown)")
        }
    }

    @Test func aNumberKeepsItsDigits() throws {
        let digits = "123456789012345678901234567890.1234567890123456789E-400"
        let site = try Self.site("{\"n\":\(digits),\"l\":[ 1.10, -0 ],\"i\":-9223372036854775809}")
        #expect(try Self.export(site, "csv", "--raw").hasSuffix(",\(digits),\"[1.10,-0]\",-9223372036854775809\r\n"))
        #expect(
            try Self.export(site, "ndjson").contains("{\"n\":\(digits),\"l\":[1.10,-0],\"i\":-9223372036854775809}")
        )
        let shown = try Program.run("forms", "show", "f", "--root", site.root).output
        #expect(shown.contains("    n: \(digits)\n    l: [1.10,-0]\n"), "\(shown)")
    }

    @Test func noTwoColumnsHaveOneName() throws {
        let names = [
            "id", "ID", "fields.id", "fields.fields.id", "", "fields.", "other_fields", "unreadable", "form", "=x",
            "'=x",
            "a\\u0000b", "a\\u0000c", "a", "A", "\u{e9}", "e\u{301}",
        ]
        let members = names.enumerated().map { "\"\($1)\":\"v\($0)\"" }
        let site = try Self.site("{\(members.joined(separator: ","))}")
        for options in [[], ["--raw"]] {
            let table = try Program.run(
                program: Program.ringport,
                ["forms", "export", "f", "--format", "csv", "--root", site.root] + options
            ).output
            let lines = Self.lines(table)
            #expect(Set(lines[0].map { Array($0.utf8) }).count == lines[0].count, "\(lines[0])")
            #expect(lines[0].prefix(6) == ["id", "received_at", "remote", "user_agent", "referer", "fields.id"])
            // Each value is in the column of its field.
            #expect(lines[1].dropFirst(5) == names.indices.map { "v\($0)" }[...])
        }
    }

    @Test func fieldsOfOneNameAreAList() throws {
        let site = try Self.site(#"{"a":1,"b":"x","a":"two","\u0061":[3]}"#)
        #expect(try Self.export(site, "csv").hasSuffix(",\"[1,\"\"two\"\",[3]]\",x\r\n"))
        #expect(try Self.export(site, "json").contains(#""fields":{"a":1,"b":"x","a":"two","\u0061":[3]}"#))
    }

    @Test func beyondTheColumnsTheRarestFieldsAreTogether() throws {
        let many = (0..<1001).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
        let site = try Self.site("{\(many)}", "{\"late\":\"often\"}", "{\"late\":\"often\",\"k1000\":\"again\"}")
        let lines = try Self.export(site, "csv").split(separator: "\r\n")
        let header = lines[0].split(separator: ",")
        // 1,002 names: two of those that came once have no column.
        #expect(header.count == 5 + 1000 + 1)
        #expect(header.suffix(3) == ["k1000", "late", "other_fields"])
        #expect(lines[1].hasSuffix(",997,1000,,\"{\"\"k998\"\":998,\"\"k999\"\":999}\""), "\(lines[1].suffix(80))")
        #expect(lines[2].hasSuffix(",often,"))
        #expect(lines[3].hasSuffix(",again,often,"))
    }

    @Test func manyBodiesOfDifferentFieldsLeaveTheFrequentOnesTheirColumns() throws {
        let count = 1_200
        let site = try Self.site(
            "{\"email\":\"first\"}",
            more: """
                INSERT INTO submissions SELECT NULL, 'f', '', '', '', '', json_object('email', 'm' || value, 'x' || value, value)
                FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < \(count))
                SELECT value FROM n);
                """
        )
        let lines = try Self.export(site, "csv").split(separator: "\r\n")
        #expect(lines.count == count + 2)
        #expect(lines[0].hasPrefix("id,received_at,remote,user_agent,referer,email,"))
        #expect(lines[0].hasSuffix(",other_fields"))
        for (index, line) in lines.dropFirst(2).enumerated() {
            let number = index + 1
            let isThere =
                line.contains(",m\(number),") && (line.contains(",\(number),") || line.contains("\":\(number)}"))
            guard isThere || line.contains("\"\"x\(number)\"\":\(number)}") else {
                Issue.record("line \(number): \(line.prefix(60))")
                break
            }
        }
    }

    @Test func whatIsNoJSONIsExportedAllTheSame() throws {
        let site = try Self.site([
            Array("{\"a\":1}\0tail".utf8), Array("{\"a\":\"x".utf8) + [0xff] + Array("\"}".utf8),
            Array("{\"a\":\"well\"}".utf8),
        ])
        let lines = try Self.export(site, "ndjson").split(separator: "\n")
        #expect(lines[0].hasSuffix(#","fields":null,"fields_text":"{\"a\":1}\u0000tail"}"#), "\(lines[0])")
        #expect(lines[1].hasSuffix(#","fields":null,"fields_hex":"7b2261223a2278ff227d"}"#), "\(lines[1])")
        #expect(lines[2].hasSuffix(#","fields":{"a":"well"}}"#))
        let table = try Self.export(site, "csv").split(separator: "\r\n")
        #expect(table[0].hasSuffix(",referer,a,unreadable"))
        #expect(table[1].hasSuffix(",,\"{\"\"fields_text\"\":\"\"{\\\"\"a\\\"\":1}\\u0000tail\"\"}\""), "\(table[1])")
        #expect(table[2].hasSuffix(",,\"{\"\"fields_hex\"\":\"\"7b2261223a2278ff227d\"\"}\""), "\(table[2])")
        #expect(table[3].hasSuffix(",well,"))
        let shown = try Program.run("forms", "show", "f", "--root", site.root)
        #expect(shown.succeeded && shown.output.contains("fields_hex"), "\(shown)")
    }

    @Test func aColumnThatIsNotUTF8IsExportedExactly() throws {
        let site = try Self.site(
            "{\"a\":1}",
            more: "UPDATE submissions SET user_agent = CAST(x'6200c3' AS TEXT), referer = CAST(x'61' AS TEXT);"
        )
        let line = try Self.export(site, "ndjson")
        #expect(line.contains(#""user_agent":"b\u0000"# + "\u{fffd}\""), "\(line)")
        #expect(line.hasSuffix("\"user_agent_hex\":\"6200c3\"}\n"), "\(line)")
        #expect(try Self.export(site, "csv").hasSuffix(",a,1,\"{\"\"user_agent_hex\"\":\"\"6200c3\"\"}\"\r\n"))
    }

    @Test func halfOfASurrogatePairIsExportedAsItWasSent() throws {
        let site = try Self.site(#"{"a":"x\ud800","\udc00":1,"\uD83D\uDE00":"ok"}"#)
        #expect(try Self.export(site, "ndjson").contains(#"{"a":"x\ud800","\udc00":1,"\uD83D\uDE00":"ok"}"#))
        #expect(
            try Self.export(site, "csv").hasSuffix(
                ",a,😀,other_fields\r\n1,2026-01-02T03:04:05Z,::1,,,\"\"\"x\\ud800\"\"\",ok,\"{\"\"\\udc00\"\":1}\"\r\n"
            )
        )
        let shown = try Program.run("forms", "show", "f", "--root", site.root).output
        #expect(shown.hasSuffix(#"    a: x\u{d800}"# + "\n" + #"    \u{dc00}: 1"# + "\n    😀: ok\n"), "\(shown)")
    }

    @Test func nestingThatEveryReaderTakesIsExportedAsFields() throws {
        // The outermost object is one of the 120.
        let value = String(repeating: "[", count: 119) + String(repeating: "]", count: 119)
        let site = try Self.site("{\"a\":\(value)}")
        for format in ["ndjson", "json"] {
            #expect(try Self.export(site, format).contains("\"fields\":{\"a\":\(value)}}"))
        }
        #expect(try Self.export(site, "csv").hasSuffix(",\(value)\r\n"))
    }

    /// Python's reader stops near 1,000, and one such row would end the reading of all.
    @Test func deeperNestingIsExportedAsText() throws {
        for depth in [120, 900] {
            let value = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            let site = try Self.site("{\"a\":\(value)}", "{\"a\":1}")
            for format in ["ndjson", "json"] {
                let text = try Self.export(site, format)
                #expect(text.contains(#""fields":null,"fields_text":"{\"a\":\#(value)}"}"#))
                #expect(text.contains(#""fields":{"a":1}}"#))
            }
            let lines = try Self.export(site, "csv").split(separator: "\r\n")
            #expect(lines[0].hasSuffix(",referer,a,unreadable"))
            #expect(lines[1].hasSuffix(#",,"{""fields_text"":""{\""a\"":\#(value)}""}""#))
            #expect(lines[2].hasSuffix(",1,"))
            let shown = try Program.run("forms", "show", "f", "--root", site.root)
            #expect(shown.succeeded && shown.output.contains(#"    "fields_text":"{\"a\":[["#), "\(shown.errors)")
        }
    }

    @Test func afterAHandfulOfHostileBodiesTheLinesStayShort() throws {
        let hostile = (0..<4).map { body in
            "{" + (0..<250).map { "\"h\(body)_\($0)\":1" }.joined(separator: ",") + "}"
        }
        let honest = "{\"name\":\"n\",\"email\":\"e\"}"
        let site = try Self.site(
            (hostile + [honest]).map { Array($0.utf8) },
            more: """
                INSERT INTO submissions SELECT NULL, form, '', '', '', '', fields FROM submissions,
                (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 500) SELECT * FROM n)
                WHERE id = 5;
                """
        )
        let lines = try Self.export(site, "csv").split(separator: "\r\n")
        let header = lines[0].split(separator: ",")
        #expect(header.count == 5 + 64 + 1)
        #expect(header.contains("name") && header.contains("email") && header.last == "other_fields")
        #expect(lines[1].contains("{\"\"h0_62\"\":1,"))
        #expect(lines.last?.hasSuffix(",n,e,") == true)
    }

    @Test func aByteOrderMarkIsThereWhereExcelIsToReadIt() throws {
        let site = try Self.site("{\"a\":\"é\"}")
        #expect(try Array(Self.export(site, "csv", "--bom").utf8).starts(with: [0xef, 0xbb, 0xbf, 0x69, 0x64]))
        #expect(try Array(Self.export(site, "csv").utf8).starts(with: [0x69, 0x64]))
        let refused = try Program.run("forms", "export", "f", "--format", "json", "--bom", "--root", site.root)
        #expect(refused.ending == .exited(64) && refused.errors.contains("--bom"), "\(refused)")
    }

    /// Python's own readers are the witness: `Tests/Clients/forms_export.py` stores generated values and reads them back.
    @Test(arguments: ["csv", "ndjson", "json"]) func everyValueComesBack(format: String) throws {
        let site = try Self.site("{}", more: "DELETE FROM submissions;")
        let outcome = try Program.python(
            "forms_export.py",
            importing: ["csv", "json", "sqlite3"],
            Program.ringport,
            site.root,
            format
        )
        #expect(outcome.succeeded, "\(outcome)")
    }
}
