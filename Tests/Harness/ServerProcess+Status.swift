/// A running server's own counters, as `ringport status` tells them. Test threads.

import Platform

extension ServerProcess {
    /// The numbers of a report by their names.
    package func counts() throws -> [String: Int] {
        let words = site.environment + [try Program.ringport, "status", "--root", site.root]
        let outcome = try Program.run(program: words[0], Array(words.dropFirst()))
        guard outcome.succeeded else { throw HarnessError("\(outcome)") }
        let numbers = outcome.lines.compactMap { line -> (String, Int)? in
            let words = line.split(separator: " ")
            guard words.count == 2, let number = Int(words[1]) else { return nil }
            return (String(words[0]), number)
        }
        return Dictionary(numbers) { first, _ in first }
    }

    /// Waits until so many calls of handlers are open, and no thread is at one, or about to be.
    ///
    /// A call ends a moment after its answer has left, and its thread holds what it was given until then.
    package func waitForCalls(open count: Int = 0, within limit: Duration = .seconds(30)) throws {
        let deadline = Instant.now.advanced(by: limit)
        var last: [String: Int] = [:]
        repeat {
            last = try counts()
            if last["open"] == count, last["jobs_waiting"] == 0, last["threads_idle"] == last["threads"] { return }
        } while Instant.now < deadline
        throw HarnessError("not \(count) open calls within \(limit): \(last)")
    }
}
