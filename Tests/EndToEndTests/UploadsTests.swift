/// Forms with files: both are stored, or neither, whatever is refused and whatever a kill has left. Test threads.

import Glibc
import Harness
import Testing

@Suite struct UploadsTests {
    /// A multipart form with so many files of a size.
    private static func form(files: Int, size: Int = 10, value: String = "Ada") -> String {
        var body = "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n\(value)\r\n"
        for number in 0..<files {
            body += "--b\r\nContent-Disposition: form-data; name=\"f\(number)\"; filename=\"\(number).txt\"\r\n\r\n"
            body += String(repeating: "x", count: size) + "\r\n"
        }
        return body + "--b--\r\n"
    }

    private static func post(_ server: ServerProcess, _ form: String) throws -> Harness.Response {
        try Client(server).exchange(
            Request.post("/forms/files", form, type: "multipart/form-data; boundary=b", Request.json)
        )
    }

    /// All names in the folder of uploads, temporary ones included.
    private static func names(_ site: TestSite) throws -> [String] {
        try Program.run(program: "ls", ["-A", "\(site.root)/db"]).lines.contains("uploads")
            ? Program.run(program: "ls", ["-A", "\(site.root)/db/uploads"]).lines.map(String.init) : []
    }

    /// The names that rows have.
    private static func named(_ site: TestSite) throws -> [String] {
        try Program.query(
            site,
            "SELECT t.value FROM submissions AS s, json_tree(s.fields) AS t WHERE t.key = 'file' ORDER BY 1",
            orNoDatabase: true
        )
    }

