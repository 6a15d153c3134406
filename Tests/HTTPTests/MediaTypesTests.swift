/// The media types of files.

import HTTP
import Testing

@Suite struct MediaTypesTests {
    private let types = MediaTypes(
        own: ["FOO": "application/x-foo", "html": "text/html", "log": "text/x-log; charset=ascii"],
        system: Array(
            """
            # comment
            application/x-bar\t\tbar BAZ # bar
            text/x-new new
            text/wrong html
            application/late bar
            nonsense zzz
            application/none
            """.utf8
        )
    )

    @Test(arguments: [
        Case("foo", "application/x-foo"), Case("Foo", "application/x-foo"), Case("html", "text/html; charset=utf-8"),
        Case("log", "text/x-log; charset=ascii"), Case("bar", "application/x-bar"), Case("baz", "application/x-bar"),
        Case("new", "text/x-new; charset=utf-8"), Case("PNG", "image/png"), Case("css", "text/css; charset=utf-8"),
        Case("zzz", "application/octet-stream"), Case("", "application/octet-stream"),
    ])
    func anExtensionHasAType(_ line: Case<String>) {
        #expect(String(decoding: types.type(forExtension: Array(line.input.utf8)), as: UTF8.self) == line.expected)
    }
}
