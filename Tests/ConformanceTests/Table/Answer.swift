/// What one answer has to be. Pure, any thread.

import Harness

typealias Reply = Response

/// What a field, or something else of an answer, has to be.
enum FieldRule: Sendable {
    case present(String)
    case absent(String)
    case equal(String, String)
    case lists(String, [String])
    case custom(String, @Sendable (Reply) -> Bool)
}

/// The description of one answer.
struct Answer: Sendable {
    /// Statuses that the RFC allows; the first is Ringport's.
    let statuses: [Int]
    var body: [UInt8]?
    var rules: [FieldRule] = []

    init(_ statuses: [Int]) {
        self.statuses = statuses
    }

    /// Judges an answer.
    ///
    /// - Parameters:
    ///   - reply: what came.
    ///   - isStrict: whether only the first status is good enough.
    /// - Returns: what is wrong; `nil` when nothing is.
    func fault(of reply: Reply, isStrict: Bool) -> String? {
        let allowed = isStrict ? Array(statuses.prefix(1)) : statuses
        guard allowed.contains(reply.status) else {
            return "status \(reply.status) instead of \(allowed.map(String.init).joined(separator: " or "))"
        }
        if let body, reply.body != body {
            return "body \(Response.quote(reply.body)) instead of \(Response.quote(body))"
        }
        return rules.lazy.compactMap { Self.fault(of: reply, $0) }.first
    }

    private static func fault(of reply: Reply, _ rule: FieldRule) -> String? {
        switch rule {
        case .present(let name):
            return reply[name] == nil ? "no \(name)" : nil
        case .absent(let name):
            return reply[name].map { "\(name): \($0)" }
        case .equal(let name, let value):
            let found = reply.fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
            return found == [value] ? nil : "\(name) is \(found) instead of \(value)"
        case .lists(let name, let members):
            let found = reply.fields.filter { $0.name.lowercased() == name.lowercased() }.flatMap { field in
                field.value.lowercased().split { ", \t".contains($0) }.map(String.init)
            }
            let lacking = members.filter { !found.contains($0.lowercased()) }
            return lacking.isEmpty ? nil : "\(name) lists \(found) without \(lacking)"
        case .custom(let what, let holds):
            return holds(reply) ? nil : what
        }
    }
}
