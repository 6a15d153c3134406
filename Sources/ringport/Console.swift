/// What the program says to the person who started it, and how it ends. The main thread.

internal import ArgumentParser
internal import Store
// Glibc has `stderr` as a variable, which nothing here changes.
@unsafe @preconcurrency internal import Glibc

enum Console {
    /// A line on standard error.
    static func error(_ line: String) {
        unsafe fputs(line + "\n", stderr)
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
