/// A database that can't be used, and a site that has no place for one. Test threads.

import Glibc
import Harness
import Platform
import Testing

@Suite struct UnusableDatabaseTests {
    /// A program that becomes another as a user who owns nothing.
    private static let asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

    private static func run(_ program: String, _ arguments: [String]) throws {
        let outcome = try Program.run(program: program, arguments)
        guard outcome.succeeded else { throw HarnessError("\(program): \(outcome)") }
    }

    /// A site with a stored form, whose files belong to nobody's own user except those that a test changes.
    private static func site(killed: Bool = false) throws -> TestSite {
        let site = try TestSite()
        let server = try ServerProcess(site)
        let text = String(repeating: "x", count: 3000)
        for number in 0..<20 {
            let request = Request.post("/forms/a", "n=\(number)&text=\(text)", Request.json)
            try #expect(Client(server).exchange(request).status == 201)
        }
        if killed { try server.kill() } else { try #expect(server.stop() == .exited(0)) }
        try run("chown", ["-R", "65534:65534", site.root])
        return site
    }

    /// Starts and checks a site that must not start, and expects the same words of both.
    private static func expectRefusal(_ site: TestSite, _ words: String) throws {
        let serve = try Program.run(
            program: asNobody[0],
            Array(asNobody.dropFirst()) + [
                Program.ringport, "serve", "--root", site.root, "--listen", "127.0.0.1:0",
            ]
        )
        #expect(serve.ending == .exited(73), "\(serve)")
        #expect(serve.errors.contains(words), "\(words)\n\(serve)")
        let check = try Program.run(
            program: asNobody[0],
            Array(asNobody.dropFirst()) + [
                Program.ringport, "check", "--root", site.root, "--listen", "127.0.0.1:0",
            ]
        )
        #expect(check.ending == .exited(78), "\(check)")
        #expect(check.errors.contains(words), "\(words)\n\(check)")
    }

    @Test func aDatabaseThatWasCutEndsTheStart() throws {
        let site = try Self.site()
        #expect(unsafe truncate("\(site.root)/db/ringport.db", 20_000) == 0)
        try Self.expectRefusal(site, "db/ringport.db: database disk image is malformed")
    }

    @Test func aDatabaseThatWasEmptiedEndsTheStart() throws {
        let site = try Self.site()
        #expect(unsafe truncate("\(site.root)/db/ringport.db", 0) == 0)
        try Self.expectRefusal(site, "db/ringport.db: the database was emptied")
    }

    @Test(arguments: ["-wal", "-shm"])
    func aLogOfAnotherUserEndsTheStart(suffix: String) throws {
        let site = try Self.site(killed: true)
        let file = "\(site.root)/db/ringport.db\(suffix)"
        try Self.run("chown", ["0:0", file])
        try Self.run("chmod", ["600", file])
        try Self.expectRefusal(site, "db/ringport.db\(suffix): Permission denied")
    }

    @Test func aDatabaseThatMayOnlyBeReadEndsTheStart() throws {
        let site = try Self.site()
        try Self.run("chown", ["0:0", "\(site.root)/db/ringport.db"])
        try Self.run("chmod", ["644", "\(site.root)/db/ringport.db"])
        try Self.expectRefusal(site, "db/ringport.db: read-only")
    }

    @Test func aTableThatSomebodyDroppedEndsTheStart() throws {
        let site = try Self.site()
        try Self.run("sqlite3", ["\(site.root)/db/ringport.db", "DROP TABLE submissions"])
        let words = "the table submissions, which the migrations of handler forms have made, is missing"
        try Self.expectRefusal(site, words)
    }

    @Test func aForeignLogEndsTheStart() throws {
        let site = try Self.site(killed: true)
        try Self.run("cp", ["\(site.root)/db/ringport.db", "\(site.root)/copy.db"])
        try Self.run("chown", ["65534:65534", "\(site.root)/copy.db"])
        try site.rename("copy.db", to: "db/ringport.db")
        try Self.expectRefusal(site, "db/ringport.db-wal: it holds the last writes of another database")
    }

    @Test func aFolderThatIsMissingForTheDatabasesFolderEndsTheStart() throws {
        let site = try Self.site()
        try site.write("ringport.toml", "[store]\nfolder = \"nowhere/forms\"\n")
        try Self.expectRefusal(site, "nowhere/forms: No such file or directory")
    }

    @Test(arguments: [
        "[files]\nwww = \".\"\n", "[store]\nfolder = \"www\"\n", "[store]\nfolder = \"www/sub/forms\"\n",
        "[[host]]\nnames = [\"a.example\"]\nwww = \"db\"\n",
    ])
    func aDatabaseThatVisitorsCouldFetchEndsTheStart(configuration: String) throws {
        let site = try TestSite(configuration: configuration)
        try site.makeFolder("db")
        let serve = try Program.run("serve", "--root", site.root, "--listen", "127.0.0.1:0")
        #expect(serve.ending == .exited(78) && serve.errors.contains("visitors could fetch"), "\(serve)")
        let check = try Program.run("check", "--root", site.root, "--listen", "127.0.0.1:0")
        #expect(check.ending == .exited(78) && check.errors.contains("visitors could fetch"), "\(check)")
    }

    // MARK: No place for a database

    /// A site that nobody's user can read, and write only in `logs/`.
    private static func readOnlySite(_ configuration: String = "", hasFolder: Bool = false) throws -> TestSite {
        let site = try TestSite()
        try site.write("ringport.toml", configuration)
        try site.makeFolder("logs")
        if hasFolder { try site.makeFolder("db") }
        try run("chmod", ["755", site.root])
        try run("chown", ["65534:65534", "\(site.root)/logs"])
        return site
    }

    @Test(arguments: [true, false])
    func aSiteThatMayNotBeWrittenServesFilesAndRefusesForms(hasFolder: Bool) throws {
        let site = try Self.readOnlySite(hasFolder: hasFolder)
        try serving(site, launcher: Self.asNobody) { server in
            let line = "ringport: \(site.root)/db: Permission denied; forms are refused until"
            #expect(server.process.errors.contains(line), "\(server.process.errors)")
            #expect(server.process.errors.contains("[store] folder"))
            try #expect(Client(server).exchange(Request.get("/")).status == 200)
            for _ in 0..<3 {
                let answer = try Client(server).exchange(Request.post("/forms/a", "n=1", Request.json))
                #expect(answer.status == 503)
                #expect(answer["retry-after"] != nil)
            }
            // Nothing has to be restarted once there is a place.
            if hasFolder {
                try Self.run("chown", ["65534:65534", "\(site.root)/db"])
                try #expect(Client(server).exchange(Request.post("/forms/a", "n=1", Request.json)).status == 201)
            }
        }
        let log = String(decoding: try site.read("logs/error.log"), as: UTF8.self)
        #expect(log.contains("was not stored: \(site.root)/db: Permission denied; forms are refused"), "\(log)")
    }

    @Test func checkSaysThatFormsAreRefusedAndThatTheSiteIsReady() throws {
        let site = try Self.readOnlySite()
        let check = try Program.run(
            program: Self.asNobody[0],
            Array(Self.asNobody.dropFirst()) + [
                Program.ringport, "check", "--root", site.root, "--listen", "127.0.0.1:0",
            ]
        )
        #expect(check.succeeded, "\(check)")
        #expect(check.errors.contains("/db: Permission denied; forms are refused until"), "\(check)")
    }

    @Test func anotherFolderIsAPlaceForIt() throws {
        let place = try TestSite()
        try Self.run("chown", ["65534:65534", place.root])
        let site = try Self.readOnlySite("[store]\nfolder = \"\(place.root)/forms\"\n")
        try serving(site, launcher: Self.asNobody) { server in
            try #expect(Client(server).exchange(Request.post("/forms/a", "n=1", Request.json)).status == 201)
        }
        #expect(unsafe access("\(place.root)/forms/ringport.db", F_OK) == 0)
        #expect(unsafe access("\(place.root)/forms/ringport.lock", F_OK) == 0)
        let list = try Program.run("forms", "list", "--root", site.root)
        #expect(list.succeeded && list.output.contains("a"), "\(list)")
        let backup = try Program.run("backup", "\(place.root)/backup.db", "--root", site.root)
        #expect(backup.succeeded, "\(backup)")
    }
}
