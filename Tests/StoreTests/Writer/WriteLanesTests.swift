/// Turns and places of writes that wait. Test threads.

import Testing

@testable import Store

@Suite struct WriteLanesTests {
    private static func lanes(
        writesMax: Int = 1000,
        sizeMax: Int = 64 << 20,
        batchWrites: Int = 512,
        batchSize: Int = 4 << 20
    ) -> WriteLanes {
        var limits = StoreLimits()
        limits.writesQueuedMax = writesMax
        limits.writesQueuedSizeMax = sizeMax
        limits.batchWritesMax = batchWrites
        limits.batchSizeMax = batchSize
        return WriteLanes(limits)
    }

    private static func write(_ name: String, _ owner: WriteOwner, _ size: Int = 100) -> StoreWrite {
        StoreWrite(statements: [StoreStatement(sql: name)], owner: owner, size: size) { _ in }
    }

    private static let one = WriteOwner.client(1)
    private static let other = WriteOwner.client(2)
    private static let third = WriteOwner.client(3)

    private static func taken(_ lanes: inout WriteLanes) -> [String] {
        var writes: [StoreWrite] = []
        lanes.take(into: &writes)
        lanes.finish(writes.count, size: writes.reduce(0) { $0 + $1.size })
        return writes.map(\.first.sql)
    }

    /// Adds a write, which nobody has to give way for.
    private static func add(_ lanes: inout WriteLanes, _ name: String, _ owner: WriteOwner, _ size: Int = 100) {
        #expect(lanes.submit(write(name, owner, size))?.isEmpty == true)
    }

    // MARK: Turns

    @Test func writesOfOneOwnerAreTakenInTheOrderOfArrival() {
        var lanes = Self.lanes(batchWrites: 2)
        for name in ["a", "b", "c"] { Self.add(&lanes, name, Self.one) }
        #expect(Self.taken(&lanes) == ["a", "b"])
        Self.add(&lanes, "d", Self.one)
        #expect(Self.taken(&lanes) == ["c", "d"])
        #expect(Self.taken(&lanes).isEmpty && lanes.isEmpty)
    }

    @Test func anotherOwnersWriteIsNextAfterALargeOne() {
        var lanes = Self.lanes()
        for number in 0..<20 { Self.add(&lanes, "large \(number)", Self.one, 2 << 20) }
        Self.add(&lanes, "small", Self.other)
        #expect(Self.taken(&lanes) == ["large 0", "small"], "and the next large one has no room beside them")
        #expect(Self.taken(&lanes) == ["large 1", "large 2"])
    }

    @Test func aTurnEndsWithItsBytesAndGoesOnInTheNextBatch() {
        var lanes = Self.lanes(batchWrites: 3)
        let size = WriteLanes.turnSize / 2
        for number in 0..<5 { Self.add(&lanes, "a\(number)", Self.one, size) }
        for number in 0..<3 { Self.add(&lanes, "b\(number)", Self.other, size) }
        #expect(Self.taken(&lanes) == ["a0", "a1", "b0"])
        #expect(Self.taken(&lanes) == ["b1", "a2", "a3"])
        Self.add(&lanes, "c", Self.third)
        #expect(Self.taken(&lanes) == ["b2", "a4", "c"])
    }

    @Test func smallWritesAreChargedToo() {
        var lanes = Self.lanes()
        for number in 0..<500 { Self.add(&lanes, "a\(number)", Self.one, 1) }
        Self.add(&lanes, "b", Self.other, 1)
        let place = Self.taken(&lanes).firstIndex(of: "b")
        #expect(place == WriteLanes.turnSize / (WriteLanes.turnCharge + 1) + 1)
    }

    @Test func aBatchIsBoundedInBytesButForOneWrite() {
        var lanes = Self.lanes(batchSize: 1000)
        for (name, size) in [("a", 600), ("b", 400), ("c", 1), ("d", 5000), ("e", 1)] {
            Self.add(&lanes, name, Self.one, size)
        }
        #expect(Self.taken(&lanes) == ["a", "b"])
        #expect(Self.taken(&lanes) == ["c"])
        #expect(Self.taken(&lanes) == ["d"])
        #expect(Self.taken(&lanes) == ["e"])
    }

    // MARK: Places

    @Test func whatWaitsIsBoundedInBytesUntilItIsFinished() {
        var lanes = Self.lanes(sizeMax: 1000)
        Self.add(&lanes, "a", Self.one, 600)
        Self.add(&lanes, "b", Self.one, 400)
        #expect(lanes.submit(Self.write("c", Self.one, 1)) == nil)
        var writes: [StoreWrite] = []
        lanes.take(into: &writes)
        #expect(lanes.submit(Self.write("c", Self.one, 1)) == nil, "they are being stored")
        lanes.finish(1, size: 600)
        Self.add(&lanes, "c", Self.one, 600)
        #expect(lanes.count == 2 && lanes.size == 1000)
    }

