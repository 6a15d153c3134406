/// A connection to the database file. Used by one thread at a time: the store writer, or the pool thread it is lent to.

internal import CSQLite
internal import Glibc
internal import Platform

/// Owns one `sqlite3`, its prepared statements, and the deadline of what it runs.
@safe
final class Connection {
    // Opened without mutexes, so it must be used by one thread at a time: `WriteConnection` never leaves the store
    // writer, and a `Reader` is lent to one thread.
    enum Mode {
        case readWrite, readOnly
        /// Read-only, of a file that nobody writes, in a folder where the write-ahead log's index can't be made.
        case immutable
    }

    let path: String
    private let handle: OpaquePointer
    private var statements: StatementCache
    /// Nanoseconds of the monotonic clock after which a running statement is interrupted.
    ///
    /// At one address for life, as the progress handler reads it.
    private let deadline: UnsafeMutablePointer<UInt64>

    /// Opens the file.
    ///
    /// `readWrite` makes it when it does not exist; its folder must exist.
    init(path: String, mode: Mode, limits: StoreLimits) throws(StoreError) {
        Self.configureOnce
        self.path = path
        statements = StatementCache(countMax: limits.statementsCachedMax)
        var opened: OpaquePointer?
        let status = unsafe sqlite3_open_v2(Self.name(of: path, mode), &opened, Self.flags(mode), nil)
        // Even a failed opening leaves a connection, to hold the message; only lack of memory does not.
        guard let handle = unsafe opened else { throw .noMemory }
        unsafe self.handle = unsafe handle
        unsafe deadline = .allocate(capacity: 1)
        unsafe deadline.initialize(to: .max)
        // From here on `deinit` closes.
        guard status == SQLITE_OK else { throw error(status) }
        setBusyDuration(limits.busyDuration)
        // Only the store writer copies the log, whichever connection is the last to close.
        if mode != .readWrite { keepsLogOnClose = true }
        // The callback runs inside sqlite3_step, so on the thread that has the connection.
        unsafe sqlite3_progress_handler(
            handle,
            10_000,
            { context in
                guard let deadline = unsafe context?.assumingMemoryBound(to: UInt64.self) else { return 0 }
                return unsafe deadline.pointee != .max && Instant.now.nanoseconds > deadline.pointee ? 1 : 0
            },
            deadline
        )
    }

    deinit {
        statements.removeAll()
        // The _v2 form can't fail: it waits for statements that something still holds.
        _ = unsafe sqlite3_close_v2(handle)
        unsafe deadline.deallocate()
    }

    /// Finds or prepares the one statement that `sql` is.
    func statement(_ sql: String) throws(StoreError) -> Statement {
        if let statement = statements.find(sql) { return statement }
        let statement = try prepare(sql)
        statements.insert(statement)
        return statement
    }

    /// Prepares a statement that its owner keeps.
    func prepare(_ sql: String) throws(StoreError) -> Statement {
        var sql = sql
        var prepared: OpaquePointer?
        var hasMore = false
        let status = sql.withUTF8 { bytes in
            // Without a first byte there is no text at all, and SQLite would read up to a NUL that is not there.
            guard let start = bytes.baseAddress else { return SQLITE_OK }
            let count = Int32(clamping: bytes.count)
            var tail: UnsafePointer<CChar>?
            let status = unsafe start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { text in
                unsafe sqlite3_prepare_v3(handle, text, count, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, &tail)
            }
            if let tail = unsafe tail {
                let rest = unsafe UnsafeRawPointer(tail) - UnsafeRawPointer(start)
                hasMore = unsafe bytes[rest...].contains { $0 > UInt8(ascii: " ") }
            }
            return status
        }
        guard status == SQLITE_OK else { throw error(status, sql) }
        guard let handle = unsafe prepared else { throw .sql(message: "there is no statement in: \(sql)") }
        let statement = unsafe Statement(owning: handle, sql: sql)
        guard !hasMore else { throw .sql(message: "one statement at a time: \(sql)") }
        return statement
    }

