/// Requests that wait too long, for whatever it is: each is told what. Test threads.

import Harness
import Testing

@Suite struct WaitDeadlineTests {
    /// The pool's only thread is held by a handler, which has its own deadline.
    @Test func aFolderThatIsNotReadInTimeIsNoHandlersFault() throws {
        let pool = "[pool]\nthreads_min = 1\nthreads_max = 1\n[deadlines]\nhandler = 0.3\n"
        let site = try TestSite(
            ["index.html": "hello\n", "docs/a.txt": "a"],
            configuration: Configuration.trial + "[files]\nlisting = true\n" + pool
        )
        try serving(site) { server in
            let gate = try HandlerGate(server, site)
            defer { withExtendedLifetime(gate) {} }
            let client = try Client(server)
            let answer = try client.exchange(Request.get("/docs/", Request.json))
            #expect(answer.status == 503 && answer["Retry-After"] == "1", "\(answer)")
            #expect(answer.text.contains("list-expired"), "\(answer)")
            try #expect(client.exchange(Request.get("/")).text == "hello\n")
        }
    }
}
