/// Proxies that nobody named in the configuration: error.log says so, once. Test threads.

import Harness
import Testing

@Suite struct UntrustedProxiesTests {
    private func lines(_ site: TestSite) throws -> [String] {
        try TracedPacket.errorLog(site).map(String.init).filter { $0.contains("is not believed") }
    }

    @Test func aProxyThatIsNotNamedIsNamedOnceInTheLog() throws {
        let site = try TestSite(configuration: "[server]\nworkers = 2\n")
        try serving(site) { server in
            for _ in 0..<8 {
                let client = try Client(server)
                for _ in 0..<2 { _ = try client.exchange(Request.get("/missing", "X-Forwarded-For: 192.0.2.7\r\n")) }
                let other = try Client(server, from: 0x7F00_0002)
                _ = try other.exchange(Request.get("/missing", "Forwarded: for=192.0.2.7\r\n"))
            }
        }
        let lines = try lines(site).sorted()
        #expect(lines.count == 2, "\(lines)")
        #expect(lines.contains { $0.contains("127.0.0.1 sends X-Forwarded-For") })
        #expect(lines.contains { $0.hasSuffix("add 127.0.0.1 to proxies of [server]") })
        let ending = "add 127.0.0.2 to proxies of [server] and set proxy_field to Forwarded"
        #expect(lines.contains { $0.hasSuffix(ending) })
    }

    @Test func whoIsTrustedAndWhoSpeaksForNobodyIsNotNamed() throws {
        let site = try TestSite(configuration: "[server]\nproxies = [\"127.0.0.1\"]\n")
        try serving(site) { server in
            _ = try Client(server).exchange(Request.get("/missing", "X-Forwarded-For: 192.0.2.7\r\n"))
            _ = try Client(server, from: 0x7F00_0002).exchange(Request.get("/missing"))
        }
        try #expect(lines(site) == [])
    }
}
