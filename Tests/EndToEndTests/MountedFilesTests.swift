/// Files that change by a way that is not their name below `www/`: mounts, bind mounts, second names. Test threads.

import Glibc
import Harness
import Testing

@Suite struct MountedFilesTests {
    /// Happenings in a site's folder, each of which may change what is at `www/<path>`.
    ///
    /// The server's answer is held against what the shell finds in the same namespace, after each of them.
    private func follow(
        _ path: String,
        _ site: TestSite,
        prepare: String = "true",
        _ happenings: [String]
    ) throws {
        try serving(site, launcher: Namespaces.launcher("cd '\(site.root)'\n" + prepare)) { server in
            let client = try Client(server)
            for happening in ["true"] + happenings {
                try Namespaces.run(happening, in: server)
                let expected = try Namespaces.run("cat 'www/\(path)' 2>/dev/null || echo none", in: server)
                let answer = try client.exchange(Request.get("/" + path))
                #expect((answer.status == 200 ? answer.text : "none\n") == expected, "after \(happening)")
                // Kept from here on, where it may be.
                let kept = try client.askUntilKept("/" + path)
                #expect(kept.status == answer.status && kept.body == answer.body, "after \(happening), kept")
            }
        }
    }

    private static let writings = [
        "echo second > data/page.txt", "echo third >> data/page.txt", ": > data/page.txt",
        "echo fourth > data/page.txt", "truncate -s 3 data/page.txt", "chmod 600 data/page.txt",
        "touch -d 2024-01-01 data/page.txt", "printf FOUR | dd of=data/page.txt conv=notrunc status=none",
    ]

    private func site() throws -> TestSite {
        let site = try TestSite(["page.txt": "covered\n", "sub/page.txt": "covered\n"])
        try site.write("data/page.txt", "first\n")
        try site.write("data/other.txt", "other\n")
        return site
    }

    @Test(.enabled(if: Namespaces.areAllowed, Namespaces.needed))
    func aFileThatIsMountedIsServedAsItIsAtItsSource() throws {
        // A source that is replaced or removed is not what is mounted any longer.
        let more = ["mv data/other.txt data/page.txt", "rm data/page.txt"]
        try follow(
            "page.txt",
            site(),
            prepare: "mount --bind data/page.txt www/page.txt",
            Self.writings + more + ["umount www/page.txt", "echo seen > www/page.txt"]
        )
    }

    @Test(.enabled(if: Namespaces.areAllowed, Namespaces.needed))
    func aFileMountedOverAPageThatIsKeptIsServed() throws {
        try follow(
            "page.txt",
            site(),
            ["mount --bind data/page.txt www/page.txt"] + Self.writings
                + ["mount --bind data/other.txt www/page.txt", "umount www/page.txt", "umount www/page.txt"]
        )
    }

    @Test(.enabled(if: Namespaces.areAllowed, Namespaces.needed))
    func aFolderMountedOverOneThatIsKeptIsServed() throws {
        try follow(
            "sub/page.txt",
            site(),
            ["mount --bind data www/sub"] + Self.writings + [
                "mount -t tmpfs none www/sub", "echo new > www/sub/page.txt", "echo newer > www/sub/page.txt",
                "umount www/sub", "umount -l www/sub", "echo seen > www/sub/page.txt",
            ]
        )
    }

    @Test(.enabled(if: Namespaces.areAllowed, Namespaces.needed))
    func aFolderMountedOverTheSiteIsServed() throws {
        try follow(
            "page.txt",
            site(),
            ["mount --bind data www"] + Self.writings + [
                "umount -l www", "mount -t tmpfs none www", "echo new > www/page.txt", "umount -l www",
                "mount --bind . .", "mount --bind data www", "umount -l www", "echo seen > www/page.txt",
            ]
        )
    }

