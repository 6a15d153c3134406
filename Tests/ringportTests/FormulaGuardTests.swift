/// The apostrophe in front of formulas: taken away again, every value is as it was sent. Test threads.

import Testing

@testable import ringport

@Suite struct FormulaGuardTests {
    private static func guarded(_ text: String) -> String {
        String(decoding: FormulaGuard.guarded(Array(text.utf8)), as: UTF8.self)
    }

    @Test(arguments: ["=1", "'=1", "''=1", "'\t", "'''@a", "'- milk", "' =1", "'\u{a0}=1", "'＝1"])
    func aFormulaBehindApostrophesGetsOneMore(text: String) {
        #expect(Self.guarded(text) == "'" + text)
    }

    @Test(arguments: ["", "'", "''", "'a", "'tis", "'-5", "'+49 30", "a'=1", "'é"])
    func anotherApostropheStaysAlone(text: String) {
        #expect(Self.guarded(text) == text)
    }

    /// The rule of the README: where apostrophes are followed by a formula, one of them is not the client's.
    @Test func oneApostropheLessIsTheValue() {
        let pieces = ["'", "=", "a", " ", "-", "1", "\t", "＝", ""]
        var all: Set<String> = []
        var cells: Set<String> = []
        for a in pieces {
            for b in pieces {
                for c in pieces {
                    for d in pieces {
                        let value = a + b + c + d
                        all.insert(value)
                        let cell = Self.guarded(value)
                        cells.insert(cell)
                        let bare = String(cell.drop { $0 == "'" })
                        let isGuarded = cell.first == "'" && Self.guarded(bare) != bare
                        #expect(String(isGuarded ? cell.dropFirst() : cell[...]) == value)
                    }
                }
            }
        }
        #expect(cells.count == all.count)
    }
}
