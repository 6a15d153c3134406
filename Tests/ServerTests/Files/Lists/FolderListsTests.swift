/// Lists of folders: the requests that each answers, and the bytes that count. Test threads.

import CompletionPort
import HTTP
import Testing

@testable import Server

@Suite struct FolderListsTests {
    private static func place(_ path: String, policy: UInt16 = 0, asksJSON: Bool = false) -> FolderLists.Place {
        FolderLists.Place(policy: policy, path: Array(path.utf8), asksJSON: asksJSON)
    }

    private static func key(_ slot: UInt32) -> CompletionKey { CompletionKey(slot: slot, generation: 1) }

    private static func list(_ name: String = "a") -> FolderList {
        let entry = FolderListing.Entry(name: Array(name.utf8), kind: .folder)
        return FolderList(FolderListing(path: Array("/".utf8), entries: [entry]), asksJSON: true)
    }

    private static let size = list().content.count

    /// A step, in words.
    private func ask(_ lists: inout FolderLists, _ place: FolderLists.Place, _ slot: UInt32, isWatched: Bool = true)
        -> (text: String, number: UInt64)
    {
        switch lists.ask(place, by: Self.key(slot), isWatched: isWatched) {
        case .kept: ("kept", 0)
        case .joined: ("joined", 0)
        case .read(let number): ("read", number)
        }
    }

    private func lists(_ count: Int = 4, sizeMax: Int = 10 * size) -> FolderLists {
        FolderLists(sizeMax: sizeMax, countMax: count)
    }

    @Test func allWhoAskShareAReadingAndThenItsList() {
        var lists = lists()
        let place = Self.place("/a/")
        let (step, number) = ask(&lists, place, 1)
        #expect(step == "read")
        #expect(ask(&lists, place, 2).text == "joined")
        #expect(ask(&lists, Self.place("/a/", asksJSON: true), 3).text == "read", "in another form")
        #expect(lists.ended(number, keeping: Self.list()) == [Self.key(1), Self.key(2)])
        #expect(ask(&lists, place, 4).text == "kept")
        #expect(lists.size == Self.size)
    }

    /// The readings of those who came before and after a change are two.
    @Test func aReadingDuringWhichSomethingChangesIsNotKept() {
        var lists = lists()
        let place = Self.place("/a/")
        let first = ask(&lists, place, 1).number
        lists.folderChanged(Array("/a/".utf8), policy: 0)
        let second = ask(&lists, place, 2)
        #expect(second.text == "read")
        #expect(lists.ended(first, keeping: Self.list("old")) == [Self.key(1)])
        #expect(lists.size == 0)
        #expect(ask(&lists, place, 3).text == "joined")
        #expect(lists.ended(second.number, keeping: Self.list()) == [Self.key(2), Self.key(3)])
        #expect(ask(&lists, place, 4).text == "kept")
    }

    @Test func aChangeEndsTheListsOfItsFolderAndNoOther() {
        var lists = lists()
        let places = [
            Self.place("/a/"), Self.place("/a/", asksJSON: true), Self.place("/b/"), Self.place("/a/", policy: 1),
        ]
        for place in places { _ = lists.ended(ask(&lists, place, 1).number, keeping: Self.list()) }
        lists.folderChanged(Array("/a/".utf8), policy: 0)
        #expect(places.map { ask(&lists, $0, 2).text } == ["read", "read", "kept", "kept"])
        lists.unlist { $0 == 1 }
        #expect(ask(&lists, places[2], 3).text == "kept")
        #expect(ask(&lists, places[3], 3).text == "read")
        lists.unlistAll()
        #expect(ask(&lists, places[2], 4).text == "read")
        #expect(lists.size == 0)
    }

    @Test func whatIsNotWatchedIsSharedWithNobodyWhoComesLater() {
        var lists = lists()
        let place = Self.place("/a/")
        let first = ask(&lists, place, 1, isWatched: false)
        let second = ask(&lists, place, 2, isWatched: false)
        #expect(first.text == "read" && second.text == "read")
        #expect(lists.ended(first.number, keeping: Self.list()) == [Self.key(1)])
        #expect(lists.size == 0 && lists.listedCount == 0)
    }

    @Test func aListIsCountedOnceAsLongAsItIsKeptOrSent() {
        var lists = lists()
        let list = Self.list()
        let place = Self.place("/a/")
        _ = lists.ended(ask(&lists, place, 1).number, keeping: list)
        for _ in 0..<3 { lists.hold(list) }
        #expect(lists.size == Self.size)
        lists.unlistAll()
        for _ in 0..<2 { lists.release(list) }
        #expect(lists.size == Self.size, "one is still sent it")
        lists.release(list)
        #expect(lists.size == 0)
    }

    @Test func whatIsOnlyKeptMakesRoomTheOldestFirst() {
        var lists = lists(sizeMax: 3 * Self.size)
        let places = ["/a/", "/b/", "/c/"].map { Self.place($0) }
        for place in places { _ = lists.ended(ask(&lists, place, 1).number, keeping: Self.list()) }
        #expect(ask(&lists, places[0], 1).text == "kept")
        _ = lists.ended(ask(&lists, Self.place("/d/"), 1).number, keeping: Self.list())
        #expect(places.map { ask(&lists, $0, 1).text } == ["kept", "read", "kept"])
        #expect(lists.size == 3 * Self.size)
    }

    @Test func whatIsSentIsNotDroppedAndWhatFindsNoRoomIsRefused() {
        var lists = lists(sizeMax: 2 * Self.size)
        let sent = [Self.list(), Self.list()]
        for list in sent {
            #expect(lists.makeRoom(for: list) == true)
            lists.hold(list)
        }
        #expect(lists.makeRoom(for: sent[0]) == true, "it is counted already")
        #expect(lists.makeRoom(for: Self.list()) == false)
        #expect(lists.ended(ask(&lists, Self.place("/a/"), 1).number, keeping: Self.list()).count == 1)
        #expect(lists.listedCount == 0)
        lists.release(sent[1])
        #expect(lists.makeRoom(for: Self.list()) == true)
    }

    @Test func onlySoManyAreKept() {
        var lists = lists(2)
        for path in ["/a/", "/b/", "/c/", "/d/"] {
            _ = lists.ended(ask(&lists, Self.place(path), 1).number, keeping: Self.list())
        }
        #expect(lists.listedCount == 2)
        #expect(lists.size == 2 * Self.size)
    }
}
