/// Numbers with what they count. Test threads.

import Platform
import Testing

@Suite struct CountedTests {
    @Test(arguments: [(0, "0 lines"), (1, "1 line"), (2, "2 lines"), (-1, "-1 lines"), (101, "101 lines")])
    func oneIsNoPlural(number: Int, text: String) {
        #expect(number.counted("line") == text)
    }

    @Test func aPluralMayBeAnother() {
        #expect(1.counted("line is", "lines are") == "1 line is")
        #expect(2.counted("line is", "lines are") == "2 lines are")
    }
}
