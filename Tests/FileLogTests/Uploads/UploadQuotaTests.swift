/// The room for uploads: what is counted, and what is refused for want of it. Test threads.

import Platform
import Testing

@testable import FileLog

@Suite final class UploadQuotaTests {
    private typealias Amount = UploadQuota.Amount

    private static let disk = UploadQuota.DiskRoom(bytes: 10_000)
    private let start = Instant(nanoseconds: 1_000_000_000)
    private var quota: UploadQuota

    init() {
        var limits = FileLogLimits()
        limits.uploadFilesMax = 5
        limits.uploadFolderBytesMax = 1000
        limits.uploadFreeBytesMin = 2000
        quota = UploadQuota(limits)
    }

    private func judge(_ files: Int, _ bytes: Int, after seconds: Int = 0) -> UploadQuota.Verdict {
        quota.judge(Amount(files: files, bytes: bytes), Self.disk, now: start.advanced(by: .seconds(seconds)))
    }

    @Test func theFolderIsReadFirst() {
        #expect(judge(1, 10) == .countFirst)
        quota.counted(Amount(files: 4, bytes: 10), now: start)
        #expect(judge(1, 10) == .admitted)
        guard case .refused(.full) = judge(1, 10) else {
            Issue.record("one more was admitted")
            return
        }
    }

    @Test func whatIsOnItsWayCounts() {
        quota.counted(Amount(), now: start)
        #expect(judge(1, 600) == .admitted)
        guard case .refused(.full(let reason)) = judge(1, 600) else {
            Issue.record("600 more bytes were admitted")
            return
        }
        #expect(reason.contains("size_max is 1000"), "\(reason)")
        quota.abandon(Amount(files: 1, bytes: 600))
        #expect(judge(1, 600) == .admitted)
        quota.publish(Amount(files: 1, bytes: 600))
        #expect(quota.there == Amount(files: 1, bytes: 600) && quota.coming == Amount())
        quota.remove(Amount(files: 1, bytes: 600))
        #expect(judge(1, 1000) == .admitted)
    }

    /// The owner of the folder may have made room: it is looked for before anybody is refused, but not each time.
    @Test func removedFilesAreNoticed() {
        quota.counted(Amount(files: 5, bytes: 100), now: start)
        guard case .refused(.full) = judge(1, 1, after: 9) else {
            Issue.record("the folder was read a moment ago")
            return
        }
        #expect(judge(1, 1, after: 10) == .countFirst)
        quota.counted(Amount(files: 4, bytes: 80), now: start.advanced(by: .seconds(10)))
        #expect(judge(1, 1, after: 10) == .admitted)
    }

    @Test func whatNeverFitsIsTooLarge() {
        quota.counted(Amount(), now: start)
        for (files, bytes) in [(1, 1001), (6, 1)] {
            guard case .refused(.tooLarge) = judge(files, bytes, after: 100) else {
                Issue.record("\(files) files of \(bytes) bytes")
                continue
            }
        }
    }

    @Test func freeSpaceIsKept() {
        quota.counted(Amount(), now: start)
        for (room, isAdmitted) in [
            (UploadQuota.DiskRoom(bytes: 2099), false), (UploadQuota.DiskRoom(bytes: 2100), true),
            (UploadQuota.DiskRoom(bytes: 9999, files: 100, filesTotal: 1600), false),
            (UploadQuota.DiskRoom(bytes: 9999, files: 103, filesTotal: 1600), true),
            (UploadQuota.DiskRoom(bytes: 9999, files: 1026, filesTotal: 1 << 30), false),
            (UploadQuota.DiskRoom(bytes: 9999, files: 1028, filesTotal: 1 << 30), true),
        ] {
            var trial = quota
            let verdict = trial.judge(Amount(files: 3, bytes: 100), room, now: start)
            #expect((verdict == .admitted) == isAdmitted, "\(room): \(verdict)")
        }
        // What was admitted and is not written yet will need room as well.
        #expect(quota.judge(Amount(files: 1, bytes: 500), UploadQuota.DiskRoom(bytes: 2600), now: start) == .admitted)
        #expect(quota.judge(Amount(files: 1, bytes: 101), UploadQuota.DiskRoom(bytes: 2600), now: start) != .admitted)
    }
}
