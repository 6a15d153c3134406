/// The beginning of the view of a log. Test threads.

import Glibc
import Testing

@testable import FileLog

@Suite struct LogStartTests {
    @Test(arguments: [
        ("5", LogStart.last(5)), ("-5", .last(5)), ("0", .last(0)), ("-0", .last(0)), ("+5", .line(5)),
        ("+1", .line(1)),
        ("+0", .line(1)), ("99999999999999999999", .last(.max)), ("+99999999999999999999", .line(.max)),
    ])
    func aNumberIsReadAsGNUTailReadsIt(argument: String, start: LogStart) {
        #expect(LogStart(argument: argument) == start)
    }

    @Test(arguments: ["", "+", "-", "x", "5k", "--5", "+-5", "5 ", "٥", "0x5"])
    func whatIsNoNumberIsNone(argument: String) {
        #expect(LogStart(argument: argument) == nil)
    }

    @Test(arguments: [1, 2, 3, 700, 2999, 3000, 3001, 9000])
    func theLinesFromANumberOnAreFoundAcrossBlocks(number: Int) throws {
        let folder = try TemporaryFolder()
        let all = (0..<3000).map { "\($0) " + String(repeating: "x", count: $0 * 7 % 173) }
        append(all.joined(separator: "\n"), to: folder.file("log"))
        let file = try #require(try ReadableLog(path: folder.file("log")))
        try file.seek(to: .line(number)) { _ in true }
        var seen: [String] = []
        try file.readLines { line in seen.append(String(decoding: line.indices.map { line[$0] }, as: UTF8.self)) }
        #expect(seen == Array(all.dropFirst(number - 1)))
    }

    @Test func onlyLinesThatMatchAreCounted() throws {
        let folder = try TemporaryFolder()
        append((0..<50_000).map { "\($0)\n" }.joined(), to: folder.file("log"))
        let file = try #require(try ReadableLog(path: folder.file("log")))
        try file.seek(to: .line(8)) { line in
            line.count > 3 && line[line.count - 3] == 48 && line[line.count - 1] == 55
        }
        var first = ""
        try file.readLines { line in
            if first.isEmpty { first = String(decoding: line.indices.map { line[$0] }, as: UTF8.self) }
        }
        // The seventh is 1067; the eighth comes behind it.
        #expect(first == "1068")
    }

    @Test func theLastLinesOfAStreamAreKept() {
        for count in [0, 1, 3, 10, 11] {
            var lines = LastLines(count)
            for number in 0..<10 { lines.append("\(number)".utf8Span.span) }
            var seen: [String] = []
            lines.forEach { line in seen.append(String(decoding: line.indices.map { line[$0] }, as: UTF8.self)) }
            #expect(seen == (0..<10).suffix(count).map { "\($0)" })
        }
    }
}
