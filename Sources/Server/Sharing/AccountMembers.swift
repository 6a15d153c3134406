/// The connections or exchanges of each account. Pure; the worker that owns it.
///
/// DESIGN. One circular list for each account, linked by slots, so that who gives something back is found among its own.
/// `next` turns the list by one: whoever looks at a few members in a row has the others before it the next time.

/// Slots by the account that holds them.
struct AccountMembers<Element: ~Copyable> {
    private struct Link {
        var next = Slot<Element>.null
        var previous = Slot<Element>.null
    }

    private var links: [Link] = []
    /// The first member of each account.
    private var first: [Slot<Element>] = []

    /// Adds a slot behind an account's others; one of nobody in particular is in no list.
    ///
    /// - Precondition: it is in no list.
    /// - Complexity: constant, as long as the tables need not grow.
    mutating func insert(_ slot: Slot<Element>, _ account: Shares.Account) {
        guard account != .none else { return }
        while links.count <= Int(slot.index) { links.append(Link()) }
        while first.count <= Int(account.slot) { first.append(.null) }
        precondition(links[Int(slot.index)].next == .null, "a slot is in one list")
        let head = first[Int(account.slot)]
        guard head != .null else {
            first[Int(account.slot)] = slot
            links[Int(slot.index)] = Link(next: slot, previous: slot)
            return
        }
        let tail = links[Int(head.index)].previous
        links[Int(slot.index)] = Link(next: head, previous: tail)
        links[Int(tail.index)].next = slot
        links[Int(head.index)].previous = slot
    }

    /// True when the slot is in its account's list.
    func contains(_ slot: Slot<Element>) -> Bool {
        Int(slot.index) < links.count && links[Int(slot.index)].next != .null
    }

    /// Takes a slot out of its account's list.
    ///
    /// - Precondition: it is there, unless the account is nobody's in particular.
    /// - Complexity: constant.
    mutating func remove(_ slot: Slot<Element>, _ account: Shares.Account) {
        guard account != .none else { return }
        precondition(contains(slot), "a member leaves once")
        let link = links[Int(slot.index)]
        links[Int(slot.index)] = Link()
        guard link.next != slot else {
            first[Int(account.slot)] = .null
            return
        }
        links[Int(link.previous.index)].next = link.next
        links[Int(link.next.index)].previous = link.previous
        if first[Int(account.slot)] == slot { first[Int(account.slot)] = link.next }
    }

    /// The first member of an account, which becomes its last; `nil` when it has none.
    ///
    /// - Complexity: constant.
    mutating func next(_ account: Shares.Account) -> Slot<Element>? {
        guard account != .none, Int(account.slot) < first.count else { return nil }
        let slot = first[Int(account.slot)]
        guard slot != .null else { return nil }
        first[Int(account.slot)] = links[Int(slot.index)].next
        return slot
    }
}
