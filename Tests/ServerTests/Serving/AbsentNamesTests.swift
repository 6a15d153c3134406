/// A guard answers for what an address could lead to, whether it is there or not. Test threads.

import Testing

@testable import Server

@Suite(.serialized) struct AbsentNamesTests {
    private static func site(_ guarding: String, _ symlinks: FileRules.Symlinks) throws -> ServedSite {
        let files = [
            "www/m/ada.html": "secret", "www/r/a.pdf": "secret", "www/r/a.pdf.gz": "secret",
            "www/f1/index.pdf": "secret", "www/i/x/index.html": "secret", "www/i/x/y": "secret",
        ]
        let site = try GuardTests.site(files, guarding: [guarding]) {
            $0.rules.files.cleanURLs = true
            $0.rules.files.index = ["index.html", "index.pdf"]
            $0.rules.files.symlinks = symlinks
        }
        site.link("www/all", to: ".")
        return site
    }

    /// By no status does a client without the password learn which of two addresses leads somewhere.
    @Test(
        arguments: [
            ("/m/*.html", "/m/ada", "/m/bob"), ("/m/*.html", "/m/ada.html", "/m/bob.html"),
            ("/m/???", "/m/ada.html", "/m/bob.html"), ("/m/???", "/m/ada.html.gz", "/m/bob.html.gz"),
            ("**.pdf", "/r/a.pdf.gz", "/r/b.pdf.gz"), ("**.pdf", "/f1/", "/f2/"), ("**.pdf", "/f1", "/f2"),
            ("/i/*/", "/i/x/index.html", "/i/y/index.html"), ("/i/*/", "/i/x/index", "/i/y/index"),
            ("/i/*/", "/i/x", "/i/y"), ("/i/*/**", "/i/x", "/i/y"), ("/404", "/404", "/404.html"),
        ],
        [FileRules.Symlinks.refuse, .follow]
    )
    func whatIsThereIsAskedForAsWhatIsNot(
        row: (guarding: String, there: String, missing: String),
        symlinks: FileRules.Symlinks
    ) throws {
        let site = try Self.site(row.guarding, symlinks)
        for prefix in symlinks == .follow ? ["", "/all"] : [""] {
            for target in [row.there, row.missing, row.there, row.missing] {
                let answer = try site.ask(prefix + target)
                #expect(answer.status == 401 && answer["Location"] == nil, "\(prefix + target): \(answer.status)")
            }
            #expect(try site.ask(prefix + row.missing, GuardTests.right).status == 404)
        }
        #expect(try site.ask("/open.html").text == "open")
        // Any address could be that of a folder whose index is a PDF.
        #expect(try site.ask("/none").status == (row.guarding == "**.pdf" ? 401 : 404))
    }

    /// The address is not a link's, and the file or the index that it would lead to is.
    @Test(arguments: ["/page", "/folder/", "/page.html", "/folder/index.html"])
    func aLinkToNothingIsAskedForByEachAddress(target: String) throws {
        let site = try Self.site("/private/**", .inside)
        site.makeFolder("www/folder")
        site.link("www/page.html", to: "private/none")
        site.link("www/folder/index.html", to: "../private/none")
        #expect(try site.ask(target).status == 401)
    }

    /// What is there and open stays so, beside guards of what could be there.
    @Test func whatIsOpenIsNotAskedForByOthers() throws {
        let site = try Self.site("**.pdf", .inside)
        #expect(try site.ask("/i/x/").text == "secret" && site.ask("/m/ada").text == "secret")
    }
}
