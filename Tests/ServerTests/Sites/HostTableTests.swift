/// Which site a request is for. Test threads.

import Testing

@testable import Server

@Suite struct HostTableTests {
    private let table: HostTable

    init() {
        let policies = (0...3).map { SitePolicy(SiteRules(), folder: $0, movedTo: "", firstRealm: 0) }
        table = HostTable(policies, hosts: [["example.com"], ["*.example.com"], ["*.deep.example.com", "[::1]"]])
    }

    @Test(arguments: [
        ("example.com", 1), ("EXAMPLE.com:8080", 1), ("example.com.", 1), ("example.com:", 1),
        ("www.example.com", 2), ("a.b.example.com:80", 2), ("a.deep.example.com", 3), ("deep.example.com", 2),
        ("[::1]:8080", 3), ("[::1]", 3),
        (".example.com", 0), ("xexample.com", 0), ("example.org", 0), ("", 0), (":80", 0), ("com", 0),
    ])
    func anAuthorityLeadsToASite(authority: String, policy: Int) {
        #expect(table.policy(Array(authority.utf8).span) == policy)
    }
}
