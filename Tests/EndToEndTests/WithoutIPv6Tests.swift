/// A kernel without IPv6, as `ipv6.disable=1` makes one. Test threads.

import Harness
import Testing

@Suite struct WithoutIPv6Tests {
    /// Becomes the server after seccomp(2) has taken sockets of IPv6 away, with the error of a kernel that has none.
    ///
    /// The filter is classic BPF over `struct seccomp_data`: the call's number at 0, the low half of its first argument at 16.
    private static let launcher = [
        "python3", "-c",
        """
        import ctypes, os, struct, sys
        SOCKET = {"x86_64": 41, "aarch64": 198}[os.uname().machine]
        steps = [(0x20, 0, 0, 0), (0x15, 0, 3, SOCKET), (0x20, 0, 0, 16), (0x15, 0, 1, 10), (0x06, 0, 0, 0x50000 | 97),
                 (0x06, 0, 0, 0x7fff0000)]
        code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
        program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code)))
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, program, 0, 0): sys.exit("no seccomp")
        os.execvp(sys.argv[1], sys.argv[1:])
        """,
    ]

    @Test(arguments: [":0", "*:0"])
    func everyAddressIsOfIPv4Then(listen: String) throws {
        let site = try TestSite()
        try serving(site, arguments: ["--listen", listen], launcher: Self.launcher) { server in
            let port = try server.process.waitForErrors("line of every address") {
                $0.firstMatch(of: /listening on http:\/\/0\.0\.0\.0:([0-9]+)/).map { String($0.1) }
            }
            try #expect(Program.curl("http://127.0.0.1:\(port)/").output == "hello\n")
        }
        #expect(try site.accessLog().map { $0.prefix { $0 != " " } } == ["127.0.0.1"])
    }

    @Test func anAddressOfIPv6IsRefusedThen() throws {
        let site = try TestSite()
        let words = Self.launcher + [try Program.ringport, "serve", "--root", site.root, "--listen", "[::1]:0"]
        let outcome = try Program.run(program: words[0], Array(words.dropFirst()))
        #expect(outcome.ending == .exited(69) && outcome.errors.contains("[::1]:0"), "\(outcome)")
    }
}
