/// The jobs that wait. Pure; used with the pool's lock held.
///
/// DESIGN. Each owner of jobs has a lane. Lanes have turns (`LaneTurns`), and within a lane the order is that of arrival. So a
/// client with many jobs, or with long ones, holds up itself. When all places are taken, the owner of most jobs gives the
/// place of its newest to one who will have fewer.
///
/// Jobs are in a table that grows to its largest size. A lane stays for a while when it is empty, as its owner comes again,
/// mostly. The lane with most jobs is only known (`LaneRanks`) once the queue was full, until it is half empty.

internal import Platform

/// Jobs in lanes, one lane for each owner, with the time at which each came.
struct JobQueue {
    /// The place of a job that is submitted.
    enum Admission {
        case added
        /// It has the place of this one, which will not run.
        case replaced(any PoolJob)
        /// Nobody has more jobs than its owner would have.
        case refused
    }

    /// A job that is to be run, and its lane, which is told when it has ended.
    struct Turn {
        let job: any PoolJob
        let lane: Int
    }

    private struct Entry {
        var job: (any PoolJob)?
        var submitted: Instant
        var lane: Int
    }

    private struct Lane {
        let owner: JobOwner
        var jobs = IndexList()
        var waiting = 0
        var running = 0
        var isOpen = true

        var isEmpty: Bool { waiting == 0 && running == 0 }

        var givesPlaces: Bool {
            if case .client = owner { true } else { false }
        }
    }

    /// Places that are looked at for a job that is obsolete, when all are taken.
    private static let looksMax = 64
    /// Empty lanes that stay in any case.
    private static let emptyLanesMax = 64

    private let countMax: Int
    private(set) var count = 0

    private var entries: [Entry] = []
    private var freeEntries: [Int] = []
    /// The neighbours of each entry in its lane.
    private var links: [IndexList.Links] = []
    /// The next place to look at for an obsolete job.
    private var hand = 0

    private var lanes: [Lane] = []
    private var freeLanes: [Int] = []
    private var lanesByOwner: [JobOwner: Int] = [:]
    private var emptyLanes = 0
    /// The lane of the last job that came, which is the next one's, mostly.
    private var lastLane: (owner: JobOwner, lane: Int)?
    private var turns = LaneTurns()
    /// Of lanes that give places; `nil` until the queue is full, and when it is half empty again.
    private var ranks: LaneRanks?

    init(countMax: Int) {
        self.countMax = countMax
    }

    var isFull: Bool { count == countMax }

    /// Lanes in which a job waits or runs.
    var laneCount: Int { lanesByOwner.count - emptyLanes }

    /// Lanes in the table, used or not.
    var laneTableSize: Int { lanes.count }

    /// The time at which the oldest job came.
    ///
    /// - Complexity: linear in the number of lanes; the supervisor asks, once in a while.
    var oldest: Instant? {
        lanes.lazy.compactMap { $0.waiting > 0 ? entries[$0.jobs.first].submitted : nil }.min()
    }

    // MARK: Submitting

    /// Adds a job at the end of its owner's lane.
    ///
    /// - Complexity: logarithmic in the number of lanes, averaged over as many jobs as there are places.
    mutating func submit(_ job: any PoolJob, at now: Instant) -> Admission {
        let owner = job.jobOwner
        var displaced: (any PoolJob)?
        if isFull {
            guard let lane = giver(for: owner) else { return .refused }
            displaced = remove(lanes[lane].jobs.last)
        }
        append(job, owner, at: now)
        return displaced.map(Admission.replaced) ?? .added
    }

    /// The lane that gives a place to another owner's job.
    private mutating func giver(for owner: JobOwner) -> Int? {
        let ranks = self.ranks ?? ranked()
        self.ranks = ranks
        return ranks.most > share(of: owner) ? ranks.first : nil
    }

    private func ranked() -> LaneRanks {
        var ranks = LaneRanks()
        for lane in lanes.indices where lanes[lane].givesPlaces { ranks.insert(lane, lanes[lane].waiting) }
        return ranks
    }

    /// The number of jobs that an owner would have with one more; it has a place of who has more than that.
    private func share(of owner: JobOwner) -> Int {
        switch owner {
        case .client: (lanesByOwner[owner].map { lanes[$0].waiting } ?? 0) + 1
        case .clients: 1
        case .program: 0
        }
    }

