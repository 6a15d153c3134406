/// Shares the reading of heads in one turn of a worker among addresses. Pure; the worker that owns it.
///
/// DESIGN. A long head costs as much as a hundred short ones, and whatever came in a turn is answered before the next one
/// begins. So a turn reads `turnHeadsSize` of heads freely, and after that only so many bytes of each address: the rest waits
/// for the next turn, behind what others have sent meanwhile. Nothing is counted by address before, as clients with short
/// heads never get there.

struct TurnShares {
    private let shareSize: Int
    /// Bytes of heads beyond the free ones, by the slot of the account.
    private var counts: [UInt32: Int] = [:]

    /// - Parameter shareSize: bytes of heads that a turn reads of each address; the last head may go beyond.
    init(shareSize: Int) {
        self.shareSize = shareSize
    }

    mutating func beginTurn() {
        counts.removeAll(keepingCapacity: true)
    }

    /// True when another head of the client is read in this turn; always for clients that have no share.
    func mayRead(_ account: Shares.Account) -> Bool {
        account == .none || counts[account.slot, default: 0] < shareSize
    }

    /// A head of the client has been read.
    mutating func note(_ account: Shares.Account, _ size: Int) {
        if account != .none { counts[account.slot, default: 0] += size }
    }
}
