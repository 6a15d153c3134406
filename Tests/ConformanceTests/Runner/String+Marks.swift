/// The parts of a document that are generated. Pure, any thread.

import Harness

extension String {
    /// The text with other lines between `<!-- name:begin -->` and `<!-- name:end -->`.
    func replacing(between name: String, with lines: [String]) throws -> String {
        let (begin, end) = ("<!-- \(name):begin -->", "<!-- \(name):end -->")
        guard let first = firstRange(of: begin), let last = self[first.upperBound...].firstRange(of: end) else {
            throw HarnessError("there are no marks \(begin) and \(end)")
        }
        return self[..<first.upperBound] + "\n" + lines.joined(separator: "\n") + "\n" + self[last.lowerBound...]
    }
}
