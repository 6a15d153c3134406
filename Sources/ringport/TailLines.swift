/// How `ringport tail` shows lines: as they are, in colours, or as JSON. The main thread.

internal import FileLog
internal import Glibc
internal import Platform

/// The lines that pass, on their way to standard output.
struct TailLines {
    private enum Form {
        case plain
        case coloured
        case json
    }

    private let filter: LogFilter
    private let form: Form
    private var output = LineOutput(descriptor: STDOUT_FILENO)
    private var failure: SystemError?

    /// What is gathered before it is written although there is more.
    private static let batchSizeMax = 256 << 10

    init(filter: LogFilter, json: Bool) {
        self.filter = filter
        // https://no-color.org: set and not empty means no colours.
        let refusesColours = unsafe getenv("NO_COLOR").map { unsafe $0.pointee != 0 } ?? false
        form = json ? .json : output.isTerminal && !refusesColours ? .coloured : .plain
    }

    /// Takes a line without its line feed, and shows it if it passes.
    mutating func append(_ line: Span<UInt8>) {
        guard failure == nil, filter.passes(line) else { return }
        switch form {
        case .json: LogLineJSON.append(line, to: &output.bytes)
        case .plain: output.append(line: line)
        case .coloured: appendColoured(line)
        }
        guard output.bytes.count > Self.batchSizeMax else { return }
        do throws(SystemError) {
            try output.flush()
        } catch {
            // Told at the next flush, which the reader of the log calls where it can throw.
            failure = error
        }
    }

    /// Writes what was gathered.
    mutating func flush() throws(SystemError) {
        if let failure { throw failure }
        try output.flush()
    }

    /// The line with its request in bold and its status in the colour of its class.
    private mutating func appendColoured(_ line: Span<UInt8>) {
        guard let parsed = CombinedLogLine(line) else { return output.append(line: line) }
        output.append(line.extracting(0..<parsed.requestLine.lowerBound))
        output.bytes += "\u{1B}[1m".utf8
        output.append(line.extracting(parsed.requestLine))
        output.bytes += "\u{1B}[0m".utf8
        output.append(line.extracting(parsed.requestLine.upperBound..<parsed.statusText.lowerBound))
        output.bytes += Self.colour(ofStatus: parsed.status).utf8
        output.append(line.extracting(parsed.statusText))
        output.bytes += "\u{1B}[0m".utf8
        output.append(line: line.extracting(parsed.statusText.upperBound..<line.count))
    }

    private static func colour(ofStatus status: Int) -> String {
        switch status / 100 {
        case 2: "\u{1B}[32m"  // green
        case 3: "\u{1B}[36m"  // cyan
        case 4: "\u{1B}[33m"  // yellow
        case 5: "\u{1B}[31m"  // red
        default: "\u{1B}[35m"  // magenta
        }
    }
}
