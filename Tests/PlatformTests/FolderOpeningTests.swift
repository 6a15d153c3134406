/// Files beneath a folder, opened in one step and name by name: the same files and the same refusals. Test threads.

import CPlatform
import Glibc
import Testing

@testable import Platform

@Suite final class FolderOpeningTests {
    private let path: String
    private let folder: Descriptor

    init() throws {
        var template = Array("/tmp/ringport-opening-XXXXXX".utf8CString)
        guard let made = unsafe mkdtemp(&template) else { throw SystemError("make a folder") }
        path = unsafe String(cString: made)
        unsafe mkdir(path + "/site", 0o755)
        unsafe mkdir(path + "/site/sub", 0o755)
        unsafe mkdir(path + "/site/sub/deep", 0o755)
        unsafe mkdir(path + "/other", 0o755)
        for name in ["site/page.html", "site/sub/page.html", "site/sub/deep/x", "other/secret"] {
            close(unsafe ringport_open(path + "/" + name, O_CREAT | O_WRONLY, 0o644))
        }
        unsafe mkfifo(path + "/site/pipe", 0o644)
        let links = [
            "inside": "page.html", "outside": path + "/other/secret", "up": "../other", "folder": "sub",
            "nowhere": "none", "round": "round", "chain": "chained", "chained": "sub/deep/../page.html", "dot": ".",
            "slash": "sub/", "absolute": path + "/site/sub", "sub/parent": "..",
        ]
        for (name, target) in links { unsafe symlink(target, path + "/site/" + name) }
        let number = unsafe ringport_open(path + "/site", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard number >= 0 else { throw SystemError("open a folder") }
        folder = Descriptor(owning: number)
    }

    deinit {
        let others = ["sub/deep/x", "sub/page.html", "sub/parent", "page.html", "pipe"]
        let links = [
            "inside", "outside", "up", "folder", "nowhere", "round", "chain", "chained", "dot", "slash", "absolute",
        ]
        for name in others + links { unsafe unlink(path + "/site/" + name) }
        unsafe unlink(path + "/other/secret")
        for name in ["/site/sub/deep", "/site/sub", "/site", "/other", ""] { unsafe rmdir(path + name) }
    }

    static let paths = [
        "page.html", "./page.html", "sub/page.html", "sub//page.html", "sub/./page.html", "sub/../page.html", "sub",
        "sub/", ".", "./", "sub/deep/../..", "sub/deep/x", "pipe", "missing", "missing/", "sub/missing/x",
        "page.html/", "page.html/x", "", "/", "..", "../other/secret", "sub/../../other/secret", "sub/../..",
        "/etc/hostname", "inside", "inside/", "inside/x",
        "outside", "up", "up/secret", "folder", "folder/", "folder/page.html", "folder/../page.html", "nowhere",
        "nowhere/x",
        "round", "round/x", "chain", "dot", "dot/page.html", "slash", "slash/page.html", "absolute/page.html",
        "sub/parent", "sub/parent/page.html", "folder/parent/sub/page.html", String(repeating: "n", count: 300),
        String(repeating: "sub/../", count: 300) + "page.html",
    ]

    @Test(arguments: paths) func aWalkEndsWhereOneStepDoes(name: String) throws {
        try #require(FolderOpening.isInOneStep, "this machine has nothing to compare with")
        for rule in [OpenRule.withoutLinks, .withLinks] {
            for purpose in [OpeningPurpose.reading, .naming] {
                let step = open(name, rule, purpose, walks: false)
                let walk = open(name, rule, purpose, walks: true)
                #expect(step == walk, "\(rule) \(purpose)")
            }
        }
    }

    /// Links of /proc lead anywhere without being paths.
    @Test func linksOfProcessesAreNotFollowed() throws {
        let number = unsafe ringport_open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        try #require(number >= 0)
        let process = Descriptor(owning: number)
        for name in ["exe", "root/etc/hostname", "cwd/.", "fd/0"] {
            for rule in [OpenRule.withoutLinks, .withLinks] {
                let result = FolderOpening.open(beneath: process.rawValue, text(name), rule, .reading, walks: true)
                #expect(result == -ELOOP, "\(name)")
            }
        }
    }

    @Test func linksInsideAreNotWalked() {
        #expect(open("inside", .withLinksInside, .reading, walks: true) == .refused(ENOSYS))
    }

    @Test func whatIsOpenedIsNotInherited() {
        for purpose in [OpeningPurpose.reading, .naming] {
            let name = text("sub/page.html")
            let number = FolderOpening.open(beneath: folder.rawValue, name, .withoutLinks, purpose, walks: true)
            #expect(fcntl(number, F_GETFD) & FD_CLOEXEC != 0)
            close(number)
        }
    }

    // MARK: Outcomes

    enum Outcome: Equatable {
        case file(inode: UInt64, flags: Int32)
        case refused(Int32)
    }

    private func text(_ path: String) -> [CChar] { path.utf8.map { CChar(bitPattern: $0) } + [0] }

    private func open(_ path: String, _ rule: OpenRule, _ purpose: OpeningPurpose, walks: Bool) -> Outcome {
        let number = FolderOpening.open(beneath: folder.rawValue, text(path), rule, purpose, walks: walks)
        guard number >= 0 else { return .refused(-number) }
        let file = Descriptor(owning: number)
        var status = stat()
        unsafe fstat(file.rawValue, &status)
        // O_NOFOLLOW stays among the flags of what was opened by name.
        let told = O_ACCMODE | O_NONBLOCK | RINGPORT_O_PATH
        return .file(inode: UInt64(status.st_ino), flags: fcntl(file.rawValue, F_GETFL) & told)
    }
}
