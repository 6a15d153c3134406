/// The jobs that wait: whose turn it is, and who gives a place. Test threads.

import Platform
import Synchronization
import Testing

@testable import HandlerPool

@Suite(.timeLimit(.minutes(15))) struct JobQueueTests {
    private final class Job: PoolJob {
        let name: String
        let jobOwner: JobOwner
        private let wasWithdrawn = Atomic<Bool>(false)
        private let body: @Sendable (String) -> Void

        init(_ name: String, of owner: JobOwner, _ body: @escaping @Sendable (String) -> Void = { _ in }) {
            self.name = name
            jobOwner = owner
            self.body = body
        }

        var isObsolete: Bool { wasWithdrawn.load(ordering: .relaxed) }
        func withdraw() { wasWithdrawn.store(true, ordering: .relaxed) }
        func run() { body(name) }
        func displaced() { body("displaced \(name)") }
    }

    private static let attacker = JobOwner.client(1)
    private static let victim = JobOwner.client(2)

    private static func jobs(_ name: String, _ count: Int, of owner: JobOwner) -> [Job] {
        (0..<count).map { Job("\(name)\($0)", of: owner) }
    }

    private func names(_ jobs: [any PoolJob]) -> [String] { jobs.compactMap { ($0 as? Job)?.name } }

    /// The names of jobs that run one after the other, each for as long.
    private func run(_ queue: inout JobQueue, _ count: Int, _ held: Duration = .milliseconds(50)) -> [String] {
        (0..<count).compactMap { _ in
            let turn = queue.takeNext()
            queue.ended(turn.lane, held: Nanoseconds(held))
            return (turn.job as? Job)?.name
        }
    }

    /// What comes of a submission.
    private func submit(_ job: Job, to queue: inout JobQueue, at now: UInt64 = 0) -> String {
        switch queue.submit(job, at: Instant(nanoseconds: now)) {
        case .added: "added"
        case .replaced(let other): names([other])[0]
        case .refused: "refused"
        }
    }

    // MARK: Turns

    @Test func anOwnersJobsAreInTheOrderOfArrivalAndOwnersTakeTurns() {
        var queue = JobQueue(countMax: 10)
        for job in Self.jobs("a", 4, of: Self.attacker) { _ = submit(job, to: &queue) }
        #expect(run(&queue, 1) == ["a0"])
        for job in Self.jobs("v", 2, of: Self.victim) { _ = submit(job, to: &queue) }
        #expect(run(&queue, 5) == ["a1", "v0", "a2", "v1", "a3"])
        #expect(queue.count == 0 && queue.laneCount == 0)
    }

    /// However many there are before it, and however long they take.
    @Test func aClientThatComesIsBehindWhatRuns() {
        var queue = JobQueue(countMax: 10_000)
        for job in Self.jobs("a", 5000, of: Self.attacker) { _ = submit(job, to: &queue) }
        _ = run(&queue, 100)
        let running = (0..<64).map { _ in queue.takeNext().lane }
        for job in Self.jobs("v", 1, of: Self.victim) { _ = submit(job, to: &queue) }
        queue.ended(running[0], held: Nanoseconds(.milliseconds(50)))
        #expect(names([queue.takeNext().job]) == ["v0"])
    }

    @Test func kindsOfTheProgramsOwnJobsHaveLanesToo() {
        var queue = JobQueue(countMax: 100)
        for (index, owner) in [JobOwner.program(kind: 1), .program(kind: 2), .clients, Self.victim].enumerated() {
            for job in Self.jobs("\(index)-", 2, of: owner) { _ = submit(job, to: &queue) }
        }
        #expect(run(&queue, 8) == ["0-0", "1-0", "2-0", "3-0", "0-1", "1-1", "2-1", "3-1"])
    }

    @Test func theOldestOfAllLanesIsKnown() {
        var queue = JobQueue(countMax: 4)
        #expect(queue.oldest == nil)
        for (index, job) in Self.jobs("a", 3, of: Self.attacker).enumerated() {
            _ = submit(job, to: &queue, at: 10 + UInt64(index))
        }
        for job in Self.jobs("v", 1, of: Self.victim) { _ = submit(job, to: &queue, at: 20) }
        #expect(queue.oldest == Instant(nanoseconds: 10))
        _ = run(&queue, 3)
        #expect(queue.oldest == Instant(nanoseconds: 12))
        #expect(names(queue.takeAll()) == ["a2"])
        #expect(queue.oldest == nil)
    }

    /// A client that asks again as soon as it is answered has no turn before its time, though nothing of it waited in between.
    @Test func aLaneIsRememberedWhileItIsEmpty() {
        var queue = JobQueue(countMax: 100)
        for job in Self.jobs("v", 20, of: Self.victim) { _ = submit(job, to: &queue) }
        _ = submit(Job("a", of: Self.attacker), to: &queue)
        _ = queue.takeNext()
        let turn = queue.takeNext()
        #expect(names([turn.job]) == ["a"])
        queue.ended(turn.lane, held: Nanoseconds(.milliseconds(50)))
        _ = submit(Job("again", of: Self.attacker), to: &queue)
        #expect(run(&queue, 10, .milliseconds(1)) == (1...10).map { "v\($0)" })
    }

    @Test func lanesOfWhoDoesNotComeAgainGo() {
        var queue = JobQueue(countMax: 1000)
        for number in 0..<5000 {
            _ = submit(Job("a", of: .client(UInt64(number))), to: &queue)
            #expect(run(&queue, 1, .milliseconds(1)) == ["a"])
        }
        #expect(queue.laneTableSize < 200)
        // As many as there are jobs, with those that have one.
        for round in 0..<5 {
            for number in 0..<1000 { _ = submit(Job("a", of: .client(UInt64(10_000 * round + number))), to: &queue) }
            #expect(queue.laneCount == 1000)
            _ = run(&queue, 1000, .milliseconds(1))
        }
        #expect(queue.laneTableSize < 2500)
    }

    // MARK: Places

    @Test func theNewestOfWhoHasMostGivesItsPlace() {
        var queue = JobQueue(countMax: 4)
        for job in Self.jobs("a", 4, of: Self.attacker) { #expect(submit(job, to: &queue) == "added") }
        #expect(submit(Job("a4", of: Self.attacker), to: &queue) == "refused")
        let victims = Self.jobs("v", 3, of: Self.victim)
        #expect(victims.map { submit($0, to: &queue) } == ["a3", "a2", "refused"])
        #expect(submit(Job("w", of: .client(3)), to: &queue) == "a1")
        #expect(submit(Job("x", of: .client(4)), to: &queue) == "v1")
        #expect(submit(Job("y", of: .client(5)), to: &queue) == "refused")
        #expect(names(queue.takeAll()) == ["a0", "v0", "w", "x"])
    }

    @Test func theProgramsOwnJobsArePutBeforeAnyClients() {
        var queue = JobQueue(countMax: 2)
        _ = submit(Job("a", of: Self.attacker), to: &queue)
        _ = submit(Job("v", of: Self.victim), to: &queue)
        let own = Self.jobs("p", 3, of: .program(kind: 1))
        #expect(own.map { submit($0, to: &queue) } == ["a", "v", "refused"])
        #expect(submit(Job("v", of: Self.victim), to: &queue) == "refused", "and keep their places")
    }

    /// They may be many people, so that none gives the place of another.
    @Test func clientsThatAreNotToldApartKeepTheirPlaces() {
        var queue = JobQueue(countMax: 4)
        for job in Self.jobs("a", 4, of: Self.attacker) { _ = submit(job, to: &queue) }
        #expect(Self.jobs("u", 4, of: .clients).map { submit($0, to: &queue) } == ["a3", "a2", "a1", "refused"])
        #expect(submit(Job("v", of: Self.victim), to: &queue) == "refused")
    }

    @Test func obsoleteJobsAreFoundWhereverTheyAre() {
        var queue = JobQueue(countMax: 500)
        let jobs = Self.jobs("a", 500, of: Self.attacker)
        for job in jobs { _ = submit(job, to: &queue) }
        for index in [3, 250, 499] { jobs[index].withdraw() }
        let found = (0..<8).flatMap { _ in names(queue.removeSomeObsolete()) }
        #expect(Set(found) == ["a3", "a250", "a499"])
        #expect(queue.count == 497 && !queue.isFull)
        #expect(names(queue.takeAll()) == jobs.filter { !$0.isObsolete }.map(\.name))
        #expect(queue.removeSomeObsolete().isEmpty)
    }

    /// Random submissions, runs and places, beside a plain account of them.
    @Test func everyJobRunsOnceOrLosesItsPlaceOnce() {
        var random = SystemRandomNumberGenerator()
        var queue = JobQueue(countMax: 32)
        var waiting: [String: [String]] = [:]
        var running: [Int] = []
        for number in 0..<20_000 {
            let client = UInt64.random(in: 0..<8, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0..<3:
                let most = waiting.values.map(\.count).max() ?? 0
                let job = Job("\(client)-\(number)", of: .client(client))
                let outcome = submit(job, to: &queue)
                let count = waiting["\(client)"]?.count ?? 0
                if outcome == "refused" {
                    #expect(queue.isFull && most <= count + 1)
                    continue
                }
                if outcome != "added" {
                    let owner = String(outcome.prefix(1))
                    #expect(waiting[owner]?.count == most && most > count + 1)
                    #expect(waiting[owner]?.popLast() == outcome)
                }
                waiting["\(client)", default: []].append(job.name)
            case 3 where queue.count > 0:
                let turn = queue.takeNext()
                running.append(turn.lane)
                let name = names([turn.job])[0]
                #expect(waiting[String(name.prefix(1))]?.removeFirst() == name)
            default:
                guard !running.isEmpty else { continue }
                let lane = running.remove(at: Int.random(in: 0..<running.count, using: &random))
                queue.ended(lane, held: Nanoseconds(.microseconds(Int.random(in: 0..<3000, using: &random))))
            }
            #expect(queue.count == waiting.values.map(\.count).reduce(0, +))
        }
        for lane in running { queue.ended(lane, held: .zero) }
        _ = queue.takeAll()
        #expect(queue.laneCount == 0)
    }

    // MARK: The pool

    /// A pool with one thread, which is held until the gate opens, and what has happened to the jobs.
    private struct HeldPool {
        let pool: HandlerPool
        private let state = Monitor<(hasBegun: Bool, isOpen: Bool, happened: [String])>((false, false, []))

        init(queueMax: Int) throws {
            var limits = PoolLimits()
            (limits.threadsMin, limits.threadsMax, limits.queueMax) = (1, 1, queueMax)
            pool = HandlerPool(limits: limits)
            try pool.start()
            let state = state
            let gate = Job("gate", of: .client(0)) { _ in
                state.withLock { $0.hasBegun = true }
                state.broadcast()
                _ = state.waitUntil { $0.isOpen ? true : nil }
            }
            #expect(pool.submit(gate))
            _ = state.waitUntil { $0.hasBegun ? true : nil }
        }

        func jobs(_ name: String, _ count: Int, of owner: JobOwner) -> [Job] {
            let note: @Sendable (String) -> Void = { [state] name in state.withLock { $0.happened.append(name) } }
            return (0..<count).map { Job("\(name)\($0)", of: owner, note) }
        }

        var happened: [String] { state.withLock { $0.happened } }

        /// Opens the gate, and returns all that has happened when the pool has stopped.
        func end() -> [String] {
            state.withLock { $0.isOpen = true }
            state.broadcast()
            #expect(pool.stop(deadline: .now.advanced(by: .seconds(30))).isClean)
            return happened
        }
    }

    @Test func aPoolTellsTheJobThatLosesItsPlace() throws {
        let held = try HeldPool(queueMax: 3)
        #expect(held.pool.submit(contentsOf: held.jobs("a", 5, of: Self.attacker)) == [3, 4])
        #expect(held.pool.submit(contentsOf: held.jobs("v", 2, of: Self.victim)) == [1])
        #expect(held.happened == ["displaced a2"])
        #expect(held.pool.statistics.jobsQueued == 3)
        #expect(held.pool.statistics.jobsShed == 4)
        #expect(held.pool.submit(contentsOf: held.jobs("p", 1, of: .program(kind: 1))).isEmpty)
        #expect(held.end() == ["displaced a2", "displaced a1", "a0", "v0", "p0"])
    }

    @Test func aPoolGivesPlacesOfObsoleteJobsToOthers() throws {
        let held = try HeldPool(queueMax: 3)
        let jobs = held.jobs("a", 6, of: Self.attacker)
        #expect(held.pool.submit(contentsOf: Array(jobs[..<3])).isEmpty)
        #expect(!held.pool.submit(jobs[3]))
        for job in jobs[..<2] { job.withdraw() }
        #expect(held.pool.submit(contentsOf: Array(jobs[3...])) == [2])
        #expect(held.pool.statistics.jobsQueued == 3)
        #expect(held.end() == ["a2", "a3", "a4"])
    }

    @Test func aJobThatBecomesObsoleteWhileItWaitsNeverStarts() throws {
        let held = try HeldPool(queueMax: 3)
        let jobs = held.jobs("a", 3, of: Self.attacker)
        #expect(held.pool.submit(contentsOf: jobs).isEmpty)
        jobs[1].withdraw()
        #expect(held.end() == ["a0", "a2"])
    }
}