    /// Runs a statement without parameters or rows.
    func finish(_ statement: Statement) throws(StoreError) {
        defer { statement.reset() }
        if case .failed(let status) = statement.step() { throw error(status, statement.sql) }
    }

    /// Runs every statement in a text that is not kept: pragmas and migrations.
    func run(_ sql: String) throws(StoreError) {
        let status = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard status == SQLITE_OK else { throw error(status) }
    }

    /// Runs a statement for its first row.
    func first<Result>(_ sql: String, _ body: (borrowing Row) -> Result) throws(StoreError) -> Result? {
        let statement = try prepare(sql)
        switch statement.step() {
        case .row: return body(statement.row)
        case .done: return nil
        case .failed(let status): throw error(status, sql)
        }
    }

    /// Interrupts what runs longer than until `instant`; `distantFuture` for what may take its time.
    func limit(until instant: Instant) {
        unsafe deadline.pointee = instant.nanoseconds
    }

    /// True when closing this connection leaves the write-ahead log as it is.
    ///
    /// Otherwise the last connection to close copies the log into the database and removes the file that has the log's
    /// name, whichever that is by then.
    var keepsLogOnClose = false {
        didSet {
            let status = unsafe ringport_sqlite_keep_log_on_close(handle, keepsLogOnClose ? 1 : 0)
            precondition(status == SQLITE_OK, "a connection takes its own settings")
        }
    }

    /// True when the file that is open no longer has the name that it was opened by.
    var isMoved: Bool {
        var moved: Int32 = 0
        let status = unsafe sqlite3_file_control(handle, nil, SQLITE_FCNTL_HAS_MOVED, &moved)
        return status == SQLITE_OK && moved != 0
    }

    func setBusyDuration(_ duration: Duration) {
        _ = unsafe sqlite3_busy_timeout(handle, Int32(clamping: duration.nanoseconds / 1_000_000))
    }

    /// The error for a result code that this connection has just returned.
    func error(_ status: Int32, _ sql: String? = nil) -> StoreError {
        let words = unsafe sqlite3_errmsg(handle)
        var message = if let words = unsafe words { unsafe String(cString: words) } else { "error \(status)" }
        if let sql, status & 0xff == SQLITE_ERROR { message += " in: \(sql)" }
        var systemCode = unsafe sqlite3_system_errno(handle)
        // SQLite tries to open for reading after it could not make the file, and reports that: the folder knows why.
        if systemCode == ENOENT, let slash = path.lastIndex(of: "/"), unsafe access(String(path[..<slash]), W_OK) != 0 {
            systemCode = errno
        }
        return StoreError(status: status, message: message, systemCode: systemCode, path: path)
    }

    /// Lends SQLite's own connection to what this type has no words for.
    @unsafe
    func withHandle<Result>(_ body: (OpaquePointer) -> Result) -> Result {
        unsafe body(handle)
    }

    /// Before the first connection, once for the process; a library already in use keeps its own settings, which only
    /// cost a little.
    private static let configureOnce: Void = {
        _ = ringport_sqlite_configure()
    }()

    static func flags(_ mode: Mode) -> Int32 {
        let common = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        return switch mode {
        case .readWrite: common | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        case .readOnly: common | SQLITE_OPEN_READONLY
        case .immutable: common | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
        }
    }

    /// The name to open: the path, or for `immutable` a URI (RFC 3986), in which what is not plain is escaped.
    private static func name(of path: String, _ mode: Mode) -> String {
        guard mode == .immutable else { return path }
        let digits = Array("0123456789ABCDEF")
        var uri = "file:"
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
                UInt8(ascii: "_"):
                uri.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                uri.append("%")
                uri.append(digits[Int(byte >> 4)])
                uri.append(digits[Int(byte & 15)])
            }
        }
        return uri + "?immutable=1"
    }
}
