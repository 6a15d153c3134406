/// Readings of a folder that are shared, and the requests that each answers. Test threads.

import Testing

@testable import Server

@Suite struct FolderReaderTests {
    private static let policy = SitePolicy(SiteRules(), folder: 0, movedTo: "", firstRealm: 0)

    private func place(_ path: String) -> FolderSource.Place {
        FolderSource.Place(
            device: 1,
            inode: 2,
            mount: 3,
            path: Array(path.utf8),
            policy: ObjectIdentifier(Self.policy),
            entered: -1
        )
    }

    @Test func allWhoAskBeforeAReadingBeginsAreAnsweredByIt() {
        var readings = FolderReadings<Int>()
        let place = place("/a/")
        let starts = (0..<100).map { readings.ask(place, $0) }
        #expect(starts == [true] + Array(repeating: false, count: 99))
        #expect(readings.begin(place) == Array(0..<100))
        #expect(readings.end(place) == false)
        #expect(readings.count == 0)
    }

    /// The reading may have passed what has changed since.
    @Test func whoAsksWhileAReadingRunsIsAnsweredByTheNext() {
        var readings = FolderReadings<Int>()
        let place = place("/a/")
        #expect(readings.ask(place, 1) == true)
        #expect(readings.begin(place) == [1])
        #expect(readings.ask(place, 2) == false)
        #expect(readings.ask(place, 3) == false)
        #expect(readings.end(place) == true, "another is to be started, and only now")
        #expect(readings.ask(place, 4) == false, "it has not begun")
        #expect(readings.begin(place) == [2, 3, 4])
        #expect(readings.end(place) == false)
        #expect(readings.ask(place, 5) == true)
        #expect(readings.begun == 2)
    }

    @Test func foldersAreReadBesideEachOther() {
        var readings = FolderReadings<Int>()
        #expect(readings.ask(place("/a/"), 1) == true)
        #expect(readings.ask(place("/b/"), 2) == true)
        #expect(readings.begin(place("/b/")) == [2])
        #expect(readings.begin(place("/a/")) == [1])
        #expect(readings.end(place("/a/")) == false)
        #expect(readings.end(place("/b/")) == false)
    }

    @Test func whoWaitsForAReadingThatCannotStartIsTold() {
        var readings = FolderReadings<Int>()
        let place = place("/a/")
        #expect(readings.ask(place, 1) == true)
        #expect(readings.ask(place, 2) == false)
        #expect(readings.refuse(place) == [1, 2])
        #expect(readings.count == 0)
        #expect(readings.ask(place, 3) == true, "the next one is tried again")
    }
}
