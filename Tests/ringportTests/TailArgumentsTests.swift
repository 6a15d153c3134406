/// The options of GNU tail, as `ringport tail` takes them. Test threads.

import Testing

@testable import ringport

@Suite struct TailArgumentsTests {
    private static func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

    @Test(arguments: [
        ("-5", "--lines=5"), ("-15f log", "--lines=15 --follow log"), ("-5l", "--lines=5"), ("-n -5", "--lines=-5"),
        ("-n5", "--lines=5"), ("-n +5", "--lines=+5"), ("-n=5", "--lines=5"), ("-fn 5", "--follow --lines=5"),
        ("-fn+5 log", "--follow --lines=+5 log"), ("-F", "-F"), ("-qF", "--quiet -F"), ("--lines -5", "--lines=-5"),
        ("--lines=+5", "--lines=+5"), ("--follow=name", "--follow"), ("-f", "--follow"),
        ("-s .5", "--sleep-interval=.5"),
        ("--silent", "--quiet"), ("-f -", "--follow -"), ("-", "-"), ("-- -5", "-- -5"), ("-h", "--help"),
        ("--status 4xx --json", "--status 4xx --json"), ("-x", "-x"), ("-n", "--lines"), ("+5", "+5"),
    ])
    func optionsOfGNUTailAreBroughtIntoOurs(given: String, parsed: String) throws {
        #expect(try TailArguments.translated(["tail"] + Self.words(given)) == ["tail"] + Self.words(parsed))
    }

    @Test(arguments: [
        "-c 5", "-c5", "-5c", "-fc 5", "--bytes=5", "-v", "--verbose", "-z", "--pid=1", "--follow=descriptor",
        "--max-unchanged-stats=5", "-F -", "--follow=name -",
    ])
    func whatIsNotFollowedIsRefusedWithItsReason(given: String) {
        #expect(throws: TailArguments.Refusal.self) {
            try TailArguments.translated(["tail"] + Self.words(given))
        }
    }

    @Test func otherCommandsKeepTheirArguments() throws {
        #expect(try TailArguments.translated(["serve", "-c", "-5"]) == ["serve", "-c", "-5"])
        #expect(try TailArguments.translated([]) == [])
    }
}
