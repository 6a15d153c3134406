/// Changes of which there are more than are read at once. Test threads.

import CPlatform
import Glibc
import Platform
import Testing

@testable import Server

@Suite(.serialized) struct UnreadReportsTests {
    /// Each change that is asked about is behind thousands of others.
    @Test func whatIsReportedAndNotReadIsNotStale() throws {
        var files = ["www/a.txt": "first", "other/a.txt": "other"]
        for name in 0..<200 { files["www/\(name)"] = "" }
        let site = try ServedSite(files) { $0.limits.watchReadsMax = 1 }
        let names = (0..<200).map { site.root + "/www/\($0)" }
        let times = [timespec](repeating: timespec(tv_sec: 1_750_000_000, tv_nsec: 0), count: 2)
        /// Events that are not merged, as each is of another file than the one before.
        func change() {
            for number in 0..<8000 { unsafe _ = utimensat(AT_FDCWD, names[number % 200], times, 0) }
        }
        for number in 0..<5 {
            for _ in 0..<2 { #expect(try site.ask("/a.txt").status == 200) }
            change()
            try site.write("www/a.txt", Array("\(number)".utf8))
            #expect(try site.ask("/a.txt").text == "\(number)")
            #expect(try site.ask("/a.txt").text == "\(number)")
            change()
            for (old, new) in [("www", "gone"), ("other", "www")] {
                guard unsafe rename(site.root + "/" + old, site.root + "/" + new) == 0 else {
                    throw SystemError("rename \(old)")
                }
            }
            #expect(try site.ask("/a.txt").text == "other")
            for (old, new) in [("www", "other"), ("gone", "www")] {
                guard unsafe rename(site.root + "/" + old, site.root + "/" + new) == 0 else {
                    throw SystemError("rename \(old)")
                }
            }
        }
    }
}
