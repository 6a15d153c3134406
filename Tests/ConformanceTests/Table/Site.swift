/// The site that every server serves for the table. Test threads.

import Harness

enum Site {
    /// What `/text.txt` holds: 26 bytes.
    static let text = "abcdefghijklmnopqrstuvwxyz"
    /// When every file was last modified, as Last-Modified says it; see `TestSite.age`.
    static let modified = "Sun, 15 Jun 2025 15:06:40 GMT"
    /// The size of `/large.bin`, which is larger than what servers keep in one buffer.
    static let largeSize = 100_000

    static let files: [String: String] = [
        "index.html": "<!doctype html><title>index</title>\n",
        "first.txt": "first\n",
        "probe.txt": "probe\n",
        "text.txt": text,
        "empty.txt": "",
        "one.txt": "1",
        "large.bin": String(repeating: "0123456789", count: largeSize / 10),
        "sub/index.html": "<!doctype html><title>sub</title>\n",
        "sub/page.html": "<!doctype html><title>page</title>\n",
        "a b.txt": "blank",
        "größe.txt": "umlaut",
        "100%.txt": "percent",
        "q?.txt": "question",
        "plus+.txt": "plus",
        "(paren)'s!.txt": "paren",
        "style.css": "body{}\n",
        "app.js": "export {}\n",
        "data.json": "{}\n",
        "picture.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>\n",
        "picture.png": "not really a picture",
        "font.woff2": "not really a font",
        "program.wasm": "not really a program",
        "film.mp4": "not really a film",
        "paper.pdf": "not really a paper",
        "unheard.of": "nobody knows",
        ".env": "key\n",
        ".git/config": "key\n",
        ".well-known/security.txt": "Contact: mailto:a@example.org\n",
    ]

    /// A limit of 4 KiB for contents, which the peers have as well; the rest is as it comes.
    static let configuration = "[limits]\nbody_size_max = 4096\n"

    static func make() throws -> TestSite {
        try TestSite(files, configuration: configuration)
    }
}