    @Test(.enabled(if: Namespaces.areAllowed, Namespaces.needed))
    func aFileOfAnOverlayIsServedAsItIs() throws {
        let site = try site()
        for name in ["layers", "layers/mount"] { try site.makeFolder(name) }
        // An overlay may be of a tmpfs where it may not be of another overlay.
        let prepare = """
            mount -t tmpfs none layers
            mkdir layers/lower layers/upper layers/work
            echo first > layers/lower/page.txt
            mount -t overlay -o lowerdir=layers/lower,upperdir=layers/upper,workdir=layers/work none www/sub
            ln -sfn ../www/sub layers/merged
            """
        try follow(
            "sub/page.txt",
            site,
            prepare: prepare,
            [
                "echo second > www/sub/page.txt", "echo third >> www/sub/page.txt", "rm www/sub/page.txt",
                "echo new > www/sub/page.txt", "ln www/sub/page.txt www/sub/name", "echo linked > www/sub/name",
            ]
        )
    }

    @Test func aFileWithSeveralNamesIsServedAsItIsByEach() throws {
        let site = try site()
        let shell = { (script: String) in
            let outcome = try Program.run(program: "sh", ["-ec", "cd '\(site.root)'\n" + script])
            #expect(outcome.succeeded, "\(outcome)")
        }
        try shell("ln -f data/page.txt www/linked.txt")
        try serving(site) { server in
            let client = try Client(server)
            try #expect(client.askUntilKept("/linked.txt").text == "first\n")
            // A name that is made when the file is kept already.
            try #expect(client.askUntilKept("/page.txt").text == "covered\n")
            try shell("ln www/page.txt name.txt")
            try #expect(client.askUntilKept("/page.txt").text == "covered\n")
            for number in 0..<20 {
                try shell("echo \(number) > data/page.txt; echo name \(number) > name.txt")
                try #expect(client.exchange(Request.get("/linked.txt")).text == "\(number)\n")
                try #expect(client.exchange(Request.get("/page.txt")).text == "name \(number)\n")
                try #expect(client.askUntilKept("/linked.txt").text == "\(number)\n")
                try #expect(client.askUntilKept("/page.txt").text == "name \(number)\n")
            }
        }
    }

    /// Kept once for each address, watched once by the kernel.
    @Test func aFileOfSeveralAddressesIsServedAsItIsByEach() throws {
        let site = try TestSite(
            ["index.html": "first\n"],
            configuration: "[files]\nclean_urls = true\n[[host]]\nnames = [\"b\"]\nwww = \"www\"\n"
        )
        try serving(site) { server in
            let client = try Client(server)
            let requests = ["/", "/index.html", "/index"].flatMap { path in
                ["a", "b"].map { "GET \(path) HTTP/1.1\r\nHost: \($0)\r\n\r\n" }
            }
            for number in 0..<10 {
                for request in requests { try #expect(client.exchange(request).status == 200) }
                _ = try client.askUntilKept("/")
                try Program.run(program: "sh", ["-c", "echo \(number) > '\(site.root)/www/index.html'"]).check()
                for request in requests { try #expect(client.exchange(request).text == "\(number)\n", "\(request)") }
            }
        }
    }

    /// A file is opened once, however often it is asked for: what a second name costs is no cache.
    @Test func aFileWithSeveralNamesIsKept() throws {
        let site = try TestSite(["page.txt": "text\n"], configuration: "[server]\nworkers = 1\n")
        try Program.run(program: "ln", [site.root + "/www/page.txt", site.root + "/name.txt"]).check()
        try serving(site, arguments: ["--trace"]) { server in
            let client = try Client(server)
            _ = try client.askUntilKept("/page.txt")
            for _ in 0..<20 { try #expect(client.exchange(Request.get("/missing.txt")).status == 404) }
            for _ in 0..<20 { try #expect(client.exchange(Request.get("/page.txt")).text == "text\n") }
        }
        let operations = try TracedPacket.all(site).map(\.operation)
        let lastOpen = try #require(operations.lastIndex(of: "open"))
        #expect(operations[lastOpen...].count { $0 == "receive" } >= 20, "nothing is opened for the last requests")
    }
}

extension Program.Outcome {
    /// Expects that the program has succeeded.
    func check() { #expect(succeeded, "\(self)") }
}
