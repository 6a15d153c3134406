/// SIGHUP: the configuration, passwords, folders and logs are taken anew, all or nothing. Test threads.

import Glibc
import Harness
import Platform
import Testing

/// Waits until `error.log` has a line with a text; each look costs the server one request.
func waitForLog(_ server: ServerProcess, _ text: String, count: Int = 1) throws {
    let deadline = Instant.now.advanced(by: .seconds(30))
    while Instant.now < deadline {
        let log = String(decoding: (try? server.site.read("logs/error.log")) ?? [], as: UTF8.self)
        if log.split(separator: "\n").count(where: { $0.contains(text) }) >= count { return }
        _ = try Client(server).exchange("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    }
    throw HarnessError("no \(count) lines with \(text) in error.log: \(server.process.errors)")
}

@Suite struct ReloadTests {
    private static let hash = "$2y$10$pdgbcl503qQRd1GXzrj5N.T2unBsOLGep9JzgZ286jI.WMeUJmYsm"

    private func get(_ server: ServerProcess, _ path: String, host: String = "a") throws -> Response {
        try Client(server).exchange("GET \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
    }

    private func reload(_ server: ServerProcess, _ configuration: String, expecting text: String, count: Int = 1) throws
    {
        try server.site.write("ringport.toml", configuration)
        server.process.send(signal: SIGHUP)
        try waitForLog(server, text, count: count)
    }

    /// As in the moment in which an editor or a copy replaces it: the defaults would take passwords away.
    @Test func aConfigurationThatIsGoneOrEmptyIsNotTaken() throws {
        let site = try TestSite(configuration: "[[fields]]\nname = \"X-Release\"\nvalue = \"1\"\n")
        try serving(site) { server in
            let empty = "ringport.toml: is empty, and was not before; for the defaults, leave a file"
            try reload(server, "", expecting: empty)
            try #expect(get(server, "/")["x-release"] == "1")
            #expect(unsafe unlink("\(site.root)/ringport.toml") == 0)
            server.process.send(signal: SIGHUP)
            try waitForLog(server, "ringport.toml: is gone; for the defaults, leave a file with a comment (#)")
            try #expect(get(server, "/")["x-release"] == "1")
            try reload(server, "#\n", expecting: "reloaded:")
            try #expect(get(server, "/")["x-release"] == nil)
        }
    }

    @Test func rulesThatWereChangedHoldForRequestsThatFollow() throws {
        let site = try TestSite(["index.html": "hello\n", "a.foo": "a\n"], configuration: "")
        try site.write("other/index.html", "other\n")
        try serving(site) { server in
            try #expect(get(server, "/index.html")["x-release"] == nil)
            try #expect(get(server, "/a.foo").status == 200)
            let configuration = """
                [files]
                www = "other"
                [files.types]
                foo = "application/x-foo"
                [[fields]]
                name = "X-Release"
                value = "2"
                [[redirect]]
                from = "/old"
                to = "/new"
                [[host]]
                names = ["b"]
                www = "www"
                redirect = []
                """
            try reload(server, configuration, expecting: "reloaded:")
            let changed = try get(server, "/index.html")
            #expect(changed.text == "other\n" && changed["x-release"] == "2")
            try #expect(get(server, "/old").status == 308)
            try #expect(get(server, "/a.foo").status == 404)
            let host = try get(server, "/a.foo", host: "b")
            #expect(host.text == "a\n" && host["content-type"] == "application/x-foo")
            try reload(server, "#\n", expecting: "reloaded:", count: 2)
            let back = try get(server, "/index.html")
            #expect(back.text == "hello\n" && back["x-release"] == nil)
        }
    }

    @Test func usersThatWereAddedMayEnterAndOthersMayNot() throws {
        let configuration = "[[auth]]\npath = \"/**\"\nrealm = \"A\"\nfile = \"passwords\"\n"
        let site = try TestSite(configuration: configuration)
        try site.write("passwords", "ann:\(Self.hash)\n")
        try serving(site) { server in
            // The password of the hash is nobody's: what is told apart is who asks anew.
            try #expect(get(server, "/index.html").status == 401)
            try site.write("passwords", "ann:\(Self.hash)\nbob:nothing\n")
            server.process.send(signal: SIGHUP)
            try waitForLog(server, "passwords:2")
            try #expect(get(server, "/index.html").status == 401)
            try reload(server, "#\n", expecting: "reloaded:")
            try #expect(get(server, "/index.html").status == 200)
        }
    }

    @Test func allThatIsWrongIsNamedAndNothingChanges() throws {
        let site = try TestSite(configuration: "[[fields]]\nname = \"X-Release\"\nvalue = \"1\"\n")
        try serving(site) { server in
            let wrong = """
                [server]
                nonsense = 1
                [deadlines]
                idle = "long"
                [[fields]]
                name = "X-Release"
                value = "2"
                """
            try reload(server, wrong, expecting: "ringport.toml:4: deadlines.idle")
            try waitForLog(server, "ringport.toml:2: server.nonsense")
            let missing = """
                [files]
                www = "nowhere"
                [[auth]]
                path = "/a"
                realm = "A"
                file = "no-passwords"
                [[fields]]
                name = "X-Release"
                value = "2"
                """
            try reload(server, missing, expecting: "/nowhere: No such file")
            try waitForLog(server, "/no-passwords: No such file")
            let answer = try get(server, "/index.html")
            #expect(answer.text == "hello\n" && answer["x-release"] == "1")
            for text in ["server.nonsense", "deadlines.idle", "/nowhere", "/no-passwords"] {
                _ = try server.process.waitForErrors(text) { $0.contains(text) ? true : nil }
            }
            let log = String(decoding: try site.read("logs/error.log"), as: UTF8.self)
            #expect(!log.contains("reloaded:"))
        }
    }

    @Test func whatWaitsForAStartIsNamedAndTheRestHolds() throws {
        try serving(configuration: "") { server in
            let configuration = """
                [server]
                workers = 3
                [limits]
                connections_max = 77
                body_size_max = 5
                [pool]
                threads_max = 9
                """
            try reload(server, configuration, expecting: "reloaded:")
            for key in ["server.workers", "limits.connections_max", "pool.threads_max"] {
                try waitForLog(server, "\(key) changes at the next start")
                _ = try server.process.waitForErrors(key) { $0.contains(key) ? true : nil }
            }
            let log = String(decoding: try server.site.read("logs/error.log"), as: UTF8.self)
            #expect(!log.contains("limits.body_size_max"))
            let answer = try Client(server).exchange(
                "POST /forms/a HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nConnection: close\r\n\r\na=1234"
            )
            #expect(answer.status == 413)
        }
    }

    /// A pipe can't be read again, and waiting for its other end would hold up the stop.
    @Test func aPipeInAFilesPlaceIsRefused() throws {
        let site = try TestSite(configuration: "[[fields]]\nname = \"X-Release\"\nvalue = \"1\"\n")
        try serving(site) { server in
            try site.rename("ringport.toml", to: "old.toml")
            let pipe = site.root + "/pipe"
            guard unsafe mkfifo(pipe, 0o600) == 0 else { throw HarnessError.system("mkfifo") }
            let configuration = "[[auth]]\npath = \"/a\"\nrealm = \"A\"\nfile = \"pipe\"\n"
            let reason = "is no regular file; name a file that can be read again"
            try reload(server, configuration, expecting: "read \(pipe): \(reason)")
            guard unsafe unlink(site.root + "/ringport.toml") == 0 else { throw HarnessError.system("unlink") }
            try site.rename("pipe", to: "ringport.toml")
            server.process.send(signal: SIGHUP)
            try waitForLog(server, "ringport.toml: \(reason)")
            try #expect(get(server, "/index.html")["x-release"] == "1")
        }
    }

    @Test func aHangupDuringADrainDoesNothing() throws {
        let site = try TestSite(configuration: "[deadlines]\ndrain = 20\n")
        let server = try ServerProcess(site)
        let client = try Client(server)
        let type = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n"
        try client.send("POST /forms/a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\(type)\r\n")
        try client.waitForBytes(1)
        // A connection without a request is ended as soon as the drain begins.
        let idle = try Client(server)
        _ = try idle.exchange(Request.get("/index.html"))
        server.process.send(signal: SIGTERM)
        _ = try idle.readUntilEnd()
        server.process.send(signal: SIGHUP)
        try client.send("a=1")
        var answer = try client.readResponse()
        if answer.status == 100 { answer = try client.readResponse() }
        #expect(answer.status == 303 || answer.status == 200, "\(answer)")
        #expect(try server.process.waitUntilEnded() == .exited(0))
        #expect(!String(decoding: try site.read("logs/error.log"), as: UTF8.self).contains("reloaded"))
    }

    /// Two keys that are right together, of which one waits.
    @Test func aMixtureOfOldAndNewThatContradictsItselfIsRefused() throws {
        try serving(configuration: "[limits]\nexchanges_max = 20\npipelined_max = 10\n") { server in
            try reload(
                server,
                "[limits]\nexchanges_max = 200\npipelined_max = 100\n",
                expecting: "not reloaded, all stays as it was: limits.exchanges_max is below limits.pipelined_max"
            )
        }
    }

    @Test func aRequestUnderWayEndsByTheRulesItBeganWith() throws {
        let old = """
            [[fields]]
            name = "X-Release"
            value = "1"
            [[host]]
            names = ["b", "c"]
            [[host]]
            names = ["d"]
            [[host.auth]]
            path = "/forms/*"
            realm = "Last"
            file = "passwords"
            """
        let site = try TestSite(configuration: old)
        try site.write("passwords", "ann:\(Self.hash)\n")
        try serving(site) { server in
            let client = try Client(server)
            let guarded = try Client(server)
            // The heads are read, and the contents are awaited, before the first answer to another client leaves.
            try client.send("POST /forms/a HTTP/1.1\r\nHost: d\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
            try guarded.send(
                "POST /forms/a HTTP/1.1\r\nHost: d\r\nAuthorization: Basic YW5uOmI=\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
            )
            try client.waitForBytes(1)
            try guarded.waitForBytes(1)
            try reload(server, "#\n", expecting: "reloaded:")
            try client.send("a=1")
            try guarded.send("a=1")
            for client in [client, guarded] {
                var answer = try client.readResponse()
                if answer.status == 100 { answer = try client.readResponse() }
                #expect(answer.status == 401 && answer["x-release"] == "1")
                #expect(answer["www-authenticate"]?.contains("Last") == true)
            }
        }
    }

    /// A deploy a thousand times, by folders and rules: what is answered is of one of them.
    @Test(.timeLimit(.minutes(5))) func threeHundredReloadsUnderLoadMixNothingAndLeaveNothingBehind() throws {
        let site = try TestSite(configuration: Self.release(0))
        for number in 0..<2 {
            try site.write("release\(number)/index.html", "release \(number)\n")
            try site.write("release\(number)/sub/index.html", "release \(number)\n")
            try site.write("release\(number)/404.html", "release \(number)\n")
            try site.write("release\(number)/style.css", String(repeating: "release \(number)\n", count: 50))
        }
        try site.write("passwords", "ann:\(Self.hash)\n")
        try serving(site, arguments: ["--workers", "2"]) { server in
            let faults = Monitor<[String]>([])
            let isOver = Monitor(false)
            let clients = try (0..<3).map { number in
                try NamedThread(name: "load-\(number)") {
                    while !isOver.withLock({ $0 }) {
                        do {
                            let client = try Client(server)
                            for path in ["/", "/sub/", "/nowhere", "/style.css", "/sub", "/private/x"] {
                                let coding = number == 0 ? "Accept-Encoding: gzip;q=0.5, br;q=0\r\n" : ""
                                try client.send("GET \(path) HTTP/1.1\r\nHost: h\(number)\r\n\(coding)\r\n")
                                let answer = try client.readResponse()
                                let release = answer["x-release"] ?? "none"
                                let isCoded = answer["content-encoding"] != nil
                                let isPage = [200, 404].contains(answer.status) && !isCoded
                                if release == "none" || isPage && !answer.text.hasPrefix("release \(release)\n") {
                                    faults.withLock {
                                        $0.append("\(path): \(release), \(answer.status) \(answer.text)")
                                    }
                                }
                            }
                        } catch {
                            faults.withLock { $0.append("\(error)") }
                            return
                        }
                    }
                }
            }
            for number in 1...300 {
                try site.write("new.toml", Self.release(number % 2))
                try site.rename("new.toml", to: "ringport.toml")
                server.process.send(signal: SIGHUP)
                let deadline = Instant.now.advanced(by: .seconds(20))
                while try get(server, "/")["x-release"] != "\(number % 2)" {
                    guard Instant.now < deadline else { throw HarnessError("reload \(number) does nothing") }
                }
                if number == 100 { counted.withLock { $0 = (try? server.descriptorCount) ?? 0 } }
            }
            isOver.withLock { $0 = true }
            for client in clients { client.join() }
            faults.withLock { #expect($0.isEmpty, "\($0.prefix(5))") }
            let before = counted.withLock { $0 }
            let deadline = Instant.now.advanced(by: .seconds(20))
            while try server.descriptorCount > before + 2, Instant.now < deadline { _ = try get(server, "/") }
            // Each version has two folders open; the clients had four connections.
            try #expect(server.descriptorCount <= before + 2)
        }
    }

    private let counted = Monitor(0)

    /// Releases differ in folders, numbers of hosts, realms and their order, so that an index of one is wrong in the other.
    private static func release(_ number: Int) -> String {
        let hosts = """
            [[host]]
            names = ["h1"]
            www = "release1"
            [[host.auth]]
            path = "/other/**"
            realm = "Other"
            file = "passwords"
            [[host]]
            names = ["h0"]
            www = "release1"
            """
        return """
            [files]
            www = "release\(number)"
            [[fields]]
            name = "X-Release"
            value = "\(number)"
            [[auth]]
            path = "/private/**"
            realm = "Realm \(number)"
            file = "passwords"
            \(number == 1 ? hosts : "")
            """
    }
}
