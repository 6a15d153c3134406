/// What the program says to the person who started it, and how it ends. The main thread.

internal import ArgumentParser
internal import FileLog
internal import Glibc
internal import Platform
internal import Store
internal import Synchronization

enum Console {
    /// The time that standard error may still take from the program: a reader that has stopped must not stop it too.
    private static let patience = Mutex(Duration.seconds(1))

    /// A line on standard error; lost when that takes nothing for too long.
    static func error(_ line: String) {
        patience.withLock { patience in
            let start = Instant.now
            OpenStream(inherited: STDERR_FILENO).say(line + "\n", until: start.advanced(by: patience))
            patience = max(.zero, patience - Instant.now.since(start))
        }
    }

    /// Does something with the site's database, or ends the program with the reason why not.
    static func answer<Result>(_ body: () throws(StoreError) -> Result) throws -> Result {
        do throws(StoreError) {
            return try body()
        } catch {
            guard case .locked = error else { throw failure(error.description, status: 1) }
            throw failure("\(error.description); stop it first", status: 75)
        }
    }

    /// Says why the program can't do what it was told; throw the result.
    ///
    /// - Parameters:
    ///   - reason: a sentence for whoever started it.
    ///   - status: of sysexits.h.
    /// - Returns: what ends the program with that status.
    static func failure(_ reason: String, status: Int32) -> ExitCode {
        error("ringport: \(reason)")
        return ExitCode(status)
    }
}
