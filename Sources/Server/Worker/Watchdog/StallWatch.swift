/// What the watchdog makes of the workers' pulses. A pure value; the watchdog thread.
///
/// DESIGN. At each look it is given the pulses and the time, and says what there is to tell and when to look again. A turn
/// that lasts `stallDuration` is a stall. It is told once while it lasts, and once more when it is over; one that was over
/// before a look found it is told by the worker's own measurement. Stalls are counted for each worker.

internal import Platform

struct StallWatch {
    /// Something to tell.
    enum Finding: Equatable {
        /// A worker has been away from its port for too long, and still is.
        case stalled(worker: Int, number: Int, since: Duration, step: WorkerStep, held: Duration?)
        /// Stalls that are over, how long they were together, and what the worker was seen to be doing.
        ///
        /// The length is `nil` where a turn ended before it was asked to be measured.
        case over(worker: Int, numbers: ClosedRange<Int>, lasted: Duration?, step: WorkerStep?)
    }

    private struct Worker {
        /// How many stalls were told.
        var count = 0
        /// The turn that was told to be a stall and was not over yet.
        var openTurn: UInt64?
        var last: WorkerPulse.Reading
    }

    /// What was found to have stalled so far.
    var count: Int { workers.reduce(0) { $0 + $1.count } }
    /// No worker has taken a turn between the last two looks: the next one need not be soon.
    private(set) var isIdle = false
    private var workers: [Worker]
    private let stallDuration: Duration

    /// Looks are this far apart: while workers take turns, and while none does.
    ///
    /// Half of what a stall takes, so that one is looked at at least once while it lasts.
    private var busyInterval: Duration { stallDuration / 2 }
    private static let idleInterval = Duration.seconds(1)

    init(workers: Int, stallDuration: Duration) {
        let reading = WorkerPulse.Reading(turn: 0, isAway: false, step: .starting, stalls: 0, stalled: .zero)
        self.workers = Array(repeating: Worker(last: reading), count: workers)
        self.stallDuration = stallDuration
    }

    /// How long after this look the next one is due.
    var interval: Duration { isIdle ? Self.idleInterval : busyInterval }

    /// Looks at all workers.
    ///
    /// - Parameters:
    ///   - readings: of each worker's pulse, by its index.
    ///   - now: the time after they were read.
    ///   - due: when this look should have been.
    /// - Returns: what there is to tell, by worker.
    mutating func look(at readings: [WorkerPulse.Reading], now: Instant, due: Instant) -> [Finding] {
        precondition(readings.count == workers.count, "a reading for each worker")
        isIdle = true
        var findings: [Finding] = []
        // Whoever held the watchdog for as long as that held the workers too: the machine, or whoever stopped the process.
        let late = now.since(due)
        let held = late >= stallDuration ? late : nil
        for index in readings.indices {
            let reading = readings[index]
            if reading.isAway || reading.turn != workers[index].last.turn { isIdle = false }
            if let over = end(index, reading) { findings.append(over) }
            if let begun = begin(index, reading, now, held) { findings.append(begun) }
            workers[index].last = reading
        }
        return findings
    }

    /// Stalls of a worker that are over since the last look.
    private mutating func end(_ index: Int, _ reading: WorkerPulse.Reading) -> Finding? {
        let last = workers[index].last
        let measured = reading.stalls - last.stalls
        let lasted = measured > 0 ? reading.stalled - last.stalled : nil
        if let turn = workers[index].openTurn {
            guard !reading.isAway || reading.turn != turn else { return nil }
            workers[index].openTurn = nil
            let first = workers[index].count
            workers[index].count += max(0, measured - 1)
            return .over(worker: index, numbers: first...workers[index].count, lasted: lasted, step: nil)
        }
        guard measured > 0 else { return nil }
        let first = workers[index].count + 1
        workers[index].count += measured
        let step = last.isAway ? last.step : nil
        return .over(worker: index, numbers: first...workers[index].count, lasted: lasted, step: step)
    }

    /// A stall of a worker that is going on and was not told.
    private mutating func begin(
        _ index: Int,
        _ reading: WorkerPulse.Reading,
        _ now: Instant,
        _ held: Duration?
    ) -> Finding? {
        let since = now.since(Instant(nanoseconds: reading.turn))
        guard reading.isAway, reading.turn != workers[index].openTurn, since >= stallDuration else { return nil }
        workers[index].openTurn = reading.turn
        workers[index].count += 1
        return .stalled(worker: index, number: workers[index].count, since: since, step: reading.step, held: held)
    }
}

extension StallWatch.Finding: CustomStringConvertible {
    /// The line of `error.log`.
    var description: String {
        switch self {
        case .stalled(let worker, let number, let since, let step, let held):
            "stall \(number) of worker-\(worker): not back at its port for \(Self.text(since)), busy with \(step)"
                + (held.map { "; the watchdog was held up for \(Self.text($0)) as well" } ?? "")
        case .over(let worker, let numbers, let lasted, let step):
            Self.text(numbers, worker) + (lasted.map { " after \(Self.text($0))" } ?? "")
                + (numbers.count > 1 && lasted != nil ? " in all" : "")
                + (step.map { ", last seen busy with \($0)" } ?? "")
        }
    }

    private static func text(_ numbers: ClosedRange<Int>, _ worker: Int) -> String {
        numbers.count == 1
            ? "stall \(numbers.lowerBound) of worker-\(worker) is over"
            : "stalls \(numbers.lowerBound) to \(numbers.upperBound) of worker-\(worker) are over"
    }

    private static func text(_ duration: Duration) -> String { "\(duration.nanoseconds / 1_000_000) ms" }
}
