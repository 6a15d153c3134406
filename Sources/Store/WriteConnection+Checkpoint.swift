/// Copying the write-ahead log into the database. Store writer only.

internal import CSQLite
internal import Platform

extension WriteConnection {
    /// Copies what no reader still needs (PASSIVE: never waits), or all of it and cuts the file (TRUNCATE: waits for
    /// readers for a short while).
    ///
    /// RESTART is never used: it waits like TRUNCATE and frees nothing.
    ///
    /// - Returns: the frames copied, or `nil` when the log was in use or the checkpoint failed.
    func checkpoint(_ kind: CheckpointPolicy.Action, limits: StoreLimits) -> Int? {
        let mode: Int32
        switch kind {
        case .none: return 0
        case .passive: mode = SQLITE_CHECKPOINT_PASSIVE
        case .truncate: mode = SQLITE_CHECKPOINT_TRUNCATE
        }
        connection.setBusyDuration(limits.truncateDuration)
        defer { connection.setBusyDuration(limits.busyDuration) }
        var total: Int32 = 0
        var copied: Int32 = 0
        let status = unsafe connection.withHandle {
            unsafe sqlite3_wal_checkpoint_v2($0, nil, mode, &total, &copied)
        }
        // A log that is not all copied is a reader's doing; what is left stays safe where it is.
        return status == SQLITE_OK && copied >= total ? Int(copied) : nil
    }

    /// Whether the file at the path is no longer the one that is open: somebody moved it or put a backup in its place.
    var isMoved: Bool {
        var moved: Int32 = 0
        let status = unsafe connection.withHandle {
            unsafe sqlite3_file_control($0, nil, SQLITE_FCNTL_HAS_MOVED, &moved)
        }
        return status == SQLITE_OK && moved != 0
    }
}
