/// The connections or exchanges of each account. Pure; the worker that owns it.
///
/// DESIGN. One circular list for each account, linked by slots, so that who gives something back is found among its own.
/// `next` turns the list by one: whoever looks at a few members in a row has the others before it the next time.

/// Slots by the account that holds them.
struct AccountMembers {
    private struct Link {
        var next = noSlot
        var previous = noSlot
    }

    private var links: [Link] = []
    /// The first member of each account.
    private var first: [UInt32] = []

    /// Adds a slot behind an account's others; one of nobody in particular is in no list.
    ///
    /// - Precondition: it is in no list.
    /// - Complexity: constant, as long as the tables need not grow.
    mutating func insert(_ slot: UInt32, _ account: Shares.Account) {
        guard account != .none else { return }
        while links.count <= Int(slot) { links.append(Link()) }
        while first.count <= Int(account.slot) { first.append(noSlot) }
        precondition(links[Int(slot)].next == noSlot, "a slot is in one list")
        let head = first[Int(account.slot)]
        guard head != noSlot else {
            first[Int(account.slot)] = slot
            links[Int(slot)] = Link(next: slot, previous: slot)
            return
        }
        let tail = links[Int(head)].previous
        links[Int(slot)] = Link(next: head, previous: tail)
        links[Int(tail)].next = slot
        links[Int(head)].previous = slot
    }

    /// True when the slot is in its account's list.
    func contains(_ slot: UInt32) -> Bool { Int(slot) < links.count && links[Int(slot)].next != noSlot }

    /// Takes a slot out of its account's list.
    ///
    /// - Precondition: it is there, unless the account is nobody's in particular.
    /// - Complexity: constant.
    mutating func remove(_ slot: UInt32, _ account: Shares.Account) {
        guard account != .none else { return }
        precondition(contains(slot), "a member leaves once")
        let link = links[Int(slot)]
        links[Int(slot)] = Link()
        guard link.next != slot else {
            first[Int(account.slot)] = noSlot
            return
        }
        links[Int(link.previous)].next = link.next
        links[Int(link.next)].previous = link.previous
        if first[Int(account.slot)] == slot { first[Int(account.slot)] = link.next }
    }

    /// The first member of an account, which becomes its last; `nil` when it has none.
    ///
    /// - Complexity: constant.
    mutating func next(_ account: Shares.Account) -> UInt32? {
        guard account != .none, Int(account.slot) < first.count else { return nil }
        let slot = first[Int(account.slot)]
        guard slot != noSlot else { return nil }
        first[Int(account.slot)] = links[Int(slot)].next
        return slot
    }
}
