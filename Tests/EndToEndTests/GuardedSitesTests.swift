/// Guards of real sites: rules that are refused, and what a start needs to ask them. Test threads.

import Harness
import Testing

@Suite struct GuardedSitesTests {
    private static let guarding = "[[auth]]\npath = \"/private/**\"\nrealm = \"Club\"\nfile = \"users\"\n"

    private func makeSite(_ configuration: String) throws -> TestSite {
        let files = ["open.html": "open\n", "private/x.html": "secret\n", "b/private/x.html": "secret\n"]
        let site = try TestSite(files, configuration: configuration)
        try site.write("users", "alice:$2y$04$wxODVaIR95OmGWexLW0hvu.Q11t6EH7fPdU5XJY53leraGRKpeZ6i\n")
        return site
    }

    /// A start and a check say the same of a rule that would read past a guard or choose a host.
    @Test(arguments: [
        ("[[rewrite]]\nfrom = \"/docs*\"\nto = \"/manual/*\"\n", "rewrite.from does not take \"/docs*\""),
        ("[[redirect]]\nfrom = \"/s/*\"\nto = \"https://shop.example.com*\"\n", "redirect.to does not take"),
    ])
    func aRuleThatLeadsAstrayIsRefused(rule: String, complaint: String) throws {
        let site = try makeSite(Self.guarding + rule)
        for command in ["serve", "check"] {
            let outcome = try Program.run(program: Program.ringport, [command, "--root", site.root])
            #expect(outcome.ending == .exited(78) && outcome.errors.contains(complaint), "\(outcome)")
        }
    }

    /// Without `/proc/self/fd` nobody knows where a link has led: nothing is served that a guard may not be asked about.
    ///
    /// The shell that hides its own becomes the program.
    @Test(
        .enabled(if: Namespaces.areAllowed, Namespaces.needed),
        arguments: [
            ("[files]\nsymlinks = \"inside\"\n", true), ("[files]\nsymlinks = \"follow\"\n", true),
            ("[[host]]\nnames = [\"b.example\"]\nwww = \"www/b\"\n", true), ("", false),
        ]
    )
    func aStartThatCannotLearnNamesIsRefused(rule: String, isRefused: Bool) throws {
        let server = "[server]\nlisten = [\"127.0.0.1:0\"]\n[handlers]\nenabled = []\n"
        let site = try makeSite(server + rule + Self.guarding)
        let hide = Namespaces.launcher("mount -t tmpfs none /proc/$$/fd")
        let check = try hide + [Program.ringport, "check", "--root", site.root]
        let checked = try Program.run(program: check[0], Array(check.dropFirst()))
        #expect(checked.errors.contains("learn by which names files are served") == isRefused, "\(checked)")
        #expect(checked.ending == .exited(isRefused ? 78 : 0), "\(checked)")
        guard isRefused else { return }
        let serve = try hide + [Program.ringport, "serve", "--root", site.root]
        let served = try Program.run(program: serve[0], Array(serve.dropFirst()))
        #expect(served.ending == .exited(78) && served.errors.contains("Mount /proc"), "\(served)")
    }

    /// The names are the kernel's of this moment: a folder that is renamed takes its guard with it or leaves it.
    @Test func aFolderThatIsRenamedIsGuardedByItsNewName() throws {
        let site = try makeSite(Self.guarding + "[files]\nsymlinks = \"inside\"\n")
        let outcome = try Program.run(program: "ln", ["-s", "members/x.html", site.root + "/www/link"])
        #expect(outcome.succeeded)
        try serving(site) { server in
            let client = try Client(server)
            for _ in 0..<3 {
                try #expect(client.exchange(Request.get("/link")).status == 404)
                try site.rename("www/private", to: "www/members")
                try #expect(client.exchange(Request.get("/link")).text == "secret\n")
                try #expect(client.exchange(Request.get("/members/x.html")).text == "secret\n")
                try site.rename("www/members", to: "www/private")
                try #expect(client.exchange(Request.get("/members/x.html")).status == 404)
                try #expect(client.exchange(Request.get("/private/x.html")).status == 401)
            }
        }
    }
}
