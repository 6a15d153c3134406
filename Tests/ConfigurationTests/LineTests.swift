/// In which lines the values of a document stand. Test threads.

import Testing

@testable import Configuration

@Suite struct LineTests {
    private func line(_ text: String, _ way: TOMLStep...) -> Int? { TOMLLines(text).lines[way] }

    @Test func aKeyHasTheLineOfItsTable() {
        let text = "[a]\nk = 1\n[b]\nk = 2\n"
        #expect(line(text, .name("a"), .name("k")) == 2)
        #expect(line(text, .name("b"), .name("k")) == 4)
        #expect(line(text, .name("b")) == 3)
    }

    @Test func dottedAndQuotedKeysAreWays() {
        let text = "a . \"b.c\" . 'd' = 1\n\n[ \"\\u0065\" . f ]\ng = 1\n"
        #expect(line(text, .name("a"), .name("b.c"), .name("d")) == 1)
        #expect(line(text, .name("e"), .name("f"), .name("g")) == 4)
    }

    @Test func eachTableOfAListHasItsLines() {
        let text = "[[a]]\nk=1\n[[a]]\nk=2\n[a.b]\nk=3\n[[a.c]]\nk=4\n[[a.c]]\nk=5\n[[a]]\n[[a.c]]\nk=6\n"
        #expect(line(text, .name("a"), .index(0), .name("k")) == 2)
        #expect(line(text, .name("a"), .index(1), .name("k")) == 4)
        #expect(line(text, .name("a"), .index(1), .name("b"), .name("k")) == 6)
        #expect(line(text, .name("a"), .index(1), .name("c"), .index(1), .name("k")) == 10)
        #expect(line(text, .name("a"), .index(2), .name("c"), .index(0), .name("k")) == 13)
    }

    @Test func stringsAndCommentsHideWhatIsInThem() {
        let text =
            "a = '''\nk = 1\n'''' # [b]\nb = \"\"\"\\\"\"\"\n\"\"\"\"\"\nk = [ # ]\n '[', \"]\", # ,\n { x = \"}\" }, 5\n]\nz = 1\n"
        #expect(line(text, .name("k")) == 6)
        #expect(line(text, .name("k"), .index(2), .name("x")) == 8)
        #expect(line(text, .name("k"), .index(3)) == 8)
        #expect(line(text, .name("z")) == 10)
        #expect(TOMLLines(text).lines.keys.count { $0.count == 1 } == 4)
    }
}