    @Test func oneWriteThatIsLargerThanAllThereMayBeIsTakenAlone() {
        var lanes = Self.lanes(sizeMax: 1000)
        Self.add(&lanes, "a", Self.one, 5000)
        #expect(lanes.submit(Self.write("b", Self.one, 0)) == nil)
        #expect(Self.taken(&lanes) == ["a"])
        Self.add(&lanes, "b", Self.one, 0)
        #expect(lanes.submit(Self.write("c", Self.one, 5000)) == nil)
    }

    @Test func whoHoldsMostLosesTheNewestUntilThereIsRoom() {
        var lanes = Self.lanes(sizeMax: 1000)
        for name in ["a", "b", "c"] { Self.add(&lanes, name, Self.one, 300) }
        Self.add(&lanes, "d", Self.other, 100)
        let displaced = lanes.submit(Self.write("e", Self.third, 350))
        #expect(displaced?.map(\.first.sql) == ["c", "b"])
        #expect(lanes.count == 3 && lanes.size == 750)
        #expect(Self.taken(&lanes) == ["a", "d", "e"])
    }

    @Test func nobodyLosesAWriteInVain() {
        var lanes = Self.lanes(sizeMax: 1000)
        for name in ["a", "b"] { Self.add(&lanes, name, Self.one, 300) }
        for name in ["c", "d"] { Self.add(&lanes, name, Self.other, 200) }
        // After one of "one" nobody holds more than this would.
        #expect(lanes.submit(Self.write("e", Self.third, 500)) == nil)
        #expect(lanes.count == 4 && lanes.size == 1000)
        #expect(Self.taken(&lanes) == ["a", "b", "c", "d"])
    }

    @Test func whatIsTakenKeepsItsPlace() {
        var lanes = Self.lanes(sizeMax: 1000)
        Self.add(&lanes, "a", Self.one, 1000)
        var writes: [StoreWrite] = []
        lanes.take(into: &writes)
        #expect(lanes.submit(Self.write("b", Self.other, 10)) == nil)
    }

    @Test func manySmallWritesGiveTheirPlacesToALargeOne() {
        var lanes = Self.lanes(writesMax: 10)
        for number in 0..<10 { Self.add(&lanes, "a\(number)", Self.one, 10) }
        let displaced = lanes.submit(Self.write("b", Self.other, 1 << 20))
        #expect(displaced?.map(\.first.sql) == ["a9"])
    }

    @Test func thoseWhoAreNotToldApartKeepTheirPlacesAndTheProgramHasOne() {
        var lanes = Self.lanes(writesMax: 3)
        for number in 0..<3 { Self.add(&lanes, "a\(number)", .clients) }
        #expect(lanes.submit(Self.write("b", Self.one)) == nil)
        #expect(lanes.submit(Self.write("b", .program)) == nil)
        lanes = Self.lanes(writesMax: 2)
        Self.add(&lanes, "a", Self.one)
        Self.add(&lanes, "b", Self.other)
        #expect(lanes.submit(Self.write("c", Self.third)) == nil, "each has as much as it would have")
        #expect(lanes.submit(Self.write("c", .program))?.count == 1)
    }

    @Test func everyWriteLeavesOnce() {
        var lanes = Self.lanes(writesMax: 40, sizeMax: 20_000, batchWrites: 7, batchSize: 3000)
        var numbers = SystemRandomNumberGenerator()
        var inside: Set<String> = []
        var last: [UInt64: Int] = [:]
        for number in 0..<20_000 {
            if Int.random(in: 0..<8, using: &numbers) > 0 {
                let owner = UInt64.random(in: 0..<9, using: &numbers)
                let name = "\(owner) \(number)"
                let write = Self.write(name, .client(owner), .random(in: 0...1500, using: &numbers))
                guard let displaced = lanes.submit(write) else { continue }
                for other in displaced { #expect(inside.remove(other.first.sql) != nil) }
                inside.insert(name)
            } else {
                for name in Self.taken(&lanes) {
                    #expect(inside.remove(name) != nil)
                    let parts = name.split(separator: " ")
                    guard let owner = UInt64(parts[0]), let place = Int(parts[1]) else { return }
                    #expect(last[owner] ?? -1 < place, "in order within one owner's")
                    last[owner] = place
                }
            }
            #expect(lanes.count == inside.count && lanes.size <= 20_000 && lanes.count <= 40)
        }
        #expect(lanes.laneTableSize <= 9)
    }
}
