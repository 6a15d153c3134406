/// The account that holds most, found in lists by rank. Test threads.

import Testing

@testable import Server

@Suite struct HoldingRanksTests {
    @Test func nobodyHoldsAnythingAtFirst() {
        let ranks = HoldingRanks()
        #expect(ranks.most() == nil)
        #expect(ranks[7] == 0)
        #expect(ranks.sum == 0)
    }

    @Test func ranksFollowTheNumbers() {
        for count in 1..<4096 { #expect(HoldingRanks.rank(count) <= HoldingRanks.rank(count + 1)) }
        for count in 1..<16 { #expect(HoldingRanks.rank(count) < HoldingRanks.rank(count + 1)) }
        for digits in 5..<63 {
            let power = 1 << digits
            #expect(HoldingRanks.rank(power - 1) < HoldingRanks.rank(power))
            #expect(HoldingRanks.rank(power) == HoldingRanks.rank(power + power / 8 - 1))
            #expect(HoldingRanks.rank(power) < HoldingRanks.rank(power + power / 8))
        }
        #expect(HoldingRanks.rank(.max) < 512)
    }

    @Test(arguments: [1, 2, 3])
    func whoIsFoundHoldsMost(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var ranks = HoldingRanks()
        var model = [Int](repeating: 0, count: 60)
        for _ in 0..<20_000 {
            let account = random.below(model.count)
            // Numbers of all lengths, and all of it given back now and then.
            let count = random.below(4) == 0 ? 0 : random.below(1 << (1 + random.below(40)))
            ranks.add(count - model[account], to: UInt32(account))
            model[account] = count
            let most = model.max() ?? 0
            guard let found = ranks.most() else {
                #expect(most == 0)
                continue
            }
            let held = model[Int(found)]
            #expect(most < 16 ? held == most : held * 9 > most * 8)
            #expect(ranks[found] == held)
        }
        #expect(ranks.sum == model.reduce(0, +))
    }

    /// One that holds more than all of its rank is found although it was the first to come.
    @Test func theMostOfAFewIsExact() {
        var ranks = HoldingRanks()
        ranks.add(1030, to: 0)
        for account in 1..<16 { ranks.add(1024, to: UInt32(account)) }
        #expect(ranks.most() == 0)
    }
}
