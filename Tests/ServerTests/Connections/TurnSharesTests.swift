/// The shares of clients in the heads of a turn. Pure.

import Testing

@testable import Server

@Suite struct TurnSharesTests {
    private let one = Shares.Account(slot: 0)
    private let other = Shares.Account(slot: 1)

    @Test func eachHasAShare() {
        var shares = TurnShares(shareSize: 20)
        for account in [one, other] {
            for _ in 0..<2 {
                #expect(shares.mayRead(account))
                shares.note(account, 10)
            }
            #expect(!shares.mayRead(account))
        }
    }

    @Test func aHeadThatIsLargerThanTheShareIsReadOnce() {
        var shares = TurnShares(shareSize: 20)
        #expect(shares.mayRead(other))
        shares.note(other, 1000)
        #expect(!shares.mayRead(other))
        #expect(shares.mayRead(one))
    }

    @Test func clientsWithoutAShareAreRead() {
        var shares = TurnShares(shareSize: 20)
        for _ in 0..<100 {
            #expect(shares.mayRead(.none))
            shares.note(.none, 10)
        }
        #expect(shares.mayRead(one))
    }

    @Test func theNextTurnBeginsAnew() {
        var shares = TurnShares(shareSize: 20)
        shares.note(one, 20)
        #expect(!shares.mayRead(one))
        shares.beginTurn()
        #expect(shares.mayRead(one))
    }
}
