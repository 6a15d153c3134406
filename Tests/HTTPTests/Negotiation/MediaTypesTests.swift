/// The media types of files.

import Glibc
import HTTP
import Testing

@Suite struct MediaTypesTests {
    private let types = MediaTypes(
        own: ["FOO": "application/x-foo", "html": "text/html", "log": "text/x-log; charset=ascii", "up": "Text/X-Up"],
        system: Array(
            """
            # comment
            application/x-bar\t\tbar BAZ # bar
            text/x-new new
            text/wrong html
            application/late bar
            nonsense zzz
            application/x-wrong exe Img
            application/none
            """.utf8
        )
    )

    @Test(arguments: [
        Case("foo", "application/x-foo"), Case("Foo", "application/x-foo"), Case("html", "text/html; charset=utf-8"),
        Case("log", "text/x-log; charset=ascii"), Case("bar", "application/x-bar"), Case("baz", "application/x-bar"),
        Case("new", "text/x-new; charset=utf-8"), Case("PNG", "image/png"), Case("css", "text/css; charset=utf-8"),
        Case("up", "Text/X-Up; charset=utf-8"), Case("exe", "application/octet-stream"),
        Case("IMG", "application/octet-stream"), Case("zzz", "application/octet-stream"),
        Case("", "application/octet-stream"),
    ])
    func anExtensionHasAType(_ line: Case<String>) {
        #expect(String(decoding: types.type(forExtension: Array(line.input.utf8)), as: UTF8.self) == line.expected)
    }

    @Test(arguments: [
        Case("text/html; charset=utf-8", true), Case("Text/X-Up", true), Case("application/json", true),
        Case("application/json;a=b", true), Case("image/svg+xml", true), Case("application/ld+JSON", true),
        Case("application/wasm", true), Case("font/ttf", true), Case("font/otf", true), Case("image/bmp", true),
        Case("application/vnd.ms-fontobject", true), Case("image/x-icon", true), Case("font/woff2", false),
        Case("image/png", false), Case("video/mp4", false), Case("application/zip", false), Case("+xml", false),
        Case("application/octet-stream", false), Case("application/jsonx", false), Case("", false), Case("text", false),
    ])
    func someTypesGetSmallerByBeingCoded(_ line: Case<Bool>) {
        #expect(MediaType.isCompressible(Array(line.input.utf8).span) == line.expected)
    }

    private let byPath = MediaTypes(own: [
        "tar.gz": "application/x-tgz", "gz": "application/x-gz", "": "text/plain", "json": "application/x-json",
        "/.well-known/app": "application/json", "/.well-known/*": "text/x-known", "**/README": "text/markdown",
        "/docs/**": "text/x-docs", "/docs/a?c": "text/x-letter",
    ])

    @Test(arguments: [
        Case("/a.tar.gz", "application/x-tgz"), Case("/a.b.TAR.GZ", "application/x-tgz"),
        Case("/a.gz", "application/x-gz"),
        Case("/tar.gz", "application/x-gz"), Case("/a.tar.gz.png", "image/png"),
        Case("/v1.2.json", "application/x-json"),
        Case("/name", "text/plain; charset=utf-8"), Case("/a.b/name", "text/plain; charset=utf-8"),
        Case("/.hidden", "text/plain; charset=utf-8"), Case("/.a.json", "application/x-json"),
        Case("/a.unheard", "application/octet-stream"), Case("/.well-known/app", "application/json"),
        Case("/.well-known/x.png", "text/x-known; charset=utf-8"), Case("/.well-known/a/x.png", "image/png"),
        Case("/README", "text/markdown; charset=utf-8"), Case("/a/README", "text/markdown; charset=utf-8"),
        Case("/docs/x.json", "text/x-docs; charset=utf-8"), Case("/docs/abc", "text/x-letter; charset=utf-8"),
    ])
    func aPathOrTheLongestExtensionHasAType(_ line: Case<String>) {
        #expect(String(decoding: byPath.type(ofFile: Array(line.input.utf8).span), as: UTF8.self) == line.expected)
    }

    /// Debian's file, where there is one: what it alone knows is known, and what the table knows stays.
    @Test func theFileOfTheSystemIsUnderstood() {
        let types = MediaTypes(system: Self.systemFile)
        func type(_ name: String) -> String {
            String(decoding: types.type(forExtension: Array(name.utf8)), as: UTF8.self)
        }
        #expect(type("js") == "text/javascript; charset=utf-8")
        #expect(type("iso") == "application/octet-stream")
        #expect(type("ts") == "video/mp2t")
        guard !Self.systemFile.isEmpty else { return }
        #expect(type("ez") == "application/andrew-inset")
        #expect(type("EZ") == "application/andrew-inset")
        #expect(type("tex") == "text/x-tex; charset=utf-8")
    }

    /// Empty when this system has none.
    private static let systemFile: [UInt8] = {
        guard let file = unsafe fopen("/etc/mime.types", "re") else { return [] }
        defer { unsafe _ = fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        return Array(bytes.prefix(count))
    }()
}
