/// What tells one content of a file from another. Test threads.

import Glibc
import Testing

@testable import Server

@Suite struct FileContentTests {
    private func content(seconds: Int, nanoseconds: Int) -> FileContent {
        var attributes = stat()
        attributes.st_mtim = timespec(tv_sec: seconds, tv_nsec: nanoseconds)
        return FileContent(attributes)
    }

    @Test func aTimeWithoutAFractionIsComparedWithoutOne() {
        let original = content(seconds: 10, nanoseconds: 500).modified
        #expect(content(seconds: 10, nanoseconds: 499).isOlder(than: original))
        #expect(!content(seconds: 10, nanoseconds: 500).isOlder(than: original))
        #expect(!content(seconds: 10, nanoseconds: 0).isOlder(than: original), "brotli -k copies whole seconds")
        #expect(content(seconds: 9, nanoseconds: 0).isOlder(than: original))
        #expect(!content(seconds: 11, nanoseconds: 0).isOlder(than: original))
    }
}
