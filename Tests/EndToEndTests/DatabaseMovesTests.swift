/// A database that is moved or replaced while forms are posted, also with a reader of another process. Test threads.

import Harness
import Testing

/// The claims are in `Tests/Clients/database_moves_client.py`, which looks at every row that was answered.
@Suite struct DatabaseMovesTests {
    @Test(arguments: ["away", "over"], ["none", "idle", "reading"])
    func everyAnsweredRowIsWhereItHasToBe(how: String, reader: String) throws {
        try serving(TestSite()) { server in
            try #expect(Client(server).exchange(Request.post("/forms/moves", "n=first")).status == 303)
            let outcome = try Program.python(
                "database_moves_client.py",
                importing: ["sqlite3"],
                Program.ringport,
                "\(server.port)",
                server.site.root,
                how,
                "5",
                reader
            )
            #expect(outcome.succeeded, "\(outcome)")
        }
    }
}
