/// Stand-ins for the server and for a plugin, so that the host can be tried without either.

import CHandlerABI
import Glibc
import Platform

@testable import HandlerHost

/// The server's side: keeps what handlers ask for until the test decides.
final class FakeServices: HandlerServices {
    struct State {
        var writes: [DatabaseWrite] = []
        var jobs: [HandlerJob] = []
        var lines: [String] = []
        var uploads: [String: [UInt8]] = [:]
        var isStoreFull = false
        var isPoolFull = false
    }

    let state = Monitor(State())

    var lines: [String] { state.withLock { $0.lines } }

    func takeWrite() -> DatabaseWrite? { state.withLock { $0.writes.popLast() } }

    func takeJob() -> HandlerJob? { state.withLock { $0.jobs.popLast() } }

    func store(_ write: DatabaseWrite, files: [DatabaseFile]) -> Bool {
        state.withLock { state in
            guard !state.isStoreFull else { return false }
            for file in files { state.uploads[file.name] = file.bytes }
            state.writes.append(write)
            return true
        }
    }

    func query(_ statement: DatabaseStatement, rows: inout DatabaseRows) throws(DatabaseFailure) {
        guard statement.sql == "SELECT count(*) FROM submissions" else {
            throw DatabaseFailure(.failed, message: "no such table")
        }
        rows.integer(42)
        _ = rows.endRow()
    }

    func saveUpload(name: String, bytes: Span<UInt8>) throws(SystemError) {
        let copy = bytes.indices.map { bytes[$0] }
        let isNew = state.withLock { state in
            state.uploads.updateValue(copy, forKey: name) == nil
        }
        if !isNew { throw SystemError(EEXIST, "create \(name)") }
    }

    func log(_ level: HandlerLogLevel, handler: String, _ text: String) {
        state.withLock { $0.lines.append("\(level) \(handler): \(text)") }
    }

    func runOnPool(_ job: HandlerJob) -> Bool {
        state.withLock { state in
            if !state.isPoolFull { state.jobs.append(job) }
            return !state.isPoolFull
        }
    }
}

/// The connection's side: keeps how calls ended.
final class FakeClient: HandlerClient {
    private let results = Monitor<[UInt64: [HandlerResult]]>([:])
    private let releases = Monitor<[ReleasedCall]>([])

    func finish(_ call: HandlerCall, _ result: consuming HandlerResult) {
        let result = result
        results.withLock { $0[call.key, default: []].append(result) }
        results.broadcast()
    }

    func released(_ call: ReleasedCall) {
        releases.withLock { $0.append(call) }
    }

    /// Releases of calls' memory, in order.
    var released: [ReleasedCall] { releases.withLock { $0 } }

    /// All ends of a call, of which there should be one at most.
    func results(_ key: UInt64) -> [HandlerResult] { results.withLock { $0[key] ?? [] } }

    /// Waits for the end of a call.
    func wait(_ key: UInt64) -> HandlerResult? {
        results.waitUntil(.now.advanced(by: .seconds(30))) { $0[key]?.first }
    }
}

extension HandlerResult {
    /// The response as text: status, field lines, empty line, body.
    var text: String {
        switch self {
        case .response(let response):
            let lines = String(decoding: response.bytes.prefix(response.bodyStart), as: UTF8.self)
            let body = String(decoding: response.bytes.dropFirst(response.bodyStart), as: UTF8.self)
            return "\(response.status)\n\(lines)\n\(body)".replacing("\r\n", with: "\n")
        case .declined: return "declined"
        case .failed(let failure): return failure.rawValue
        }
    }
}

extension HandlerCall {
    /// A call for a request that is written out here.
    static func make(
        _ handler: LoadedHandler,
        client: any HandlerClient,
        key: UInt64 = 1,
        method: String = "GET",
        path: String,
        query: String = "",
        fields: [(String, String)] = [],
        body: String = "",
        isBodyGathered: Bool = false
    ) -> HandlerCall {
        var head: [UInt8] = []
        func append(_ text: String) -> Slice {
            defer { head.append(contentsOf: text.utf8) }
            return Slice(offset: head.count, length: text.utf8.count)
        }
        let methodSlice = append(method)
        let target = append(query.isEmpty ? path : "\(path)?\(query)")
        let querySlice = Slice(offset: target.offset + target.length - query.utf8.count, length: query.utf8.count)
        let lines = fields.map { (name: append($0.0), value: append($0.1)) }
        return HandlerCall(
            handler: handler,
            client: client,
            key: key,
            owner: UInt32(truncatingIfNeeded: key),
            receivedAt: 1_795_471_341_123_000_000,
            head: head.span,
            method: methodSlice,
            target: target,
            query: querySlice,
            path: Array(path.utf8).span,
            remote: Array("192.0.2.7".utf8).span,
            fieldCount: lines.count,
            field: { lines[$0] },
            smallBody: (isBodyGathered ? [] : Array(body.utf8)).span,
            body: isBodyGathered ? Array(body.utf8) : []
        )
    }
}

/// The folder that the tests run from, where the build also puts the handlers' libraries.
func buildFolder() -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let length = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
    let path = String(decoding: buffer.prefix(max(0, length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    return path.split(separator: "/").dropLast().reduce(into: "") { $0 += "/\($1)" }
}
