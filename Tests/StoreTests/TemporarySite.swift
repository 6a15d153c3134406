/// A folder for one test, and what tests do with a store in it.

import Glibc
import Platform
import Store
import Synchronization
import Testing

/// A site's folder that goes with the value.
struct TemporarySite: ~Copyable {
    let root: String
    var database: String { "\(root)/db/ringport.db" }
    var migrations: String { "\(root)/db/migrations" }

    init() throws {
        var template = Array("/tmp/ringport-store-XXXXXX".utf8CString)
        guard let made = unsafe mkdtemp(&template) else { throw SystemError("make a folder") }
        root = unsafe String(cString: made)
    }

    /// For a folder that another process has made and left.
    init(existing root: String) {
        self.root = root
    }

    deinit {
        remove(root)
    }

    /// Puts a file at a path in the site, with the folders above it.
    func write(_ text: String, to name: String) throws {
        var folder = root
        for part in name.split(separator: "/").dropLast() {
            folder += "/\(part)"
            unsafe _ = mkdir(folder, 0o755)
        }
        guard let file = unsafe fopen("\(root)/\(name)", "w") else { throw SystemError("write \(name)") }
        unsafe _ = fputs(text, file)
        unsafe _ = fclose(file)
    }

    /// A started store with a table to write to.
    ///
    /// - Parameters:
    ///   - limits: the maxima of everything.
    ///   - schema: the steps of the handler `notes`.
    ///   - awaitsLock: true to return when a database that is there is open. A process that another test is starting has
    ///     this one's descriptors for a moment, and with them the lock of a store that has stopped.
    /// - Returns: the store.
    /// - Throws: what the start throws, or the opening.
    func store(
        limits: StoreLimits = StoreLimits(),
        schema: [String] = notes,
        awaitsLock: Bool = true
    ) throws -> Store {
        let isThere = unsafe access(database, F_OK) == 0 || access("\(database)-wal", F_OK) == 0
        let store = Store(path: database, migrationsFolder: migrations, limits: limits)
        try store.register(.handler(name: "notes", statements: schema))
        try store.start()
        guard awaitsLock, isThere else { return store }
        do throws(StoreError) {
            _ = try store.read { reader throws(StoreError) in try reader.number("SELECT 1") }
        } catch {
            store.stop()
            throw error
        }
        return store
    }

    static let notes = ["CREATE TABLE notes(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT"]
}

/// Removes a file or a folder with what is in it.
private func remove(_ path: String) {
    if let stream = unsafe opendir(path) {
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { array in
                unsafe array.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." { remove("\(path)/\(name)") }
        }
        unsafe _ = closedir(stream)
    }
    unsafe _ = Glibc.remove(path)
}

/// Collects what completions were told, in the order in which they were.
final class Outcomes: Sendable {
    private let results = Monitor<[(write: Int, result: Result<StoreOutcome, StoreError>)]>([])

    /// A completion for the write with this number.
    func completion(_ write: Int) -> @Sendable (Result<StoreOutcome, StoreError>) -> Void {
        { [results] result in
            results.withLock { $0.append((write, result)) }
            results.signal()
        }
    }

    /// Waits for so many completions.
    func wait(for count: Int) -> [(write: Int, result: Result<StoreOutcome, StoreError>)] {
        results.waitUntil { $0.count >= count ? $0 : nil } ?? []
    }
}

extension Store {
    /// Writes and waits until it is known how that went.
    func write(_ sql: String, _ bind: @escaping @Sendable (inout StatementBinder) -> Void = { _ in }) throws
        -> StoreOutcome
    {
        try write(StoreStatement(sql: sql, bind: bind))
    }

    func write(_ statements: StoreStatement...) throws -> StoreOutcome {
        let outcomes = Outcomes()
        try #require(submit(StoreWrite(statements: statements, completion: outcomes.completion(0))))
        return try outcomes.wait(for: 1)[0].result.get()
    }

    /// Queues a note and does not wait.
    @discardableResult
    func submitNote(
        _ text: String,
        _ completion: @escaping @Sendable (Result<StoreOutcome, StoreError>) -> Void
    ) -> Bool {
        submit(StoreWrite(StoreStatement(sql: insertNote) { $0.text(text) }, completion: completion))
    }

    /// Stores a note, "first", and holds the store writer in its completion until the gate is opened: what is submitted
    /// meanwhile waits together.
    func hold() -> Gate {
        let gate = Gate()
        let isHeld = Gate()
        submitNote("first") { _ in
            isHeld.open()
            gate.pass()
        }
        isHeld.pass()
        return gate
    }

    func count(_ table: String = "notes") throws -> Int64 {
        try read { reader throws(StoreError) in try reader.number("SELECT count(*) FROM \(table)") }
    }
}

let insertNote = "INSERT INTO notes(text) VALUES (?)"

/// Holds threads until it is opened.
final class Gate: Sendable {
    private let isOpen = Monitor(false)

    func open() {
        isOpen.withLock { $0 = true }
        isOpen.broadcast()
    }

    func pass() {
        _ = isOpen.waitUntil { $0 ? true : nil }
    }
}
