/// SIGHUP with a terminal and without. Test threads.

import Glibc
import Harness
import Testing

@Suite struct HangupTests {
    private func outcome(_ words: String...) throws -> String {
        let site = try TestSite()
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(
            separator: "/"
        )
        let serve = [try Program.ringport, "serve", "--root", site.root, "--listen", "127.0.0.1:0"]
        let outcome = try Program.run(program: "python3", ["-B", folder + "/Clients/terminal.py"] + words + serve)
        return outcome.succeeded ? outcome.output : "\(outcome)"
    }

    @Test func aServerEndsWithItsTerminal() throws {
        #expect(try outcome("close") == "ended 0\n")
    }

    @Test func aHangupStopsAServerWithATerminal() throws {
        #expect(try outcome("signal") == "ended 0\n")
    }

    @Test func aServerThatIsToOutliveItsTerminalDoes() throws {
        #expect(try outcome("signal", "--nohup") == "reloaded\n")
    }

    @Test func aServerWithoutATerminalReloads() throws {
        let site = try TestSite()
        try serving(site) { server in
            server.process.send(signal: SIGHUP)
            try waitForLog(server, "reloaded:")
            try #expect(Client(server).exchange(Request.get("/index.html")).text == "hello\n")
        }
    }
}
