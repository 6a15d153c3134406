/// Lists of folders whose files change by another way than their name there: mounts and bind mounts. Test threads.

import Harness
import Testing

@Suite struct MountedListsTests {
    /// Each happening is seen in the list that is asked for next, which is held against what the shell finds.
    @Test(.enabled(if: Namespaces.areAllowed, Namespaces.needed))
    func aListIsOfWhatIsMounted() throws {
        let site = try TestSite(
            ["index.html": "hello\n", "sub/page.txt": "covered\n", "sub/own.txt": "own\n"],
            configuration: "[files]\nlisting = true\n"
        )
        try site.write("data/page.txt", "first\n")
        try site.write("data/other.txt", "other\n")
        let happenings = [
            "true", "mount --bind data/other.txt www/sub/page.txt", "echo longer than before > data/other.txt",
            "echo more >> data/other.txt", "umount www/sub/page.txt", "echo seen >> www/sub/page.txt",
            "mount --bind data www/sub", "echo third one > data/page.txt", "echo new > data/new.txt",
            "rm data/other.txt",
            "mount -t tmpfs none www/sub", "echo a > www/sub/a", "echo b >> www/sub/a", "umount www/sub",
            "echo c > data/c",
            "umount www/sub", "echo d > www/sub/d",
        ]
        try serving(site, launcher: Namespaces.launcher("cd '\(site.root)'\ntrue")) { server in
            let client = try Client(server)
            for happening in happenings {
                try Namespaces.run(happening, in: server)
                let expected = try Namespaces.run(
                    "cd www/sub; for name in *; do test -f \"$name\" && stat -c '%n %s' \"$name\"; done; true",
                    in: server
                )
                // The first may be read, and the others be kept.
                for _ in 0..<4 {
                    let answer = try client.exchange(Request.get("/sub/", "Accept: application/json\r\n"))
                    let names = answer.text.matches(of: /"name":"([^"]*)","type":"file","size":(\d+)/)
                    let found = names.map { "\($0.output.1) \($0.output.2)" }
                    let wanted = expected.split(separator: "\n").map(String.init)
                    #expect(answer.status == 200 && found.sorted() == wanted.sorted(), "after \(happening)")
                }
            }
        }
    }
}
