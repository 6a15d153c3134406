/// Lists of folders: every name that is listed can be fetched, and every link that is served is listed. Test threads.

import Glibc
import Platform
import Testing

@testable import Server

@Suite(.serialized) struct ListedNamesTests {
    private static let names = [
        "plain.txt", "a b", " leading", "trailing ", "question?.txt", "hash#.txt", "100%.txt", "%41", "back\\slash",
        "http:x", "a:b", "quote\"'", "<b>", "&amp;", "~x", "ümläut", "\u{85}", "\u{202E}txt", "*", "[x]", "{y}", "|",
        "^", "`",
        "--", "a;b=c", "plus+", "x.html", "x.gz",
    ]
    private static let unnamable: [[UInt8]] = [
        [0x66, 0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], Array("new\nline".utf8), Array("tab\t".utf8), [0x1b, 0x5b],
        [0x7f],
    ]

    private func nastySite(_ links: FileRules.Symlinks = .refuse) throws -> ServedSite {
        let site = try ServedSite(["www/index.html": "", "outside/y": "outside"]) {
            $0.rules.files.listing = true
            $0.rules.files.symlinks = links
        }
        for name in Self.names {
            try site.write("www/list/\(name)", Array(name.utf8))
            try site.write("www/folders/\(name)/inner", Array(name.utf8))
        }
        return site
    }

    /// What a page's links lead to.
    private func links(_ page: String) -> [String] {
        page.matches(of: /href="([^"]*)"/).map { String($0.output.1) }.filter { $0 != "../" }
    }

    @Test func everyNameThatIsListedCanBeFetched() throws {
        let site = try nastySite()
        for name in Self.unnamable {
            let path = Array((site.root + "/www/list/").utf8) + name + [0]
            // Ended by the NUL that was appended.
            let number = unsafe path.withUnsafeBytes { bytes -> Int32 in
                guard let start = unsafe bytes.bindMemory(to: CChar.self).baseAddress else { return -1 }
                return unsafe creat(start, 0o644)
            }
            try #require(number >= 0)
            _ = Descriptor(owning: number)
        }
        #expect(unsafe mkfifo(site.root + "/www/list/fifo", 0o644) == 0)
        let list = links(try site.ask("/list/").text)
        #expect(list.count == Self.names.count)
        var fetched: Set<String> = []
        for link in list {
            let answer = try site.ask("/list/" + link)
            #expect(answer.status == 200, "\(link)")
            fetched.insert(answer.text)
        }
        #expect(fetched == Set(Self.names))
        let json = try site.ask("/list/", "Accept: application/json").text
        #expect(json.matches(of: /"name":/).count == Self.names.count)
        let folders = links(try site.ask("/folders/").text)
        #expect(folders.count == Self.names.count)
        for link in folders {
            #expect(link.hasSuffix("/"))
            #expect(try site.ask("/folders/" + link + "inner").status == 200, "\(link)")
            // The address without its slash leads there as well.
            let moved = try site.ask("/folders/" + link.dropLast())
            #expect(moved.status == 308 && moved["Location"] == link)
        }
    }

    @Test(arguments: FileRules.Symlinks.allCases)
    func everyLinkThatIsServedIsListed(rule: FileRules.Symlinks) throws {
        let site = try nastySite(rule)
        site.makeFolder("www/links")
        let targets = [
            "inside": "../list/plain.txt", "folder": "../list", "outer": "../../outside/y",
            "outerFolder": "../../outside",
            "broken": "nowhere", "loop": "loop", "absolute": site.root + "/www/list/plain.txt",
        ]
        for (name, target) in targets { site.link("www/links/" + name, to: target) }
        let found = Set(links(try site.ask("/links/").text))
        let expected: Set<String> =
            switch rule {
            case .refuse: []
            case .inside: ["inside", "folder/"]
            case .follow: ["inside", "folder/", "outer", "outerFolder/", "absolute"]
            }
        #expect(found == expected)
        for name in targets.keys {
            for link in [name, name + "/"] {
                let isServed = try site.ask("/links/" + link).status == 200
                #expect(isServed == found.contains(link), "\(link)")
            }
        }
    }
}
