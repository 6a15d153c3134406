/// The lane with most jobs. Test threads.

import Testing

@testable import HandlerPool

@Suite struct LaneRanksTests {
    @Test func oneWithMostIsFirst() {
        var random = SystemRandomNumberGenerator()
        var counts = (0..<10).map { _ in Int.random(in: 0..<5, using: &random) }
        var ranks = LaneRanks()
        for (lane, count) in counts.enumerated() { ranks.insert(lane, count) }
        for _ in 0..<10_000 {
            let lane = Int.random(in: 0..<10, using: &random)
            let change = counts[lane] == 0 || Bool.random(using: &random) ? 1 : -1
            ranks.move(lane, from: counts[lane], to: counts[lane] + change)
            counts[lane] += change
            let most = counts.max() ?? 0
            #expect(ranks.most == most)
            if most > 0 { #expect(counts[ranks.first] == most) }
        }
    }

    @Test func nobodyHasMostWhereNobodyHasAny() {
        var ranks = LaneRanks()
        ranks.insert(0, 0)
        #expect(ranks.most == 0)
        ranks.move(0, from: 0, to: 1)
        #expect(ranks.most == 1 && ranks.first == 0)
        ranks.move(0, from: 1, to: 0)
        #expect(ranks.most == 0)
    }
}
