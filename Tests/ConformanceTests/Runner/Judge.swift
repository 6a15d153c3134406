/// Compares what came with what may come. Pure, any thread.

import Harness

enum Judge {
    /// What is sent behind every case: whether it is answered tells whether the connection went on, and that nothing of
    /// the case was left over to be taken for a request, or swallowed it.
    static let probe = "GET /probe.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    /// What stands before a case that is pipelined.
    static let opening = "GET /first.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"

    /// Judges a server's words on a connection.
    ///
    /// - Parameters:
    ///   - transcript: what the server said to the case and the probe.
    ///   - row: the case.
    ///   - isBehind: whether `opening` stood before the case.
    ///   - isOurs: whether the server is Ringport, of which the first of the ways is expected.
    /// - Returns: what is wrong; `nil` when nothing is.
    static func fault(_ transcript: Transcript, _ row: Case, isBehind: Bool = false, isOurs: Bool) -> String? {
        var replies: [Reply]
        do {
            replies = try parse(transcript, (isBehind ? ["GET"] : []) + row.methods, isOurs: isOurs)
        } catch {
            return "\(error)"
        }
        if isBehind {
            guard let first = replies.first, first.status == 200, first.text == "first\n" else {
                return "the request before it was answered with \(summary(replies))"
            }
            replies.removeFirst()
        }
        guard transcript.ending == .closed else { return "silence after \(summary(replies))" }
        let goesOn = replies.last?.text == "probe\n"
        if goesOn { replies.removeLast() }
        let ways = isOurs ? Array(row.expected.ways.prefix(1)) : row.expected.ways
        let faults = ways.map { fault(of: replies, goesOn: goesOn, $0, isOurs: isOurs) }
        // The first way is the usual one, so its fault says most.
        return faults.contains(nil) ? nil : faults.first.flatMap { $0 }
    }

    private static func fault(of replies: [Reply], goesOn: Bool, _ way: Expected.Way, isOurs: Bool) -> String? {
        guard replies.count == way.answers.count else {
            return "\(replies.count) answers instead of \(way.answers.count): \(summary(replies))"
        }
        for (reply, answer) in zip(replies, way.answers) {
            if let fault = answer.fault(of: reply, isStrict: isOurs) { return fault }
        }
        switch way.ending {
        case .either: return nil
        case .goesOn:
            // RFC 9112 §9.6: a server may close after any answer that says so. Ringport has no reason to.
            let saidSo = !isOurs && replies.last?["Connection"]?.lowercased().contains("close") == true
            return goesOn || saidSo ? nil : "the server closed after \(summary(replies))"
        case .closes: return goesOn ? "the connection went on after \(summary(replies))" : nil
        }
    }

    /// The final answers; interim ones are passed over, as a client does (RFC 9110 §15.2).
    private static func parse(_ transcript: Transcript, _ methods: [String], isOurs: Bool) throws -> [Reply] {
        var replies: [Reply] = []
        var rest = transcript.bytes
        while !rest.isEmpty {
            // The probe is a GET.
            let method = replies.count < methods.count ? methods[replies.count] : "GET"
            guard let (reply, count) = try Response.parse(rest, method: method, isEnd: true, isOurs: isOurs) else {
                throw HarnessError("an unfinished answer: \(Response.quote(rest))")
            }
            rest.removeFirst(count)
            if reply.status >= 200 { replies.append(reply) }
        }
        return replies
    }

    private static func summary(_ replies: [Reply]) -> String {
        replies.isEmpty ? "no answer" : replies.map { "\($0.status)" }.joined(separator: ", ")
    }
}
