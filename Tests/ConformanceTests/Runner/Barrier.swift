/// A connection whose answered request shows that the server has gone on from what was sent before. One test thread.

import Harness

struct Barrier {
    private let client: Client

    init(port: UInt16) throws {
        client = try Client(port: port)
    }

    func pass() throws {
        let response = try client.exchange(get("/one.txt"))
        guard response.status == 200 else { throw HarnessError("the barrier's request: \(response)") }
    }
}
