/// The list of a folder, as a page and as JSON.

import HTTP
import Testing

@Suite struct FolderListingTests {
    private func listing(_ names: [String], folders: Set<String> = []) -> FolderListing {
        FolderListing(
            path: Array("/a/".utf8),
            entries: names.map {
                FolderListing.Entry(
                    name: Array($0.utf8),
                    kind: folders.contains($0) ? .folder : .file(size: 1536, modified: 1_750_000_000)
                )
            }
        )
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func foldersComeFirstThenNamesInTheirOrder() {
        let json = listing(["b", "a", "z", "é"], folders: ["z"]).json
        #expect(
            text(json) == """
                [{"name":"z","type":"folder"},
                 {"name":"a","type":"file","size":1536,"modified":"2025-06-15T15:06:40Z"},
                 {"name":"b","type":"file","size":1536,"modified":"2025-06-15T15:06:40Z"},
                 {"name":"é","type":"file","size":1536,"modified":"2025-06-15T15:06:40Z"}]

                """
        )
    }

    @Test func aRowHasALinkADateAndASize() {
        let html = text(listing(["a b.txt"]).html)
        #expect(html.contains("<a href=\"a%20b.txt\">a b.txt</a><td>2025-06-15 15:06:40<td>1.5 KiB"))
        #expect(html.contains("<a href=\"../\">"))
        #expect(!text(FolderListing(path: Array("/".utf8), entries: []).html).contains("../"))
    }

    /// A folder's time changes without a report of the folder above it, so that a list which shows it would not stay true.
    @Test func aFoldersRowHasNoDate() {
        let html = text(listing(["sub"], folders: ["sub"]).html)
        #expect(html.contains("<tr><td><a href=\"sub/\">sub/</a><td><td>\n"))
    }

    /// A name is text, whatever it looks like.
    @Test(arguments: [
        ("\"><script>alert(1)</script>", "%22%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"), ("a\nb", "a%0Ab"), ("%2e%2e", "%252e%252e"),
        ("?x#y", "%3Fx%23y"), ("'&<>", "%27%26%3C%3E"),
    ])
    func aHostileNameIsOnlyAName(name: String, link: String) {
        let html = text(listing([name]).html)
        #expect(html.contains("href=\"\(link)\""))
        #expect(!html.contains("<script"))
        #expect(!html.contains("href=\"javascript:"))
        #expect(html.split(separator: "<tr><td>").count == 3)
    }

    @Test func aNameThatIsNotUTF8IsShownAsFarAsItIs() {
        let entry = FolderListing.Entry(name: [0x61, 0xFF, 0x0A, 0x22], kind: .file(size: 0, modified: -1))
        let listing = FolderListing(path: Array("/".utf8), entries: [entry])
        #expect(text(listing.html).contains("<a href=\"a%FF%0A%22\">a\u{fffd}\u{fffd}&quot;</a>"))
        #expect(text(listing.json).contains("\"name\":\"a\u{fffd}\\n\\\"\""))
        #expect(text(listing.json).contains("1969-12-31T23:59:59Z"))
    }

    @Test(arguments: [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (10 << 20, "10.0 MiB"), (5 << 40, "5 TiB")])
    func aSizeIsReadable(size: Int, text: String) {
        let entry = FolderListing.Entry(name: [0x61], kind: .file(size: UInt64(size), modified: 0))
        #expect(self.text(FolderListing(path: Array("/".utf8), entries: [entry]).html).contains("<td>\(text)\n"))
    }
}
