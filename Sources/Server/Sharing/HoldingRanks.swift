/// The holdings of accounts in one resource, and the account that holds most. Pure; the worker that owns it.
///
/// DESIGN. Accounts with about as much are in one list, their rank's, and a bit for each rank says whether there are any. A
/// change moves an account from list to list in constant time, and the account that holds most is in the highest list. Up to
/// fifteen a rank is one number; above, it has the numbers that agree in their first four binary digits, so that who is found
/// holds more than eight ninths of the most.

/// Numbers of what accounts hold, by the accounts' slots.
struct HoldingRanks {
    private struct Holding {
        var count = 0
        /// The neighbours in the list of its rank.
        var next = HoldingRanks.none
        var previous = HoldingRanks.none
    }

    /// No account: the end of a list.
    private static let none = UInt32.max

    private var holdings: [Holding] = []
    /// The first account of each rank.
    private var first = [UInt32](repeating: Self.none, count: Self.rankCount)
    /// A bit for each rank that has an account.
    private var occupied = [UInt64](repeating: 0, count: Self.rankCount / 64)
    /// The sum of all accounts' holdings.
    private(set) var sum = 0

    /// Ranks of numbers of 63 bits: 16, and 8 for each further binary digit, as whole words of bits.
    private static let rankCount = 512
    /// Accounts of the highest rank that are looked at for the one that holds most.
    private static let looksMax = 16

    /// The holding of an account.
    subscript(_ account: UInt32) -> Int {
        Int(account) < holdings.count ? holdings[Int(account)].count : 0
    }

    /// Changes what an account holds.
    ///
    /// - Precondition: nobody holds less than nothing.
    /// - Complexity: constant.
    mutating func add(_ change: Int, to account: UInt32) {
        while holdings.count <= Int(account) { holdings.append(Holding()) }
        let old = holdings[Int(account)].count
        let new = old + change
        precondition(new >= 0, "an account gives back what it holds")
        holdings[Int(account)].count = new
        sum += change
        let (oldRank, newRank) = (Self.rank(old), Self.rank(new))
        guard oldRank != newRank else { return }
        if old > 0 { unlink(account, oldRank) }
        if new > 0 { link(account, newRank) }
    }

    /// An account that holds most: exactly up to fifteen, and where at most 16 accounts have its rank; else nobody holds an
    /// eighth more.
    ///
    /// - Returns: `nil` when nobody holds anything.
    /// - Complexity: constant.
    func most() -> UInt32? {
        guard let word = occupied.lastIndex(where: { $0 != 0 }) else { return nil }
        var account = first[64 * word + 63 - occupied[word].leadingZeroBitCount]
        var most = account
        for _ in 1..<Self.looksMax {
            account = holdings[Int(account)].next
            guard account != Self.none else { break }
            if holdings[Int(account)].count > holdings[Int(most)].count { most = account }
        }
        return most
    }

    /// The rank of a number; that of nothing is in no list.
    static func rank(_ count: Int) -> Int {
        guard count >= 16 else { return count }
        let digits = Int.bitWidth - count.leadingZeroBitCount
        return 16 + 8 * (digits - 5) + (count >> (digits - 4)) - 8
    }

    private mutating func link(_ account: UInt32, _ rank: Int) {
        let next = first[rank]
        holdings[Int(account)].next = next
        holdings[Int(account)].previous = Self.none
        if next == Self.none {
            occupied[rank / 64] |= 1 << UInt64(rank % 64)
        } else {
            holdings[Int(next)].previous = account
        }
        first[rank] = account
    }

    private mutating func unlink(_ account: UInt32, _ rank: Int) {
        let (previous, next) = (holdings[Int(account)].previous, holdings[Int(account)].next)
        if next != Self.none { holdings[Int(next)].previous = previous }
        if previous != Self.none {
            holdings[Int(previous)].next = next
        } else {
            first[rank] = next
            if next == Self.none { occupied[rank / 64] &= ~(1 << UInt64(rank % 64)) }
        }
    }
}
