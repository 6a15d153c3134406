/// The file that answers for an address, by the rules of the site. Test threads.

import Testing

@testable import Server

@Suite(.serialized) struct NamesTests {
    @Test func theFirstIndexThatIsThereAnswersForAFolder() throws {
        let site = try ServedSite(["www/a/index.txt": "text", "www/b/index.html": "page", "www/b/index.txt": "text"]) {
            $0.rules.files.index = ["index.html", "index.txt"]
        }
        #expect(try site.ask("/a/").text == "text")
        #expect(try site.ask("/b/").text == "page")
        // A better index that comes later is seen.
        try site.write("www/a/index.html", Array("new".utf8))
        #expect(try site.ask("/a/").text == "new")
        #expect(try site.ask("/").status == 404)
    }

    @Test func aCleanAddressIsAnsweredByItsPage() throws {
        let site = try ServedSite([
            "www/about.html": "about", "www/docs/index.html": "docs", "www/both.html": "page", "www/both/x": "",
        ]) {
            $0.rules.files.cleanURLs = true
        }
        #expect(try site.ask("/about").text == "about")
        #expect(try site.ask("/about").text == "about")
        #expect(try site.ask("/about.html").text == "about")
        #expect(try site.ask("/both").text == "page")
        #expect(try site.ask("/docs")["Location"] == "docs/")
        #expect(try site.ask("/nothing").status == 404)
        try site.write("www/about.html", Array("changed".utf8))
        #expect(try site.ask("/about").text == "changed")
    }

    /// A redirection to `//` would name another host, and one to `/a//` nothing.
    @Test func aFolderWithTheNameOfAnIndexIsNoAddress() throws {
        let site = try ServedSite(["www/index.html/x": "", "www/a/index.html/x": "", "www/page.html/x": ""]) {
            $0.rules.files.cleanURLs = true
        }
        for target in ["/", "/a/", "/page"] {
            let answer = try site.ask(target)
            #expect(answer.status == 404 && answer["Location"] == nil, "\(target)")
        }
    }

    @Test func theFallbackAnswersForTheViewsOfAnApplication() throws {
        let site = try ServedSite(["www/index.html": "app", "www/app.js": "script"]) {
            $0.rules.files.fallback = "/index.html"
        }
        let view = try site.ask("/orders/17?x=1")
        #expect(view.status == 200 && view.text == "app")
        #expect(try site.ask("/app.js").text == "script")
        // A page in a missing script's place would only hide that it is missing.
        #expect(try site.ask("/missing.js").status == 404)
        #expect(try site.ask("/.git/config").status == 404)
    }

    @Test func aFallbackThatIsMissingIsMissing() throws {
        let site = try ServedSite(["www/a.html": "a"]) { $0.rules.files.fallback = "/index.html" }
        #expect(try site.ask("/view").status == 404)
    }

    @Test func aFolderIsListedWhenTheRulesSaySo() throws {
        let site = try ServedSite([
            "www/docs/b.txt": "bb", "www/docs/.hidden": "", "www/docs/a&b": "", "www/docs/sub/x": "",
            "www/has/index.html": "index",
        ]) {
            $0.rules.files.listing = true
        }
        let page = try site.ask("/docs/")
        #expect(page.status == 200 && page["Content-Type"] == "text/html; charset=utf-8" && page["Vary"] == "Accept")
        #expect(page.text.contains("<a href=\"b.txt\">b.txt</a>") && page.text.contains("a&amp;b"))
        #expect(!page.text.contains("hidden"))
        let json = try site.ask("/docs/", "Accept: application/json")
        #expect(json["Content-Type"] == "application/json")
        #expect(json.text.contains("{\"name\":\"sub\",\"type\":\"folder\""))
        #expect(json.text.contains("\"size\":2"))
        #expect(try site.ask("/has/").text == "index")
        #expect(try site.ask("/docs")["Location"] == "docs/")
        #expect(try site.ask("/nothing/").status == 404)
        let head = try site.ask("/docs/", method: "HEAD")
        #expect(head.status == 200 && head.body.isEmpty && head["Content-Length"] == page["Content-Length"])
    }

    /// Lists that clients don't take stay in memory: so many at a time, and no more.
    @Test func listsAreCountedWithWhatAWorkerHolds() throws {
        var files = ["www/few/a.txt": "a"]
        for number in 0..<400 { files["www/many/\(number).txt"] = "" }
        let site = try ServedSite(files) {
            $0.rules.files.listing = true
            $0.limits.listsSizeMax = 20_000
        }
        for _ in 0..<40 { #expect(try site.ask("/few/").status == 200) }
        let refused = try site.ask("/many/")
        #expect(refused.status == 503 && refused["Retry-After"] != nil)
        #expect(try site.ask("/few/").status == 200)
    }

    @Test func hiddenNamesAreServedWhenTheRulesSaySo() throws {
        let files = ["www/.config": "hidden", "www/.well-known/x": "known"]
        let site = try ServedSite(files)
        #expect(try site.ask("/.config").status == 404)
        #expect(try site.ask("/.well-known/x").text == "known")
        let open = try ServedSite(files) { $0.rules.files.hidden = true }
        #expect(try open.ask("/.config").text == "hidden")
    }

    @Test(arguments: FileRules.Symlinks.allCases)
    func linksAreFollowedAsFarAsTheRulesSay(rule: FileRules.Symlinks) throws {
        let site = try ServedSite(["www/sub/page": "inside", "outside": "outside"]) { $0.rules.files.symlinks = rule }
        site.link("www/inner", to: "sub/page")
        site.link("www/outer", to: "../outside")
        site.link("www/folder", to: "sub")
        #expect(try site.ask("/inner").status == (rule == .refuse ? 404 : 200))
        #expect(try site.ask("/folder/page").status == (rule == .refuse ? 404 : 200))
        #expect(try site.ask("/outer").status == (rule == .follow ? 200 : 404))
        // What a link leads to changes unseen, so it is read anew each time.
        guard rule != .refuse else { return }
        try site.write("www/sub/page", Array("changed".utf8))
        #expect(try site.ask("/inner").text == "changed")
    }

    @Test func aPageOfTheSiteAnswersWhatIsMissing() throws {
        let site = try ServedSite(["www/404.html": "gone"]) {
            $0.rules.fields = [FieldRule(path: "/**", name: "Cache-Control", value: "max-age=31536000")]
        }
        let answer = try site.ask("/nothing")
        #expect(answer.status == 404 && answer.text == "gone")
        // How long the page may be kept is not how long the failure may be.
        #expect(answer["Cache-Control"] == nil)
        #expect(try site.ask("/404.html")["Cache-Control"] == "max-age=31536000")
    }

    @Test func aPageThatComesLaterIsSeen() throws {
        let site = try ServedSite(["www/index.html": ""])
        #expect(try site.ask("/nothing").text.contains("404"))
        try site.write("www/404.html", Array("gone".utf8))
        #expect(try site.ask("/nothing").text == "gone")
    }
}
