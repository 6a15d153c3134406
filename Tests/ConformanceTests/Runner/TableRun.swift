/// The table, held up to one server in one of three ways. One test thread.

import Harness

/// A server, and the way of asking it.
struct TableRun {
    let port: UInt16
    let isOurs: Bool
    var patience = Duration.seconds(10)

    /// The longest request that is split at every byte boundary.
    static let everySplitMax = 700
    /// How many boundaries of a longer request are tried, spread over it: such requests are long by one repeated byte, and
    /// each boundary within those is like the next.
    static let splitsOfLong = 64

    /// Asks each case on a connection of its own.
    ///
    /// - Returns: what is wrong with each answer, `nil` for nothing.
    func whole(_ rows: [Case]) throws -> [String?] {
        let transcripts = try dialogues.run(try scripts(rows))
        return zip(transcripts, rows).map { Judge.fault($0, $1, isOurs: isOurs) }
    }

    /// Asks each case behind another request.
    func behind(_ rows: [Case]) throws -> [String?] {
        let opening = Array(Judge.opening.utf8)
        let transcripts = try dialogues.run(
            try scripts(rows).map { Script(first: opening + $0.first, held: $0.held) }
        )
        return zip(transcripts, rows).map { Judge.fault($0, $1, isBehind: true, isOurs: isOurs) }
    }

    /// Asks each case with a cut at each boundary.
    func split(_ rows: [Case], splitsMax: Int = .max) throws -> [String?] {
        try zip(rows, scripts(rows)).map { row, script in
            let length = script.first.count - (script.held.isEmpty ? Judge.probe.utf8.count : 0)
            let cuts = Self.cuts(length, max: splitsMax)
            let pieces = cuts.map {
                Script(first: Array(script.first[..<$0]), rest: Array(script.first[$0...]), held: script.held)
            }
            let transcripts = try dialogues.run([script] + pieces)
            if let fault = Judge.fault(transcripts[0], row, isOurs: isOurs) { return fault }
            let whole = Self.comparable(transcripts[0].bytes)
            for (cut, transcript) in zip(cuts, transcripts.dropFirst()) {
                if transcript.ending == .closed, Self.comparable(transcript.bytes) == whole { continue }
                // Answers may differ in the number of a stored form; what counts is the table.
                if let fault = Judge.fault(transcript, row, isOurs: isOurs) { return "split at \(cut): \(fault)" }
            }
            return nil
        }
    }

    private var dialogues: Dialogues { Dialogues(port: port, patience: patience) }

    /// The places at which a request of `length` bytes is cut.
    static func cuts(_ length: Int, max: Int) -> [Int] {
        let count = length <= everySplitMax ? Swift.min(length - 1, max) : Swift.min(splitsOfLong, max)
        guard count < length - 1 else { return Array(1..<length) }
        return (1...count).map { $0 * (length - 1) / count }
    }

    private func scripts(_ rows: [Case]) throws -> [Script] {
        let tags = try tags(of: Set(rows.flatMap { Wire.tagPaths($0.request) }).sorted())
        let probe = Array(Judge.probe.utf8)
        return try rows.map { row in
            let request = try Wire.bytes(row.request, tags: tags)
            // What is held back comes before the probe.
            if row.held.isEmpty { return Script(first: request + probe) }
            return Script(first: request, held: try Wire.bytes(row.held, tags: tags) + probe)
        }
    }

    private func tags(of paths: [String]) throws -> [String: String] {
        let asked = paths.map { Script(first: Array(get($0, "Connection: close").utf8)) }
        let tags = try zip(paths, dialogues.run(asked)).compactMap { path, transcript -> (String, String)? in
            let parsed = try Response.parse(transcript.bytes, method: "GET", isEnd: true, isOurs: isOurs)
            return parsed?.0["ETag"].map { (path, $0) }
        }
        return Dictionary(uniqueKeysWithValues: tags)
    }

    /// An answer without the value of its Date fields.
    private static func comparable(_ bytes: [UInt8]) -> [UInt8] {
        let name = Array("\r\nDate: ".utf8)
        var bytes = bytes
        var index = 0
        while index + name.count + 29 <= bytes.count {
            if bytes[index] == 13, bytes[index + 2] == name[2], bytes[index..<index + name.count].elementsEqual(name) {
                for place in 0..<29 { bytes[index + name.count + place] = 0 }
            }
            index += 1
        }
        return bytes
    }
}
