/// The server's report about itself. Set up on the main thread; the report is made on the thread "status".

internal import CompletionPort
internal import FileLog
internal import Glibc
internal import HandlerHost
internal import HandlerPool
internal import Platform
internal import Store
internal import Synchronization

/// All that a report looks at; each part may be read by any thread.
struct StatusSource: Sendable {
    let version: String
    let engine: EngineChoice
    let addresses: [String]
    /// Connections that all workers may have.
    let connectionsMax: Int
    /// A worker that has not come back to its port for so long makes the server one to be looked after.
    let hangDuration = Duration.seconds(5)
    let startedWall: Int64
    let started: Instant
    let isDraining: @Sendable () -> Bool

    let workers: [WorkerHandle]
    let watchdog: Watchdog?
    let host: HandlerHost
    let pool: HandlerPool
    let store: Store
    let log: FileLog

    func report() -> StatusReport {
        let now = Instant.now
        let hanging = hangingWorkers(now)
        let trouble: String? =
            if let first = hanging.first {
                "worker-\(first) has not come back from what it does for more than \(hangDuration)"
            } else if isDraining() {
                "the server is stopping"
            } else {
                nil
            }
        return StatusReport(
            trouble: trouble,
            sections: [server(now), work(hanging.count), requests, calls, threads, database, logs]
        )
    }

    private func hangingWorkers(_ now: Instant) -> [Int] {
        workers.indices.filter { index in
            let reading = workers[index].pulse.read()
            return reading.isAway && Instant(nanoseconds: reading.turn).advanced(by: hangDuration) < now
        }
    }

    private func server(_ now: Instant) -> StatusReport.Section {
        let obstacle = engine.obstacle.map { StatusReport.Value.text("\($0.cause)") } ?? .none
        return StatusReport.Section(
            "server",
            [
                "version": .text(version), "state": .text(isDraining() ? "stopping" : "running"),
                "pid": .number(Int(getpid())), "started": .number(Int(startedWall / 1_000_000_000)),
                "uptime_seconds": .number(Int(now.since(started).components.seconds)),
                "engine": .text(engine.name), "engine_reason": obstacle, "listening": .list(addresses),
            ]
        )
    }

    private func work(_ hanging: Int) -> StatusReport.Section {
        StatusReport.Section(
            "workers",
            [
                "workers": .number(workers.count), "hanging": .number(hanging),
                "stalls": .number(watchdog?.stalls ?? 0),
                "connections": .number(workers.reduce(0) { $0 + $1.load.count }),
                "connections_max": .number(connectionsMax),
            ]
        )
    }

    private var requests: StatusReport.Section {
        var counts = [0, 0, 0, 0]
        for worker in workers {
            for (index, count) in worker.counts.all.enumerated() { counts[index] += count }
        }
        return StatusReport.Section(
            "requests",
            [
                "answered": .number(counts.reduce(0, +)), "status_2xx": .number(counts[0]),
                "status_3xx": .number(counts[1]), "status_4xx": .number(counts[2]), "status_5xx": .number(counts[3]),
            ]
        )
    }

    private var calls: StatusReport.Section {
        let counts = host.statistics
        return StatusReport.Section(
            "calls",
            [
                "begun": .number(counts.calls), "open": .number(counts.callsOpen),
                "open_most": .number(counts.callsOpenPeak),
                "shed": .number(counts.callsShed), "cancelled": .number(counts.callsCancelled),
                "completed_late": .number(counts.completionsLate),
            ]
        )
    }

    private var threads: StatusReport.Section {
        let counts = pool.statistics
        return StatusReport.Section(
            "pool",
            [
                "threads": .number(counts.threads), "threads_idle": .number(counts.threadsIdle),
                "threads_most": .number(counts.threadsPeak), "threads_refused": .number(counts.threadsRefused),
                "jobs_waiting": .number(counts.jobsQueued), "jobs_run": .number(counts.jobsRun),
                "jobs_shed": .number(counts.jobsShed),
            ]
        )
    }

    private var database: StatusReport.Section {
        let counts = store.statistics
        return StatusReport.Section(
            "store",
            [
                "database": .text("\(store.condition)"), "writes_stored": .number(counts.writesStored),
                "writes_failed": .number(counts.writesFailed), "writes_refused": .number(counts.writesRefused),
                "commits": .number(counts.commits), "batches_lost": .number(counts.batchesLost),
                "batch_largest": .number(counts.batchLargest), "checkpoints": .number(counts.checkpoints),
                "checkpoints_blocked": .number(counts.checkpointsBlocked), "wal_frames": .number(counts.walFrames),
            ]
        )
    }

    private var logs: StatusReport.Section {
        let counts = log.statistics
        return StatusReport.Section(
            "log",
            [
                "records": .number(counts.records), "bytes": .number(counts.bytes), "dropped": .number(counts.dropped),
                "messages_dropped": .number(counts.messagesDropped), "lines_lost": .number(counts.linesLost),
                "files_written": .number(counts.filesWritten),
            ]
        )
    }
}

extension Server {
    /// Makes the site's status socket, which is not open yet.
    ///
    /// - Parameters:
    ///   - configuration: says where.
    ///   - log: told when it can't be opened, as well as `notices`.
    ///   - notices: lines for whoever starts the server.
    /// - Returns: the socket; `nil` where there is to be none.
    static func statusSocket(
        _ configuration: ServerConfiguration,
        _ log: FileLog,
        _ notices: Monitor<[String]>
    ) -> StatusSocket? {
        let paths = configuration.statusPaths
        guard !paths.isEmpty else { return nil }
        return StatusSocket(paths: paths) { notice in
            let line = SiteCheck.line(notice + "; [server] status names another place, or is \"\" for none")
            log.error(.warning, "\(line)")
            notices.withLock { $0.append(line) }
        }
    }
}
