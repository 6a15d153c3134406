/// Lists of the entries of a table. Test threads.

import Testing

import Platform

@Suite struct IndexListTests {
    @Test func entriesLeaveFromWhereverTheyAre() {
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 2, 0, 3], [2, 0, 3, 1]] {
            var links = [IndexList.Links](repeating: IndexList.Links(), count: 4)
            var list = IndexList()
            for index in 0..<4 { list.append(index, &links) }
            var left = [0, 1, 2, 3]
            for index in order {
                list.remove(index, &links)
                left.removeAll { $0 == index }
                #expect(list.first == left.first ?? IndexList.none)
                #expect(list.last == left.last ?? IndexList.none)
            }
            #expect(list.isEmpty)
            list.append(2, &links)
            #expect(list.first == 2 && list.last == 2)
        }
    }
}
