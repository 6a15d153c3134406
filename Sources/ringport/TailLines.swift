/// How `ringport tail` shows lines: as they are, in colours, or as JSON. The main thread.

internal import FileLog
internal import Glibc
internal import Platform

/// Lines on their way to standard output.
struct TailLines {
    private enum Form {
        case plain
        case coloured
        case json
    }

    private let form: Form
    private let isTerminal: Bool
    private var output = LineOutput(descriptor: STDOUT_FILENO)
    private var failure: SystemError?

    /// What is gathered before it is written although there is more.
    private static let batchSizeMax = 256 << 10

    init(json: Bool) {
        // https://no-color.org: set and not empty means no colours.
        let refusesColours = unsafe getenv("NO_COLOR").map { unsafe $0.pointee != 0 } ?? false
        isTerminal = output.isTerminal
        form = json ? .json : isTerminal && !refusesColours ? .coloured : .plain
    }

    /// Takes a line without its line feed.
    mutating func append(_ line: Span<UInt8>) {
        guard failure == nil else { return }
        switch form {
        case .json: LogLineJSON.append(line, to: &output.bytes)
        case .plain:
            appendShown(line)
            output.bytes.append(10)
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
        defer { output.bytes.append(10) }
        guard let parsed = CombinedLogLine(line) else { return appendShown(line) }
        appendShown(line.extracting(0..<parsed.requestLine.lowerBound))
        output.bytes += "\u{1B}[1m".utf8
        appendShown(line.extracting(parsed.requestLine))
        output.bytes += "\u{1B}[0m".utf8
        appendShown(line.extracting(parsed.requestLine.upperBound..<parsed.statusText.lowerBound))
        output.bytes += Self.colour(ofStatus: parsed.status).utf8
        appendShown(line.extracting(parsed.statusText))
        output.bytes += "\u{1B}[0m".utf8
        appendShown(line.extracting(parsed.statusText.upperBound..<line.count))
    }

    /// A part of a line; on a terminal without what steers it, which another program may have written.
    private mutating func appendShown(_ text: Span<UInt8>) {
        if !isTerminal || text.indices.allSatisfy({ (0x20..<0x7f).contains(text[$0]) }) {
            output.append(text)
        } else {
            output.bytes += TerminalText.escaped(text, .ofLog).utf8
        }
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
