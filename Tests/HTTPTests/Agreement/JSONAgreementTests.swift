/// JSON: what our reader takes SQLite takes, so that whatever is stored passes the table's check; and the other way round,
/// so that whatever is stored can be read. Test threads.

import HTTP
import Testing

@Suite struct JSONAgreementTests {
    private static let rounds = 50_000
    /// Parts of JSON, and what is nearly one.
    ///
    /// No NUL, and no bytes that are not UTF-8: SQLite does not look at those.
    private static let parts = [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\"a\"", "\"b\":", "0", "1", "-", "+", ".", "e", "E5", "1.5e-3",
        "true", "false",
        "null", "nul", "NaN", "Infinity", " ", "\n", "\t", "\r", "\u{b}", "\u{c}", "\u{a0}", "/**/", "'", "\\u0041",
        "\\ud800",
        "\\u12", "\\n", "\\x", "\u{1}", "\u{1f}", "\u{7f}", "é", "😀", "\u{2028}", "\\/", "\\\"", "0x1", "01", "-0",
        "{}", "[]", "\"\"",
    ].map { Array($0.utf8) }

    private static func isTaken(_ text: [UInt8]) -> Bool {
        JSONReaderTests.rejection(text, depthMax: 1000, lenient: true) == nil
    }

    @Test func theTablesOfTextsAreJudgedAlike() throws {
        let sqlite = try SQLiteJSON()
        let texts = JSONReaderTests.accepted.map { Array($0.utf8) } + JSONReaderTests.refused.map(\.text)
        for text in texts {
            // SQLite knows no byte order mark.
            if text.starts(with: [0xef, 0xbb, 0xbf]) || text.contains(0) { continue }
            guard String(validating: text, as: UTF8.self) != nil else { continue }
            #expect(sqlite.isValid(text) == Self.isTaken(text), "\(String(decoding: text, as: UTF8.self))")
        }
    }

    @Test func changedTextsAreJudgedAlike() throws {
        let sqlite = try SQLiteJSON()
        let samples = JSONReaderTests.accepted.filter { !$0.utf8.starts(with: [0xef, 0xbb, 0xbf]) }.map {
            Array($0.utf8)
        }
        var dice = Dice(seed: 8259)
        var taken = 0
        for round in 0..<Self.rounds {
            var text = samples[round % samples.count]
            for _ in 0..<Int.random(in: 1...3, using: &dice) {
                let place = Int.random(in: 0...text.count, using: &dice)
                if Bool.random(using: &dice) {
                    text.insert(contentsOf: Self.parts[Int.random(in: 0..<Self.parts.count, using: &dice)], at: place)
                } else {
                    let end = min(text.count, place + Int.random(in: 0...4, using: &dice))
                    text.removeSubrange(place..<end)
                }
            }
            guard !text.starts(with: [0xef, 0xbb, 0xbf]), String(validating: text, as: UTF8.self) != nil else {
                continue
            }
            let isTaken = Self.isTaken(text)
            taken += isTaken ? 1 : 0
            if sqlite.isValid(text) != isTaken {
                Issue.record("round \(round): \(String(decoding: text, as: UTF8.self).debugDescription): \(isTaken)")
            }
        }
        #expect(taken > Self.rounds / 20, "the changes must leave something good: \(taken)")
    }
}