    /// Takes out obsolete jobs, if a part of the queue has some; each call looks at another part.
    mutating func removeSomeObsolete() -> [any PoolJob] {
        var removed: [any PoolJob] = []
        for _ in 0..<min(entries.count, Self.looksMax) {
            hand = hand + 1 < entries.count ? hand + 1 : 0
            if entries[hand].job?.isObsolete == true { removed.append(remove(hand)) }
        }
        return removed
    }

    // MARK: Running

    /// Takes out the job whose turn it is.
    ///
    /// - Precondition: one waits.
    /// - Complexity: logarithmic in the number of lanes.
    mutating func takeNext() -> Turn {
        guard let lane = turns.first else { preconditionFailure("a job is taken from an empty queue") }
        lanes[lane].running += 1
        turns.begin(lane)
        return Turn(job: remove(lanes[lane].jobs.first), lane: lane)
    }

    /// A job that was taken has ended.
    ///
    /// - Parameters:
    ///   - lane: its lane.
    ///   - held: the time for which it held its thread.
    /// - Complexity: logarithmic in the number of lanes, averaged over some jobs.
    mutating func ended(_ lane: Int, held: Nanoseconds) {
        precondition(lanes[lane].running > 0, "a job ends once")
        turns.end(lane, held: Int64(clamping: held.count), among: laneCount)
        lanes[lane].running -= 1
        if lanes[lane].isEmpty { keepEmpty(lane) }
    }

    /// Empties the queue, lane by lane.
    mutating func takeAll() -> [any PoolJob] {
        var jobs: [any PoolJob] = []
        while let lane = turns.first { jobs.append(remove(lanes[lane].jobs.first)) }
        return jobs
    }

    // MARK: The table

    private mutating func append(_ job: any PoolJob, _ owner: JobOwner, at now: Instant) {
        let lane = lane(of: owner)
        let entry = Entry(job: job, submitted: now, lane: lane)
        let index: Int
        if let free = freeEntries.popLast() {
            index = free
            entries[index] = entry
        } else {
            index = entries.count
            entries.append(entry)
            links.append(IndexList.Links())
        }
        if lanes[lane].isEmpty { emptyLanes -= 1 }
        lanes[lane].jobs.append(index, &links)
        count += 1
        if recount(lane, 1) == 1 { turns.enter(lane) }
    }

    private mutating func remove(_ index: Int) -> any PoolJob {
        guard let job = entries[index].job.take() else { preconditionFailure("a job leaves once") }
        let lane = entries[index].lane
        lanes[lane].jobs.remove(index, &links)
        freeEntries.append(index)
        count -= 1
        if recount(lane, -1) == 0 {
            turns.leave(lane)
            if lanes[lane].isEmpty { keepEmpty(lane) }
        }
        if count <= countMax / 2 { ranks = nil }
        return job
    }

    // MARK: Lanes

    private mutating func lane(of owner: JobOwner) -> Int {
        if let lastLane, lastLane.owner == owner { return lastLane.lane }
        let lane = lanesByOwner[owner] ?? open(owner)
        lastLane = (owner, lane)
        return lane
    }

    private mutating func open(_ owner: JobOwner) -> Int {
        let lane: Int
        if let free = freeLanes.popLast() {
            lane = free
            lanes[lane] = Lane(owner: owner)
        } else {
            lane = lanes.count
            lanes.append(Lane(owner: owner))
        }
        lanesByOwner[owner] = lane
        emptyLanes += 1
        turns.open(lane)
        return lane
    }

    /// Keeps a lane whose owner may come again; when there are more of these than others, all go.
    private mutating func keepEmpty(_ lane: Int) {
        emptyLanes += 1
        guard emptyLanes > Self.emptyLanesMax + laneCount else { return }
        for lane in lanes.indices where lanes[lane].isOpen && lanes[lane].isEmpty {
            lanes[lane].isOpen = false
            lanesByOwner[lanes[lane].owner] = nil
            freeLanes.append(lane)
        }
        emptyLanes = 0
        lastLane = nil
    }

    /// Counts a change of one job that waits.
    ///
    /// - Returns: how many wait now.
    private mutating func recount(_ lane: Int, _ change: Int) -> Int {
        let old = lanes[lane].waiting
        lanes[lane].waiting = old + change
        if lanes[lane].givesPlaces { ranks?.move(lane, from: old, to: old + change) }
        return old + change
    }
}
