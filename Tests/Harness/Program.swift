/// The programs that the tests run, and what came of it. Test threads.

import Glibc

/// Runs programs to their end.
package enum Program {
    /// A finished program: how it ended and all it said.
    package struct Outcome: Sendable, CustomStringConvertible {
        package let ending: ChildProcess.Ending
        package let output: String
        package let errors: String

        package var succeeded: Bool { ending == .exited(0) }
        package var lines: [Substring] { output.split(separator: "\n") }
        package var description: String { "\(ending)\nstdout: \(output)\nstderr: \(errors)" }
    }

    /// The option that says which engine this run of the tests tries; none for the usual one.
    package static let engine: [String] = {
        guard let name = unsafe getenv("RINGPORT_ENGINE") else { return [] }
        return ["--engine", unsafe String(cString: name)]
    }()

    /// False where this run tries the engine that knows of readiness only: figures that are a ring's own are others there.
    package static let usesRing = engine.last != "epoll"

    /// The built `ringport`: beside the test bundle, where the build puts both; `RINGPORT_PROGRAM` names another.
    package static var ringport: String {
        get throws {
            if let named = ChildProcess.variable("RINGPORT_PROGRAM") { return named }
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
            let bundle = String(decoding: buffer[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let beside = bundle.prefix(upTo: bundle.lastIndex(of: "/") ?? bundle.startIndex) + "/ringport"
            guard unsafe access(String(beside), X_OK) == 0 else {
                throw HarnessError("no program at \(beside): run `swift build` first")
            }
            return String(beside)
        }
    }

    /// A library that the build puts beside the program.
    package static func library(_ name: String) throws -> String {
        let program = try ringport
        let path = program.prefix(upTo: program.lastIndex(of: "/") ?? program.startIndex) + "/lib\(name).so"
        guard unsafe access(String(path), R_OK) == 0 else { throw HarnessError("no library at \(path)") }
        return String(path)
    }

    /// Runs `ringport` with these arguments until it ends; `directory` is where, when that matters.
    package static func run(_ arguments: String..., in directory: String? = nil) throws -> Outcome {
        if let directory { return try run(program: "env", ["-C", directory, ringport] + arguments) }
        return try run(program: ringport, arguments)
    }

    /// Runs `curl`, silent except for errors and bounded in time, and returns what it printed.
    package static func curl(_ arguments: String...) throws -> Outcome {
        try run(program: "curl", ["--silent", "--show-error", "--max-time", "20"] + arguments)
    }

    /// Runs one of the scripts of `Tests/Clients` with a Python that has these modules.
    ///
    /// - Parameters:
    ///   - script: the script's name.
    ///   - modules: what it imports beyond Python's own library.
    ///   - arguments: for the script.
    /// - Returns: what it said.
    /// - Throws: when no Python has the modules.
    package static func python(_ script: String, importing modules: [String], _ arguments: String...) throws -> Outcome
    {
        try python(script, importing: modules, arguments)
    }

    /// The same with a list of arguments.
    package static func python(_ script: String, importing modules: [String], _ arguments: [String]) throws -> Outcome {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
            .joined(separator: "/")
        let importing = "import " + modules.joined(separator: ", ")
        // Debian's packages are for Debian's Python, which need not be the first of the path.
        for python in ["python3", "/usr/bin/python3"] {
            guard let found = try? run(program: python, ["-c", importing]), found.succeeded else { continue }
            return try run(program: python, ["-B", folder + "/Clients/" + script] + arguments, within: .seconds(120))
        }
        throw HarnessError("no Python 3 has \(modules): run `scripts/install-dependencies test`")
    }

    /// The rows of a query, one line each, by Debian's own `sqlite3`: a witness that shares no code with the server.
    ///
    /// - Parameters:
    ///   - site: whose database to ask.
    ///   - statement: the query.
    ///   - mayLack: a database that does not exist is one without rows; it is made when something is first stored.
    /// - Returns: the rows.
    /// - Throws: when there is no database, unless there may be none, and when it can't be read.
    package static func query(_ site: TestSite, _ statement: String, orNoDatabase mayLack: Bool = false) throws
        -> [String]
    {
        if mayLack, unsafe access(site.root + "/db/ringport.db", F_OK) != 0 { return [] }
        let outcome = try run(
            program: "sqlite3",
            ["-batch", "-noheader", "-cmd", ".timeout 10000", site.root + "/db/ringport.db", statement]
        )
        guard outcome.succeeded else { throw HarnessError("sqlite3 \(statement): \(outcome)") }
        return outcome.lines.map(String.init)
    }

    package static func run(program: String, _ arguments: [String], within limit: Duration = .seconds(60)) throws
        -> Outcome
    {
        let process = try ChildProcess(program, arguments)
        let ending = try process.waitUntilEnded(within: limit)
        return Outcome(ending: ending, output: process.output, errors: process.errors)
    }
}
