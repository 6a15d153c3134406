/// Shares of clients: accounts that live as long as they hold something, and the one that gives back. Test threads.

import FileLog
import Testing

@testable import Server

@Suite struct SharesTests {
    private func network(_ number: UInt32) -> ClientNetwork? {
        ClientNetwork(RemoteAddress(ipv4: 0x0A00_0000 + number, port: 80))
    }

    // MARK: Accounts

    @Test func anAccountLivesAsLongAsItHoldsSomething() {
        var shares = Shares(clients: 4)
        #expect(shares.account(of: network(1)) == .none)
        let account = shares.charge(network(1), .connections, 1)
        #expect(account != .none)
        shares.charge(account, .contents, 500)
        #expect(shares.charge(network(1), .exchanges, 2) == account)
        #expect(shares.account(of: network(1)) == account)
        shares.release(account, .connections, 1)
        shares.release(account, .contents, 500)
        shares.release(account, .exchanges, 1)
        #expect(shares.count == 1)
        #expect(shares.held(.exchanges, by: account) == 1)
        shares.release(account, .exchanges, 1)
        #expect(shares.count == 0)
        #expect(shares.account(of: network(1)) == .none)
    }

    @Test func addressesHaveAccountsOfTheirOwn() {
        var shares = Shares(clients: 4)
        let one = shares.charge(network(1), .contents, 10)
        let other = shares.charge(network(2), .contents, 20)
        #expect(one != other)
        #expect(shares.held(.contents, by: one) == 10)
        #expect(shares.held(.contents, by: other) == 20)
        #expect(shares.total(.contents) == 30)
        #expect(shares.total(.connections) == 0)
    }

    @Test func whoHasNoShareIsCountedInTheTotal() {
        var shares = Shares(clients: 4)
        #expect(shares.charge(nil, .contents, 10) == .none)
        #expect(shares.total(.contents) == 10)
        #expect(shares.count == 0)
        #expect(shares.holder(of: .contents) == nil)
        shares.release(.none, .contents, 10)
        #expect(shares.total(.contents) == 0)
    }

    @Test(arguments: [11, 12])
    func whatWasChargedCanBeReleasedInAnyOrder(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var shares = Shares(clients: 4)
        var held: [(account: Shares.Account, resource: SharedResource, count: Int, client: UInt32)] = []
        for _ in 0..<10_000 {
            if random.below(2) == 0 || held.isEmpty {
                let client = UInt32(random.below(30))
                let resource = try #require(SharedResource.allCases.randomElement(using: &random))
                let count = 1 + random.below(5000)
                let account = shares.charge(client == 0 ? nil : network(client), resource, count)
                held.append((account, resource, count, client))
            } else {
                let some = held.remove(at: random.below(held.count))
                shares.release(some.account, some.resource, some.count)
            }
            #expect(shares.count == Set(held.map(\.client)).subtracting([0]).count)
        }
        for resource in SharedResource.allCases {
            #expect(shares.total(resource) == held.filter { $0.resource == resource }.reduce(0) { $0 + $1.count })
        }
        for client in 1..<30 as Range<UInt32> {
            let account = shares.account(of: network(client))
            for resource in SharedResource.allCases {
                let own = held.filter { $0.client == client && $0.resource == resource }
                #expect(shares.held(resource, by: account) == own.reduce(0) { $0 + $1.count })
            }
        }
        for some in held { shares.release(some.account, some.resource, some.count) }
        #expect(shares.count == 0)
        #expect(SharedResource.allCases.allSatisfy { shares.total($0) == 0 && shares.holder(of: $0) == nil })
    }

    @Test func nobodyGivesBackWhatItDoesNotHold() async {
        await #expect(processExitsWith: .failure) {
            var shares = Shares(clients: 4)
            let account = shares.charge(ClientNetwork(RemoteAddress(ipv4: 1, port: 1)), .contents, 10)
            shares.release(account, .contents, 11)
        }
        await #expect(processExitsWith: .failure) {
            var shares = Shares(clients: 4)
            shares.release(.none, .contents, 1)
        }
    }

    // MARK: Deciding

    private func decide(_ shares: Shares, _ client: UInt32, _ count: Int, largest: Int = 1) -> Shares.Decision {
        shares.decide(shares.account(of: network(client)), wants: count, of: .calls, limit: 100, largest: largest)
    }

    @Test func oneAddressMayHaveAllWhileNobodyElseWantsIt() {
        var shares = Shares(clients: 4)
        let one = shares.charge(network(1), .calls, 99)
        #expect(decide(shares, 1, 1) == .take)
        shares.charge(one, .calls, 1)
        #expect(decide(shares, 1, 1) == .refuse)
    }

    @Test func whoHoldsMostGivesBackUntilBothHaveAsMuch() {
        var shares = Shares(clients: 4)
        let one = shares.charge(network(1), .calls, 100)
        var taken = 0
        while case .giveBack(let account) = decide(shares, 2, 1) {
            #expect(account == one)
            shares.release(account, .calls, 1)
            #expect(decide(shares, 2, 1) == .take)
            _ = shares.charge(network(2), .calls, 1)
            taken += 1
        }
        #expect(decide(shares, 2, 1) == .refuse)
        #expect(taken == 50)
        #expect(decide(shares, 1, 1) == .refuse)
    }

    @Test func aShareIsNeverLessThanOneOfTheLargestThing() {
        var shares = Shares(clients: 4)
        for client in 1...4 as ClosedRange<UInt32> { _ = shares.charge(network(client), .calls, 25) }
        #expect(decide(shares, 5, 1, largest: 25) == .refuse)
        let largest = shares.charge(network(3), .calls, 1)
        #expect(decide(shares, 5, 1, largest: 25) == .giveBack(from: largest))
    }

    /// With room for one of the largest thing, an address that holds more than half of it gives back.
    @Test func twoAddressesMeetInABudgetOfOne() {
        var shares = Shares(clients: 4)
        let one = shares.charge(network(1), .calls, 100)
        #expect(decide(shares, 2, 10, largest: 100) == .giveBack(from: one))
        shares.release(one, .calls, 50)
        _ = shares.charge(network(2), .calls, 50)
        #expect(decide(shares, 2, 10, largest: 100) == .refuse)
        #expect(decide(shares, 3, 10, largest: 100) == .refuse)
    }

    @Test func whoHasNoShareTakesAsOneWhoHoldsNothing() {
        var shares = Shares(clients: 4)
        let one = shares.charge(network(1), .calls, 60)
        _ = shares.charge(nil, .calls, 40)
        #expect(shares.decide(.none, wants: 1, of: .calls, limit: 100, largest: 1) == .giveBack(from: one))
    }

    @Test func whatNobodyInParticularHoldsIsAskedOfNobody() {
        var shares = Shares(clients: 4)
        _ = shares.charge(nil, .calls, 100)
        #expect(decide(shares, 1, 1) == .refuse)
    }
}
