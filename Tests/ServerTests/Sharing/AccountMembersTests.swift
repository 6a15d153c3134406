/// The connections or exchanges of each account, in lists. Test threads.

import FileLog
import Testing

@testable import Server

@Suite struct AccountMembersTests {
    private let one = Shares.Account(slot: 1)
    private let other = Shares.Account(slot: 4)

    private func look(_ members: inout AccountMembers<Connection>, _ account: Shares.Account, _ count: Int)
        -> [ConnectionSlot?]
    {
        (0..<count).map { _ in members.next(account) }
    }

    @Test func membersComeInTurn() {
        var members = AccountMembers<Connection>()
        #expect(members.next(one) == nil)
        for slot in [7, 3, 9] as [ConnectionSlot] { members.insert(slot, one) }
        members.insert(5, other)
        #expect(look(&members, one, 4) == [7, 3, 9, 7])
        #expect(look(&members, one, 2) == [3, 9])
        #expect(look(&members, other, 2) == [5, 5])
    }

    @Test func whoLeavesIsNotFound() {
        var members = AccountMembers<Connection>()
        for slot in [7, 3, 9] as [ConnectionSlot] { members.insert(slot, one) }
        members.remove(3, one)
        #expect(!members.contains(3))
        #expect(look(&members, one, 3) == [7, 9, 7])
        members.remove(9, one)
        #expect(look(&members, one, 2) == [7, 7])
        members.remove(7, one)
        #expect(members.next(one) == nil)
        members.insert(3, other)
        #expect(look(&members, other, 1) == [3])
    }

    @Test func whatIsNobodysIsInNoList() {
        var members = AccountMembers<Connection>()
        members.insert(3, .none)
        #expect(!members.contains(3))
        #expect(members.next(.none) == nil)
        members.remove(3, .none)
    }

    @Test(arguments: [21, 22])
    func everyMemberIsFoundInOneRound(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var members = AccountMembers<Connection>()
        var model: [Set<ConnectionSlot>] = Array(repeating: [], count: 5)
        for _ in 0..<5000 {
            let account = random.below(5)
            let slot = ConnectionSlot(index: UInt32(account * 40 + random.below(40)))
            if model[account].remove(slot) != nil {
                members.remove(slot, Shares.Account(slot: UInt32(account)))
            } else {
                members.insert(slot, Shares.Account(slot: UInt32(account)))
                model[account].insert(slot)
            }
            let looked = look(&members, Shares.Account(slot: UInt32(account)), model[account].count)
            #expect(Set(looked.compactMap { $0 }) == model[account])
        }
    }
}
