/// A write that comes with files. Made on a pool thread, told how its files fare by the log thread, stored by the store
/// writer.

internal import FileLog
internal import HandlerHost
internal import Platform
internal import Store

/// Joins the files of a write to its rows: both are there in the end, or neither.
final class UploadedWrite: UploadClient {
    private let write: DatabaseWrite
    private let database: Store
    private let files: FileLog

    init(_ write: DatabaseWrite, database: Store, files: FileLog) {
        self.write = write
        self.database = database
        self.files = files
    }

    /// Log thread.
    var isWanted: Bool { write.isWanted }

    /// Queues the rows, and with them the notes of the files.
    ///
    /// Log thread. No commit waits for a file: they are all on the disk.
    func uploadIsOnDisk(_ upload: PublishedUpload) {
        forget(upload.forgettable)
        let notes = upload.names.map { UploadNotes.statement(noting: $0) }
        let statements = notes + write.storeStatements
        let isQueued = database.submit(
            StoreWrite(statements: statements, owner: write.owner, size: write.size) { [self] result in
                switch result {
                case .success(let outcome):
                    files.settle(upload, keeps: true)
                    let changes = outcome.changes - Int64(notes.count)
                    write.complete(.success(DatabaseCommit(rowID: outcome.lastInsertRowID, changes: changes)))
                case .failure(let error):
                    files.settle(upload, keeps: false)
                    write.complete(.failure(DatabaseFailure(error)))
                }
            }
        )
        guard !isQueued else { return }
        files.settle(upload, keeps: false)
        write.complete(.failure(DatabaseFailure(.busy, message: "too many writes wait")))
    }

    /// Removes the notes of earlier files.
    ///
    /// They are nobody's write: what is not removed now is removed at the next start.
    private func forget(_ names: [String]) {
        guard !names.isEmpty else { return }
        _ = database.submit(
            StoreWrite(statements: names.map { UploadNotes.statement(forgetting: $0) }, owner: .program) { _ in }
        )
    }

    /// Tells the handler, if somebody waits for its answer.
    ///
    /// Log thread, or the pool thread of another upload that made this one give way.
    func uploadFailed(_ failure: UploadFailure) {
        // Its call has ended.
        guard failure != .unwanted else { return }
        write.complete(.failure(DatabaseFailure(failure)))
    }
}

extension DatabaseWrite {
    /// The one among whose writes it has its turn.
    var owner: WriteOwner { network.map(WriteOwner.client) ?? .clients }

    /// The statements as the store has them.
    var storeStatements: [StoreStatement] {
        statements.indices.map { index in
            StoreStatement(sql: statements[index].sql) { [self] binder in
                statements[index].forEachParameter { value in unsafe binder.bind(value) }
            }
        }
    }
}

extension DatabaseFailure {
    /// The failure that a handler is told about files that were not kept.
    init(_ failure: UploadFailure) {
        switch failure {
        case .unwanted: self.init(.failed, message: "nobody waits for the files any more")
        case .busy: self.init(.busy, message: "too many files wait")
        case .tooLarge(let reason): self.init(.filesTooLarge, message: reason)
        case .full(let reason): self.init(.filesFull, message: reason)
        case .system(let error): self.init(.failed, message: "\(error)")
        }
    }
}
