/// The names of fields, counted in bounded memory. Test threads.

import Testing

@testable import ringport

@Suite struct FieldTallyTests {
    private static func tally(_ names: [String], namesMax: Int = 100, bytesMax: Int = 10_000) -> FieldTally {
        var tally = FieldTally(namesMax: namesMax, bytesMax: bytesMax)
        for name in names { tally.add(Array(name.utf8)) }
        return tally
    }

    private static func names(_ tally: FieldTally, _ max: Int) -> [String] {
        tally.mostFrequent(max).names.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func namesComeInTheOrderInWhichTheyFirstCame() {
        let tally = Self.tally(["b", "a", "c", "a", "c", "c"])
        #expect(Self.names(tally, 3) == ["b", "a", "c"])
        #expect(!tally.mostFrequent(3).isShort)
    }

    @Test func theRarestAreLeftOutAndOfEqualOnesTheLast() {
        let tally = Self.tally(["a", "b", "c", "d", "c", "d"])
        #expect(Self.names(tally, 3) == ["a", "c", "d"])
        #expect(tally.mostFrequent(3).isShort)
        #expect(Self.names(tally, 0) == [])
    }

    @Test func namesAreComparedByTheirBytes() {
        #expect(Self.tally(["\u{e9}", "e\u{301}", "a", "A", "a\0b", "a\0c", ""]).mostFrequent(10).names.count == 7)
    }

    @Test func aFrequentNameStaysAmongMoreNamesThanAreCounted() {
        // Every name but one comes once; that one comes more often than one time in ten.
        let names = (0..<1000).flatMap { $0 % 8 == 0 ? ["email", "x\($0)"] : ["x\($0)"] }
        let tally = Self.tally(names, namesMax: 10)
        #expect(Self.names(tally, 10).contains("email"))
        #expect(tally.mostFrequent(10).isShort)
        #expect(tally.mostFrequent(100).names.count <= 10)
    }

    @Test func aFrequentNameStaysAmongMoreBytesThanAreCounted() {
        let long = String(repeating: "long", count: 20)
        let names = (0..<1000).flatMap { $0 % 2 == 0 ? ["email", "\(long)\($0)"] : ["\(long)\($0)"] }
        let tally = Self.tally(names, bytesMax: 1000)
        #expect(Self.names(tally, 100).contains("email"))
        #expect(tally.mostFrequent(100).names.reduce(0) { $0 + $1.count } <= 1000)
        #expect(tally.mostFrequent(100).isShort)
    }

    @Test func whatCouldHeadNoColumnIsOneOfTheOthers() {
        var tally = FieldTally()
        tally.add([UInt8](repeating: 0x61, count: FieldTally.nameSizeMax))
        #expect(!tally.mostFrequent(10).isShort)
        for name in [[UInt8](repeating: 0x61, count: FieldTally.nameSizeMax + 1), [0xed, 0xa0, 0x80]] {
            tally.add(name)
            #expect(tally.mostFrequent(10).names.count == 1)
            #expect(tally.mostFrequent(10).isShort)
        }
    }

    @Test func beyondAFewNamesARareOneIsLeftOut() {
        let tally = Self.tally(["a", "b", "b", "c", "d", "d", "d", "b"])
        func names(_ max: Int, _ few: Int, _ least: Int) -> ([String], Bool) {
            let found = tally.mostFrequent(max, beyond: few, only: least)
            return (found.names.map { String(decoding: $0, as: UTF8.self) }, found.isShort)
        }
        #expect(names(10, 2, 2) == (["b", "d"], true))
        #expect(names(10, 1, 3) == (["b", "d"], true))
        #expect(names(10, 3, 2) == (["a", "b", "d"], true))
        #expect(names(10, 4, 100) == (["a", "b", "c", "d"], false))
        #expect(names(10, 0, 1) == (["a", "b", "c", "d"], false))
        #expect(names(1, 4, 1) == (["b"], true))
    }
}
