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

    /// Tools that copy files cut their times to what their archive or protocol holds.
    @Test(arguments: [1, 1000, 1_000_000, 100, 10_000_000, 1_000_000_000])
    func aTimeThatWasCutIsComparedWithAsManyDigits(unit: Int) {
        let nanoseconds = 987_654_321
        let original = content(seconds: 10, nanoseconds: nanoseconds).modified
        let cut = nanoseconds / unit * unit
        #expect(!content(seconds: 10, nanoseconds: cut).isOlder(than: original))
        guard unit > 1, cut > 0 else { return }
        #expect(content(seconds: 10, nanoseconds: cut - unit).isOlder(than: original))
    }

    @Test func timesBefore1970AreCutDownwards() {
        let original = content(seconds: -10, nanoseconds: 500).modified
        #expect(!content(seconds: -10, nanoseconds: 0).isOlder(than: original))
        #expect(content(seconds: -11, nanoseconds: 0).isOlder(than: original))
    }
}
