/// A site on a file system that stops to answer: the others go on. Test threads; a program that answers for a while.

import Glibc
import Harness
import Platform
import Testing

@Suite struct HungFileSystemTests {
    /// A file system of FUSE: an empty folder, and no answer as long as a file named hang is there.
    ///
    /// It ends with its parent. What it sends and gets are the structures of linux/fuse.h.
    private static let program = """
        import ctypes, os, struct, subprocess, sys, time
        ctypes.CDLL(None).prctl(1, 9)
        fd = os.open("/dev/fuse", os.O_RDWR)
        options = "fd=%d,rootmode=40000,user_id=0,group_id=0" % fd
        subprocess.check_call(["mount", "-i", "-t", "fuse", "-o", options, "none", sys.argv[1]], pass_fds=[fd])
        open("mounted", "w").close()
        attributes = struct.pack("<6Q10I", 1, 0, 0, 0, 0, 0, 0, 0, 0, 0o40755, 2, 0, 0, 0, 4096, 0)
        answers = {
            26: struct.pack("<4I2H2I2H8I", 7, 31, 0, 0, 0, 0, 4096, 1, 1, 0, *[0] * 8),
            3: struct.pack("<QII", 0, 0, 0) + attributes,
            27: struct.pack("<QII", 1, 0, 0),
            17: bytes(80),
            29: b"",
        }
        while True:
            request = os.read(fd, 1 << 17)
            operation, number = struct.unpack_from("<IQ", request, 4)
            while os.path.exists("hang"):
                time.sleep(0.01)
            if operation in (2, 36, 42):
                continue
            answer = answers.get(operation, b"")
            error = 0 if operation in answers else -2 if operation == 1 else -38
            os.write(fd, struct.pack("<IiQ", 16 + len(answer), error, number) + answer)
        """

    private static let launcher = """
        python3 fuse.py other &
        while [ ! -e mounted ]; do kill -0 $!; sleep 0.01; done
        """

    /// False where a user may not mount what a program serves.
    private static let isAllowed =
        ChildProcess.variable("CI") == "true"
        || (try? Program.run(
            program: "unshare",
            [
                "-rm", "sh", "-ec",
                "exec 9<>/dev/fuse; mount -i -t fuse -o fd=9,rootmode=40000,user_id=0,group_id=0 n /mnt",
            ]
        ))?.succeeded == true

    @Test(.enabled(if: Self.isAllowed, "needs namespaces and /dev/fuse: unshare -rm, mount -t fuse"))
    func aFileSystemThatHangsHoldsUpNoOtherSiteWhenSomethingIsMounted() throws {
        let hosts = "[server]\nworkers = 1\n[[host]]\nnames = [\"b\"]\nwww = \"other\"\n"
        let site = try TestSite(["a.txt": "a\n"], configuration: hosts)
        try site.write("fuse.py", Self.program)
        for name in ["other", "more"] { try site.makeFolder(name) }
        try serving(site, launcher: Namespaces.launcher("cd '\(site.root)'\n" + Self.launcher)) { server in
            let client = try Client(server)
            try #expect(client.askUntilKept("/a.txt").text == "a\n")
            let lost = "GET /a.txt HTTP/1.1\r\nHost: b\r\n\r\n"
            try #expect(client.exchange(lost).status == 404)
            try site.write("hang", "")
            defer { unsafe _ = unlink(site.root + "/hang") }
            for _ in 0..<3 {
                try Namespaces.run("mount -t tmpfs none more", in: server)
                try #expect(client.exchange(Request.get("/a.txt")).text == "a\n")
            }
            unsafe _ = unlink(site.root + "/hang")
            try #expect(client.exchange(lost).status == 404)
            // What is mounted over it takes its place in a moment.
            try Namespaces.run("mount -t tmpfs none other; echo b > other/a.txt", in: server)
            let deadline = Instant.now.advanced(by: .seconds(20))
            while try client.exchange(lost).text != "b\n" {
                try #require(Instant.now < deadline, "the mount is not seen")
            }
        }
    }
}