    @Test func aFormWithFilesIsOneUnit() throws {
        let site = try TestSite()
        try serving(site) { server in
            for files in [1, 16, 3] { try #expect(Self.post(server, Self.form(files: files)).status == 201) }
            // Notes are there as long as they may be needed: those of the last form.
            try #expect(Program.query(site, "SELECT count(*) FROM ringport_uploads") == ["3"])
        }
        try #expect(Self.named(site).count == 20)
        try #expect(Self.names(site) == Self.named(site), "no file without a row, no temporary name")
    }

    @Test func theIDIsThatOfTheSubmission() throws {
        let site = try TestSite()
        try serving(site) { server in
            for id in 1...3 {
                let response = try Self.post(server, Self.form(files: 2))
                #expect(response.text.hasPrefix("{\"id\":\(id),"), "\(response.text)")
            }
        }
    }

    @Test func moreFilesThanAFormMayHaveAreRefusedInWords() throws {
        let site = try TestSite(configuration: "[uploads]\nfiles_per_form = 2\n")
        try serving(site) { server in
            for files in [3, 255] {
                let response = try Self.post(server, Self.form(files: files))
                #expect(response.status == 413)
                #expect(response.text.contains("does not take so many files"), "\(response.text)")
                #expect(response.text.contains("\"reason\":\"files-too-large\""))
            }
            try #expect(Self.post(server, Self.form(files: 2)).status == 201)
        }
        try #expect(Self.names(site).count == 2)
    }

    @Test func aFullFolderRefusesFilesAndTakesForms() throws {
        let site = try TestSite(configuration: "[uploads]\nsize_max = 1000\nfiles_max = 3\n")
        try serving(site) { server in
            try #expect(Self.post(server, Self.form(files: 1, size: 600)).status == 201)
            let response = try Self.post(server, Self.form(files: 1, size: 600))
            #expect(response.status == 507)
            #expect(response.text.contains("no room left for the files"), "\(response.text)")
            try #expect(Self.post(server, Self.form(files: 3, size: 1)).status == 507)
            try #expect(Self.post(server, Self.form(files: 1, size: 1001)).status == 413)
            try #expect(Self.post(server, Self.form(files: 2, size: 200)).status == 201)
            try #expect(Self.post(server, Self.form(files: 0)).status == 201)
        }
        try #expect(Self.names(site) == Self.named(site))
        try #expect(Program.query(site, "SELECT count(*) FROM submissions") == ["3"])
    }

    @Test func freeSpaceIsKept() throws {
        let site = try TestSite(configuration: "[uploads]\nfree_size_min = 1000000000000000\n")
        try serving(site) { server in
            try #expect(Self.post(server, Self.form(files: 1)).status == 507)
            try #expect(Self.post(server, Self.form(files: 0)).status == 201)
        }
        try #expect(Self.names(site) == [])
    }

    @Test func whatTheDatabaseRefusesLeavesNoFile() throws {
        let site = try TestSite()
        try serving(site) { server in
            try #expect(Self.post(server, Self.form(files: 1)).status == 201)
        }
        _ = try Program.query(
            site,
            """
            CREATE TRIGGER only_ada BEFORE INSERT ON submissions
            WHEN NEW.fields NOT LIKE '%"Ada"%' BEGIN SELECT RAISE(ABORT, 'only Ada'); END
            """
        )
        try serving(site) { server in
            try #expect(Self.post(server, Self.form(files: 4, value: "Bob")).status == 400)
            try #expect(Self.post(server, Self.form(files: 2)).status == 201)
        }
        try #expect(Self.named(site).count == 3)
        try #expect(Self.names(site) == Self.named(site))
    }

    /// A folder that can't be written to: the form is refused and nothing of it is stored.
    @Test func withoutAFolderNothingIsStored() throws {
        let site = try TestSite()
        try site.write("db/uploads", "no folder")
        try serving(site) { server in
            try #expect(Self.post(server, Self.form(files: 1)).status == 503)
            try #expect(Self.post(server, Self.form(files: 0)).status == 201)
        }
        try #expect(Self.named(site) == [])
    }

    // MARK: After a kill

    /// Puts a file under names into the folder of uploads, as a kill leaves it.
    private static func leave(_ site: TestSite, _ names: String...) throws {
        try site.write("db/uploads/\(names[0])", names[0])
        for name in names.dropFirst() {
            let folder = "\(site.root)/db/uploads/"
            let outcome = try Program.run(program: "ln", [folder + names[0], folder + name])
            #expect(outcome.succeeded, "\(outcome)")
        }
    }

    /// A site that a server was killed in, with files in every state that they can be in.
    private static func killedSite() throws -> TestSite {
        let site = try TestSite()
        try serving(site) { server in try #expect(post(server, form(files: 1)).status == 201) }
        try leave(site, ".ringport+0000000000000001")
        try leave(site, ".ringport+0000000000000002", "0000000000000002")
        try leave(site, ".ringport+0000000000000003", "0000000000000003")
        try leave(site, "0000000000000004")
        try leave(site, ".ringport-17-4")
        _ = try Program.query(site, "INSERT INTO ringport_uploads VALUES ('0000000000000003')")
        return site
    }

    @Test func theNextStartEndsWhatAKillCutOff() throws {
        let site = try Self.killedSite()
        let own = try Self.named(site)
        try serving(site) { server in
            // Before the first answer, though no form has files.
            try #expect(Self.post(server, Self.form(files: 0)).status == 201)
            try #expect(Self.names(site) == (["0000000000000003", "0000000000000004"] + own).sorted())
            try #expect(Program.query(site, "SELECT count(*) FROM ringport_uploads") == ["0"])
        }
        let log = String(decoding: try site.read("logs/error.log"), as: UTF8.self)
        #expect(log.contains("1 of stored forms were kept, 3 of others removed"), "\(log)")
    }

    /// The database that is put in the place of another knows nothing of its files: those that it has noted keep their names.
    @Test func aRestoreAsksTheDatabaseThatGoes() throws {
        let site = try Self.killedSite()
        let own = try Self.named(site)
        let backup = "\(site.root)/backup.db"
        try #expect(Program.run("backup", backup, "--root", site.root).succeeded)
        _ = try Program.query(site, "INSERT OR REPLACE INTO ringport_uploads VALUES ('0000000000000003')")
        try #expect(Program.run(program: "sqlite3", [backup, "DELETE FROM ringport_uploads"]).succeeded)
        try #expect(Program.run("restore", backup, "--root", site.root).succeeded)
        try serving(site) { server in try #expect(Self.post(server, Self.form(files: 0)).status == 201) }
        try #expect(Self.names(site) == (["0000000000000003", "0000000000000004"] + own).sorted())
    }

    /// The same without `restore`: nothing is known of the files, and none that has its own name goes.
    @Test func aDatabaseThatWasExchangedTakesNoFileAway() throws {
        let site = try Self.killedSite()
        let own = try Self.named(site)
        let database = "\(site.root)/db/ringport.db"
        try #expect(Program.run(program: "cp", [database, "\(site.root)/other.db"]).succeeded)
        let other = "\(site.root)/other.db"
        try #expect(Program.run(program: "sqlite3", [other, "DELETE FROM ringport_uploads"]).succeeded)
        try #expect(Program.run(program: "mv", [other, database]).succeeded)
        try serving(site) { server in try #expect(Self.post(server, Self.form(files: 0)).status == 201) }
        try #expect(
            Self.names(site) == (["0000000000000002", "0000000000000003", "0000000000000004"] + own).sorted()
        )
    }

    @Test func formsFilesShowsWhatLiesThere() throws {
        let site = try Self.killedSite()
        let own = try #require(Self.named(site).first)
        let outcome = try Program.run("forms", "files", "--root", site.root)
        #expect(outcome.succeeded, "\(outcome)")
        #expect(outcome.lines.count == 5)
        let line = try #require(outcome.lines.first { $0.hasPrefix(own) })
        #expect(line.hasPrefix("\(own)  10 bytes  ") && line.hasSuffix("  files 1"), "\(line)")
        #expect(outcome.lines.last == "4 files, 78 bytes; 3 that no submission names")
        let unnamed = try Program.run("forms", "files", "--unnamed", "--root", site.root)
        #expect(unnamed.lines.count == 4 && !unnamed.output.contains(own))
        let empty = try Program.run("forms", "files", "--root", TestSite().root)
        #expect(empty.output == "0 files, 0 bytes; 0 that no submission names\n", "\(empty)")
    }

    /// Clients that go, deadlines that pass, kills at any moment: the script counts files without a row and rows without a
    /// file.
    @Test func abortedUploadsLeaveNothing() throws {
        let site = try TestSite()
        let program = try Program.ringport
        let outcome = try Program.python("uploads_client.py", importing: ["sqlite3"], program, site.root, "400")
        #expect(outcome.succeeded, "\(outcome)")
        #expect(outcome.output.contains("files without a row 0, rows without a file 0"), "\(outcome)")
    }
}
