/// The time for which a site's folder is missing, and when that is said. Pure, any thread.

import Glibc
import Platform
import Testing

@testable import Server

@Suite struct RootPathTests {
    private func path() throws -> RootPath {
        RootPath(SiteFolder(path: "/srv/www", descriptor: Descriptor.Shared(try SiteFolders.open("/"))))
    }

    @Test func anAbsenceCountsFromItsFirstMomentAndIsSaidOnce() throws {
        var path = try path()
        let limits = Limits()
        let first = Instant(nanoseconds: 1_000_000_000)
        #expect(path.absenceEnd(limits) == nil)
        path.missing(since: first, SystemError(ENOENT, "open"))
        path.missing(since: first.advanced(by: .milliseconds(700)), SystemError(ENOENT, "open"))
        #expect(path.absenceEnd(limits) == first.advanced(by: limits.siteAbsenceDuration))
        #expect(path.absence?.unsaid == SystemError(ENOENT, "open"))
        path.absence?.unsaid = nil
        path.missing(since: first.advanced(by: .seconds(5)), SystemError(ENOENT, "open"))
        #expect(path.absence != nil && path.absence?.unsaid == nil)
    }

    /// What is of the machine's moment is over without an event; what is of the names brings one.
    @Test func onlyAnAbsenceOfNamesIsReported() throws {
        for code in [ENOENT, ENOTDIR, ELOOP, EACCES, ENAMETOOLONG] {
            var path = try path()
            path.missing(since: Instant(nanoseconds: 0), SystemError(code, "open"))
            #expect(!path.isUnsettled, "\(code)")
        }
        for code in [EMFILE, ENFILE, ENOMEM, EINTR, EIO, ESTALE] {
            var path = try path()
            #expect(!path.isUnsettled)
            path.missing(since: Instant(nanoseconds: 0), SystemError(code, "open"))
            #expect(path.isUnsettled, "\(code)")
            // The reason that it has by now counts, though the first is said.
            path.missing(since: Instant(nanoseconds: 1), SystemError(ENOENT, "open"))
            #expect(!path.isUnsettled && path.absence?.unsaid == SystemError(code, "open"))
        }
    }

    @Test func theNextAbsenceIsAnother() throws {
        var path = try path()
        path.missing(since: Instant(nanoseconds: 0), SystemError(ENOENT, "open"))
        path.absence = nil
        let second = Instant(nanoseconds: 9_000_000_000)
        path.missing(since: second, SystemError(EACCES, "open"))
        #expect(path.absence?.unsaid == SystemError(EACCES, "open"))
        #expect(path.absenceEnd(Limits()) == second.advanced(by: .seconds(1)))
    }
}
