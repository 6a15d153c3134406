/// Which files can be opened beneath a directory (openat2(2)). Test threads, each with a port of its own.

@testable import CompletionPort
import Glibc
import Platform
import Testing

@Suite(.needsPort) struct OpeningTests {
    /// A path beneath the folder of `site`, and the errno of opening it, 0 where it opens.
    static let rules: [(path: String, code: Int32)] = [
        ("page.html", 0),
        ("sub/page.html", 0),
        ("sub/../page.html", 0),
        ("sub", 0),
        (".", 0),
        ("pipe", 0),
        ("missing.html", ENOENT),
        ("sub/missing/page.html", ENOENT),
        ("page.html/more", ENOTDIR),
        ("", ENOENT),
        ("..", EXDEV),
        ("../page.html", EXDEV),
        ("sub/../../page.html", EXDEV),
        ("/etc/hostname", EXDEV),
        ("link-inside", ELOOP),
        ("link-outside", ELOOP),
        ("link-folder/page.html", ELOOP),
        ("link-nowhere", ELOOP),
        (String(repeating: "n", count: 300), ENAMETOOLONG),
    ]

    static func site() throws -> TemporaryFolder {
        let site = try TemporaryFolder()
        site.folder("sub")
        try site.file("page.html", "outer")
        try site.file("sub/page.html", "inner")
        site.pipe("pipe")
        site.link("link-inside", to: "page.html")
        site.link("link-outside", to: "/etc/hostname")
        site.link("link-folder", to: "sub")
        site.link("link-nowhere", to: "nowhere")
        return site
    }

    /// A FIFO without a writer is among them: opening it does not wait.
    @Test func nothingLeadsOutOfTheFolderAndNoLinkIsFollowed() throws {
        let site = try Self.site()
        var port = try CompletionPort(limits: .forTests())
        for rule in Self.rules {
            let result = try open(&port, site.descriptor.rawValue, rule.path)
            #expect((result < 0 ? -result : 0) == rule.code, "\(rule.path)")
            if result >= 0 { close(result) }
        }
    }

    @Test func linksAreFollowedAsFarAsTheRuleSays() throws {
        let site = try Self.site()
        var port = try CompletionPort(limits: .forTests())
        let expected: [(path: String, inside: Int32, anywhere: Int32)] = [
            ("link-inside", 0, 0), ("link-folder/page.html", 0, 0), ("link-outside", EXDEV, 0),
            ("link-nowhere", ENOENT, ENOENT),
        ]
        for (path, inside, anywhere) in expected {
            for (rule, code) in [(OpenRule.withLinksInside, inside), (.withLinks, anywhere)] {
                let result = try open(&port, site.descriptor.rawValue, path, rule)
                #expect((result < 0 ? -result : 0) == code, "\(path) \(rule)")
                if result >= 0 { close(result) }
            }
        }
    }

    /// Links of /proc lead anywhere without being paths.
    @Test func magicLinksAreRefused() throws {
        let process = unsafe opendir("/proc/\(getpid())")
        guard let folder = unsafe process else { throw SystemError("open a folder of /proc") }
        defer { unsafe _ = closedir(folder) }
        var port = try CompletionPort(limits: .forTests())
        for path in ["exe", "fd/0", "root/etc/hostname", "cwd/."] {
            #expect(try open(&port, unsafe dirfd(folder), path) == -ELOOP, "\(path)")
        }
        // The same folder's plain files open.
        let status = try open(&port, unsafe dirfd(folder), "status")
        #expect(status >= 0)
        close(status)
    }

    @Test func whatIsOpenedIsForReadingAndNotInherited() throws {
        let site = try Self.site()
        var port = try CompletionPort(limits: .forTests())
        let number = try open(&port, site.descriptor.rawValue, "page.html")
        try #require(number >= 0)
        let file = Descriptor(owning: number)
        #expect(fcntl(file.rawValue, F_GETFL) & O_ACCMODE == O_RDONLY)
        #expect(fcntl(file.rawValue, F_GETFD) & FD_CLOEXEC != 0)
    }

    private func open(
        _ port: inout CompletionPort,
        _ directory: Int32,
        _ path: String,
        _ rule: OpenRule = .withoutLinks
    ) throws -> Int32 {
        guard let text = unsafe strdup(path) else { throw SystemError("copy a path") }
        unsafe port.open(beneath: directory, text, rule, key(6))
        let packet = try port.next()
        // The packet has come: the kernel is done with the path.
        unsafe free(text)
        #expect(packet.operation == .open)
        #expect(packet.key == key(6))
        return packet.result
    }
}
