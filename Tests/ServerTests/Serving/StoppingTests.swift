/// A server that stops while clients are connected. Test threads, and one that is a client.

import Platform
import Testing

@testable import Server

@Suite struct StoppingTests {
    /// A client that is known to be there, and has asked nothing before the stop.
    @Test func aClientThatHasConnectedInTimeIsAnswered() throws {
        let site = try ServedSite(["www/index.html": "hello"]) { $0.deadlines.firstHead = .seconds(600) }
        let port = site.port
        let progress = Monitor((isConnected: false, answer: ServedAnswer?.none))
        let visitor = try NamedThread(name: "visitor") {
            guard let client = try? RawConnection(port: port), let kept = try? RawConnection(port: port) else { return }
            try? kept.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try? kept.answer()
            progress.withLock { $0.isConnected = true }
            progress.signal()
            // It ends when the server has begun to stop.
            _ = try? kept.answer()
            try? client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = try? client.answer()
            progress.withLock { $0.answer = answer }
        }
        let isConnected = progress.waitUntil(.now.advanced(by: .seconds(60))) { $0.isConnected ? true : nil }
        #expect(isConnected == true)
        #expect(site.server.stop(deadline: .now.advanced(by: .seconds(60))), "nothing is cut off")
        visitor.join()
        let answer = try #require(progress.withLock { $0.answer })
        #expect(answer.status == 200 && answer.text == "hello")
        #expect(answer["Connection"] == "close")
    }
}
