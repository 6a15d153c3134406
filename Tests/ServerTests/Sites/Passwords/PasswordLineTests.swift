/// Whose password is compared next. Test threads.

import FileLog
import Testing

@testable import Server

@Suite struct PasswordLineTests {
    /// The client with an address of IPv4; `nil` for those that can't be told apart.
    private static func network(_ number: UInt32?) -> ClientNetwork? {
        number.flatMap { ClientNetwork(RemoteAddress(ipv4: $0, port: 1)) }
    }

    /// Addresses that have nothing in common.
    private static func strangers(_ numbers: ClosedRange<UInt32>) -> [ClientNetwork?] {
        numbers.map { network($0 << 8) }
    }

    private static func line(trusted: [ClientNetwork?] = [], doubtful: [ClientNetwork?] = []) -> PasswordLine {
        var line = PasswordLine()
        for network in trusted { line.append(network, isDoubtful: false) }
        for network in doubtful { line.append(network, isDoubtful: true) }
        return line
    }

    private static func drained(_ line: PasswordLine) -> [ClientNetwork?] {
        var line = line
        var networks: [ClientNetwork?] = []
        while let network = line.removeFirst() { networks.append(network) }
        #expect(line.isEmpty)
        return networks
    }

    @Test func eachHasItsTurnInTheOrderInWhichTheyCame() {
        let networks = Self.strangers(1...5) + [nil] + Self.strangers(6...9)
        #expect(Self.drained(Self.line(trusted: networks)) == networks)
        #expect(Self.drained(Self.line(doubtful: networks)) == networks)
        #expect(Self.drained(PasswordLine()) == [])
    }

    /// Three turns of others, then one of those that were wrong.
    @Test func everyFourthTurnIsADoubtfulOnes() {
        let (trusted, doubtful) = (Self.strangers(1...7), Self.strangers(11...13))
        let expected = trusted[..<3] + [doubtful[0]] + trusted[3..<6] + [doubtful[1], trusted[6], doubtful[2]]
        #expect(Self.drained(Self.line(trusted: trusted, doubtful: doubtful)) == Array(expected))
    }

    /// New addresses without end don't starve those that were wrong.
    @Test func addressesWithoutEndDoNotStarveTheDoubtful() {
        var line = Self.line(doubtful: Self.strangers(1...80))
        var doubtful = 0
        for number in 1000..<1400 as Range<UInt32> {
            for network in Self.strangers(number...number) { line.append(network, isDoubtful: false) }
            if case .some(.some(let network)) = line.removeFirst() {
                doubtful += Self.strangers(1...80).contains(network) ? 1 : 0
            }
        }
        #expect(doubtful == 80)
    }

    /// Turns that nobody waited for are not made up for.
    @Test func whoeverBecomesDoubtfulHasNoTurnToCatchUp() {
        var line = Self.line(trusted: Self.strangers(1...9))
        for _ in 0..<5 { _ = line.removeFirst() }
        for network in Self.strangers(20...20) { line.append(network, isDoubtful: true) }
        #expect(Self.drained(line) == Self.strangers(6...8) + Self.strangers(20...20) + Self.strangers(9...9))
    }

    /// However many addresses a wider network has, another's has its turn after one of them.
    @Test(arguments: [true, false]) func widerNetworksTakeTurns(isDoubtful: Bool) {
        var line = PasswordLine()
        for number in 0..<80 as Range<UInt32> {
            line.append(Self.network(0x7F00_0100 + number), isDoubtful: isDoubtful)
        }
        for network in Self.strangers(1...2) { line.append(network, isDoubtful: isDoubtful) }
        let order = Self.drained(line)
        let first = [Self.network(0x7F00_0100)] + Self.strangers(1...2) + [Self.network(0x7F00_0101)]
        #expect(Array(order[..<4]) == first && order.count == 82)
    }

    @Test func anAddressChangesItsKindAndLeaves() {
        let networks = Self.strangers(1...3)
        var line = Self.line(trusted: networks)
        line.append(networks[0], isDoubtful: true)
        line.append(networks[2], isDoubtful: false)
        #expect(Self.drained(line) == [networks[1], networks[2], networks[0]])
        line.append(networks[0], isDoubtful: false)
        #expect(Self.drained(line) == [networks[1], networks[2], networks[0]])
        for network in networks { line.remove(network) }
        #expect(line.isEmpty && Self.drained(line) == [])
    }
}
