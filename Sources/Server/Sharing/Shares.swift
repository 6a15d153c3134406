/// The holdings of clients in shared resources, by address, and the choice of the address that gives some back. Pure;
/// the worker that owns it.
///
/// DESIGN. While there is some left, one address may have all of it. When an address wants some and none is left, the address
/// that holds most gives back, as long as it keeps more than the other will have, and more than one of the largest thing
/// allowed. Each worker counts its own, so there is no lock. What an address holds is counted in an account, which a connection
/// or an exchange has as a handle: charging it looks nothing up. A cached file is answered without a charge.
///
/// An account lives as long as it holds something, so there are never more than there are things held, each of which has a
/// limit of its own.

/// The accounts of a worker's clients.
struct Shares {
    /// A client's account, as long as it holds something; `none` for clients that have no share, and for those that hold
    /// nothing.
    struct Account: Equatable {
        let slot: UInt32

        /// Nobody in particular: what is charged to it counts in the total, and nobody can be asked to give it back.
        static let none = Account(slot: .max)
    }

    /// The answer to a client that wants some of a resource.
    enum Decision: Equatable {
        /// There is some left.
        case take
        /// There is some when this account has given back; it is asked again after that.
        case giveBack(from: Account)
        /// Nobody has more than the client would have.
        case refuse
    }

    private struct Entry {
        let network: ClientNetwork
        /// Resources of which it holds some.
        var kinds = 0
    }

    private var slots: [ClientNetwork: UInt32] = [:]
    private var entries: [Entry?] = []
    private var freeSlots: [UInt32] = []
    /// By the number of the resource.
    private var ranks = SharedResource.allCases.map { _ in HoldingRanks() }
    /// By the number of the resource: what is held by those who have no share.
    private var unshared = SharedResource.allCases.map { _ in 0 }

    /// - Parameter clients: so many find room without a move of the table.
    init(clients: Int) {
        slots.reserveCapacity(clients)
    }

    // MARK: What is held

    /// Accounts that hold something.
    var count: Int { slots.count }

    /// The holdings of all clients in a resource, those without a share included.
    func total(_ resource: SharedResource) -> Int {
        ranks[resource.rawValue].sum + unshared[resource.rawValue]
    }

    /// The holding of a client in a resource; 0 for clients that have no share.
    func held(_ resource: SharedResource, by account: Account) -> Int {
        ranks[resource.rawValue][account.slot]
    }

    /// The account of a client; `none` when it has no share or holds nothing.
    func account(of client: ClientNetwork?) -> Account {
        client.flatMap { slots[$0] }.map(Account.init) ?? .none
    }

    // MARK: Charging

    /// Charges a client that may have no account yet.
    ///
    /// - Parameters:
    ///   - client: `nil` for one that has no share.
    ///   - resource: what it takes.
    ///   - count: so many, or so many bytes; at least one.
    /// - Returns: its account, which lives until as much has been released.
    /// - Complexity: constant.
    mutating func charge(_ client: ClientNetwork?, _ resource: SharedResource, _ count: Int) -> Account {
        precondition(count > 0, "an account lives by what it holds")
        guard let client else {
            charge(Account.none, resource, count)
            return .none
        }
        let account = Account(slot: slots[client] ?? open(client))
        charge(account, resource, count)
        return account
    }

    /// Charges an account that lives.
    ///
    /// - Complexity: constant.
    mutating func charge(_ account: Account, _ resource: SharedResource, _ count: Int) {
        precondition(count >= 0, "what is given back is released")
        guard count > 0 else { return }
        guard account != .none else {
            unshared[resource.rawValue] += count
            return
        }
        precondition(entries[Int(account.slot)] != nil, "an account that holds nothing is looked up anew")
        if ranks[resource.rawValue][account.slot] == 0 { entries[Int(account.slot)]?.kinds += 1 }
        ranks[resource.rawValue].add(count, to: account.slot)
    }

    /// Gives back what was charged; an account that holds nothing afterwards is closed, and its handle is void.
    ///
    /// - Precondition: as much was charged to the account.
    /// - Complexity: constant.
    mutating func release(_ account: Account, _ resource: SharedResource, _ count: Int) {
        precondition(count >= 0, "what is taken is charged")
        guard count > 0 else { return }
        guard account != .none else {
            unshared[resource.rawValue] -= count
            precondition(unshared[resource.rawValue] >= 0, "what was never charged is not released")
            return
        }
        ranks[resource.rawValue].add(-count, to: account.slot)
        guard ranks[resource.rawValue][account.slot] == 0 else { return }
        entries[Int(account.slot)]?.kinds -= 1
        if entries[Int(account.slot)]?.kinds == 0 { close(account.slot) }
    }

    private mutating func open(_ client: ClientNetwork) -> UInt32 {
        let slot = freeSlots.popLast() ?? UInt32(entries.count)
        if Int(slot) == entries.count { entries.append(nil) }
        entries[Int(slot)] = Entry(network: client)
        slots[client] = slot
        return slot
    }

    private mutating func close(_ slot: UInt32) {
        guard let entry = entries[Int(slot)] else { preconditionFailure("an account is closed once") }
        slots[entry.network] = nil
        entries[Int(slot)] = nil
        freeSlots.append(slot)
    }

    // MARK: Deciding

    /// The account that holds most of a resource; `nil` when nobody who has a share holds any.
    ///
    /// - Complexity: constant; what is found holds more than eight ninths of the most (`HoldingRanks.most`).
    func holder(of resource: SharedResource) -> Account? {
        ranks[resource.rawValue].most().map { Account(slot: $0) }
    }

    /// Decides whether a client gets some of a resource.
    ///
    /// - Parameters:
    ///   - client: its account; one without a share counts as one that holds nothing.
    ///   - count: so much it wants.
    ///   - resource: of what.
    ///   - limit: so much there is for all clients.
    ///   - largest: a client that holds no more than this gives nothing back: one of the largest thing allowed. Where there is
    ///     not enough for two of those it is half of what there is.
    /// - Returns: the decision; the counts are as before.
    /// - Complexity: constant.
    func decide(
        _ client: Account,
        wants count: Int,
        of resource: SharedResource,
        limit: Int,
        largest: Int
    ) -> Decision {
        guard total(resource) + count > limit else { return .take }
        guard let holder = holder(of: resource), holder != client else { return .refuse }
        let kept = max(held(resource, by: client) + count, min(largest, limit / 2))
        return held(resource, by: holder) > kept ? .giveBack(from: holder) : .refuse
    }
}
