/// Copying the write-ahead log into the database. Store writer only.

internal import CSQLite
internal import Platform

extension WriteConnection {
    /// The outcome of a checkpoint.
    enum Checkpoint {
        /// Every commit is in the database file, and the log could be begun anew.
        case complete
        /// Every commit is in the database file, and a reader keeps the log from being begun anew.
        case copied
        /// A reader keeps commits in the log, or the copying failed.
        case blocked
    }

    /// Copies the log into the database file, as the policy says.
    ///
    /// RESTART is never used: it waits like TRUNCATE and frees nothing.
    func checkpoint(_ kind: CheckpointPolicy.Action, limits: StoreLimits) -> Checkpoint {
        let mode: Int32
        var patience = limits.truncateDuration
        switch kind {
        case .none: return .complete
        case .passive: mode = SQLITE_CHECKPOINT_PASSIVE
        case .truncate: mode = SQLITE_CHECKPOINT_TRUNCATE
        case .settle:
            mode = SQLITE_CHECKPOINT_TRUNCATE
            patience = .zero
        }
        connection.setBusyDuration(patience)
        defer { connection.setBusyDuration(limits.busyDuration) }
        var total: Int32 = -1
        var copied: Int32 = -1
        let status = unsafe connection.withHandle {
            unsafe sqlite3_wal_checkpoint_v2($0, nil, mode, &total, &copied)
        }
        // A log that is not all copied is a reader's doing; what is left stays safe where it is.
        guard status == SQLITE_OK || status & 0xff == SQLITE_BUSY, total >= 0, copied >= total else { return .blocked }
        return status == SQLITE_OK ? .complete : .copied
    }
}
