/// A queue whose members may leave from anywhere. Test threads.

import Testing

@testable import Server

@Suite struct KeyQueueTests {
    private func drained(_ queue: KeyQueue<Int>) -> [Int] {
        var queue = queue
        var keys: [Int] = []
        while let key = queue.removeFirst() { keys.append(key) }
        return keys
    }

    @Test func keysComeOutInTheOrderInWhichTheyCame() {
        var queue = KeyQueue<Int>()
        #expect(queue.removeFirst() == nil && queue.isEmpty)
        for key in [3, 1, 2, 3, 1] { queue.append(key) }
        #expect(queue.count == 3 && drained(queue) == [3, 1, 2])
    }

    @Test(arguments: [
        ([1], [2, 3, 4]), ([4], [1, 2, 3]), ([2], [1, 3, 4]), ([2, 3], [1, 4]), ([1, 2, 3, 4], []),
        ([9], [1, 2, 3, 4]),
    ])
    func aKeyLeavesFromAnywhere(leaving: [Int], left: [Int]) {
        var queue = KeyQueue<Int>()
        for key in 1...4 { queue.append(key) }
        for key in leaving { queue.remove(key) }
        #expect(drained(queue) == left && queue.first == left.first)
        queue.append(5)
        #expect(drained(queue) == left + [5])
    }

    /// Against a list that does the same in the plain way.
    @Test func anyOrderOfOperationsIsThatOfAList() {
        var random = SplitMix(seed: 7)
        var queue = KeyQueue<Int>()
        var list: [Int] = []
        for _ in 0..<20_000 {
            let key = random.below(40)
            switch random.below(4) {
            case 0:
                queue.remove(key)
                list.removeAll { $0 == key }
            case 1:
                let first = list.isEmpty ? nil : list.removeFirst()
                #expect(queue.removeFirst() == first)
            default:
                queue.append(key)
                if !list.contains(key) { list.append(key) }
            }
            #expect(queue.first == list.first && queue.count == list.count)
        }
        #expect(drained(queue) == list)
    }
}
