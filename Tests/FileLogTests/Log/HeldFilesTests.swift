/// Letting go of the files of a followed log. Test threads.

import Testing

@testable import FileLog

@Suite struct HeldFilesTests {
    private static func file(_ letters: String) -> HeldFile {
        HeldFile(
            isEmpty: letters.contains("e"),
            isGone: letters.contains("g"),
            hasUnread: letters.contains("u"),
            isQuiet: letters.contains("q")
        )
    }

    /// Letters: empty, gone, unread, quiet.
    @Test(arguments: [
        ([""], []), (["eq"], []), (["gq"], []), (["egq"], [0]), (["eg"], []), (["gq", "e"], [0]), (["g", "e"], []),
        (["guq", "e"], []), (["q", "eq", "eq"], []), (["q", "egq", "eq", "egq"], [3, 1]),
    ])
    func aFileThatIsGoneAndQuietIsClosed(files: [String], closed: [Int]) {
        #expect(HeldFiles.surplus(files.map(Self.file), max: 16) == closed)
    }

    @Test func beyondTheMaximumThoseBetweenAreClosedWhatIsGoneFirst() {
        let files = ["", "e", "eg", "eu", "e", "e"].map(Self.file)
        #expect(HeldFiles.surplus(files, max: 5) == [2])
        #expect(HeldFiles.surplus(files, max: 4) == [2, 1])
        #expect(HeldFiles.surplus(files, max: 1) == [4, 2, 1], "what is unread stays")
    }
}
