/// Contents of requests, lines of logs and patterns: what reading them costs, whatever stands in them.

import Testing

@testable import Counted

@Suite struct ContentGrowthTests {
    // MARK: Chunks

    @Test(arguments: ["1\r\nx\r\n", "1;x=y\r\nx\r\n", "01\r\nx\r\n"])
    func chunksAreReadInTheirLength(part: String) {
        for pieceSize in [1, 7, 4096] {
            expectLinear("\(part.debugDescription) by \(pieceSize)", size: 4096, stepsPerByteMax: 3) { size in
                let bytes = repeated(part, size)
                return Steps.of {
                    var decoder = ChunkedDecoder()
                    var start = 0
                    while start < bytes.count {
                        let end = Swift.min(bytes.count, start + pieceSize)
                        let piece = bytes.span.extracting(start..<end)
                        var offset = 0
                        while case .data(let range) = decoder.next(piece, from: offset) { offset = range.upperBound }
                        start = end
                    }
                }
            }
        }
    }

    // MARK: Forms

    /// Boundaries that repeat themselves, and contents that nearly hold them.
    private static let nearBoundaries = [
        ("x", "\r\n--"), ("x", "\r\n--x y"), ("x", "--"), ("x", "\r\n--x   "), ("x", "\r"), ("x", "\r\n"),
        (String(repeating: "-", count: 69) + "x", "-"),
        (String(repeating: "-", count: 69) + "x", String(repeating: "-", count: 70) + " "),
        (String(repeating: "ab", count: 34) + "c", "--" + String(repeating: "ab", count: 35)),
        (String(repeating: "a-", count: 34) + "b", "--" + String(repeating: "a-", count: 34)),
        (String(repeating: "-", count: 69) + "x", "\r\n" + String(repeating: "-", count: 71)),
    ]

    @Test(arguments: nearBoundaries) func aPartIsReadInItsLength(boundary: String, part: String) {
        let type = Array("multipart/form-data; boundary=\"\(boundary)\"".utf8)
        let head = "--\(boundary)\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n"
        let end = "\r\n--\(boundary)--\r\n"
        for (before, behind) in [("", head + end), (head, end), (head + end, "")] {
            expectLinear("\(boundary) \(part.debugDescription)", size: 4096, stepsPerByteMax: 8) { size in
                let body = Array(before.utf8) + repeated(part, size) + Array(behind.utf8)
                return Steps.of {
                    guard var form = MultipartForm(contentType: type.span) else { return }
                    while case .part = form.next(in: body.span) {}
                }
            }
        }
    }

    @Test(arguments: [
        "X: y\r\n", "Content-Type: a\r\n", "Content-Encoding: identity, identity\r\n", "a", ";", "\u{1}",
        "Content-Disposition: form-data; name=\"\\\"\\\\\"\r\n",
    ])
    func theHeadOfAPartIsReadInItsLength(part: String) {
        expectLinear(part.debugDescription, size: 1024, stepsPerByteMax: 16) { size in
            let bytes = Array("Content-Disposition: form-data; name=\"a\"\r\n".utf8) + repeated(part, size)
            return Steps.of {
                var form = FormPart()
                var head = PartHead(bytes.span, from: 0, headSizeMax: bytes.count)
                _ = head.read(bytes.span, into: &form)
            }
        }
    }

    @Test(arguments: [";a=b", ";a=\"b\"", "; filename=\"\\\"\"", ";filename*0=a", "\"", ";=", ";name=\"a\\"])
    func theNamesOfAPartAreReadInTheirLength(part: String) {
        expectLinear(part, size: 1024, stepsPerByteMax: 16) { size in
            let line = Array("Content-Disposition: form-data".utf8) + repeated(part, size) + Array("\r\n\r\n".utf8)
            return Steps.of {
                var form = FormPart()
                var head = PartHead(line.span, from: 0, headSizeMax: line.count)
                _ = head.read(line.span, into: &form)
            }
        }
    }

    @Test func manyPartsAreReadInTheirLength() {
        let type = Array("multipart/form-data; boundary=x".utf8)
        expectLinear("parts", size: 8192, stepsPerByteMax: 12) { size in
            let body =
                repeated("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n", size) + Array("--x--".utf8)
            return Steps.of {
                guard var form = MultipartForm(contentType: type.span, partCountMax: .max) else { return }
                while case .part = form.next(in: body.span) {}
            }
        }
    }

    @Test(arguments: ["a=b&", "&", "%41", "%", "=", "a", "+", "%4"])
    func aURLEncodedFormIsReadInItsLength(part: String) {
        expectLinear(part, size: 4096, stepsPerByteMax: 12) { size in
            let body = repeated(part, size)
            return Steps.of {
                var form = URLEncodedForm(fieldCountMax: .max)
                var scratch: [UInt8] = []
                while case .field = form.next(in: body.span, into: &scratch) {}
            }
        }
    }

    // MARK: JSON

    @Test(arguments: [
        ("[", "[", ""), ("[", "[],", "1]"), ("[\"", "\\u0041", "\"]"), ("[\"", "\\ud83d\\ude00", "\"]"),
        ("[", " ", "]"),
        ("[", "1", "]"), ("[1.", "1", "e9]"), ("[\"", "é", "\"]"), ("{\"a\":1", " ", "}"), ("{", "\"a\":1,", "}"),
        ("[\"", "\\\\", "\"]"), ("[", "\"\",", "1]"), ("[", "true,", "1]"), ("[", "{\"a\":[]},", "1]"),
    ])
    func aJSONTextIsReadInItsLength(before: String, part: String, after: String) {
        expectLinear("\(before)\(part)", size: 4096, stepsPerByteMax: 12) { size in
            let text = Array(before.utf8) + repeated(part, size) + Array(after.utf8)
            return Steps.of {
                var reader = JSONReader(depthMax: .max, allowsLoneSurrogates: true)
                reading: while true {
                    switch reader.next(in: text.span) {
                    case .end, .rejected: break reading
                    default: continue
                    }
                }
                var compact: [UInt8] = []
                JSONText.appendCompact(text.span, to: &compact)
                _ = JSONText.decode(text.span, into: &compact)
                compact.append(jsonStringOf: text.span)
            }
        }
    }

    @Test func aJSONFormIsReadInItsLength() {
        expectLinear("members", size: 4096, stepsPerByteMax: 12) { size in
            let members = (0..<size / 16).map { "\"name\($0)\":{\"a\":[{\"b\":0}]}" }
            let body = Array("{\(members.joined(separator: ","))}".utf8)
            return Steps.of { _ = try? JSONForm.fields(of: body.span, fieldCountMax: .max) }
        }
    }

    // MARK: Patterns

    @Test(arguments: [
        ("/**.private*.html", ".private"), ("/**.private*.html", "a"), ("/**a*b", "a"), ("*a*a*a*a*b", "a"),
        ("/**/x/**/y", "/x"), ("/**" + String(repeating: "a", count: 100) + "*b", "a"), ("**?**?**?**x", "/a"),
        ("/**x*?*?*?*?*y", "x"), ("/*/*/*/*/*/z", "/a"), (String(repeating: "/**/a*", count: 40), "/a"),
    ])
    func aPathIsMatchedInItsLength(pattern: String, part: String) {
        let glob = PathGlob(pattern)
        let words = pattern.utf8.count / 64 + 1
        expectLinear(pattern, size: 2048, stepsPerByteMax: 2 + words) { size in
            let path = [Ascii.slash] + repeated(part, size)
            return Steps.of { _ = glob.matches(path.span) }
        }
    }

    // MARK: Logs

    @Test(arguments: ["\\x41", "\\", "\"", " ", "a", "[", "\\\""])
    func aLineOfALogIsReadInItsLength(part: String) {
        expectLinear(part, size: 4096, stepsPerByteMax: 12) { size in
            let text = String(decoding: repeated(part, size), as: UTF8.self)
            let lines = ["\(text)", "1 - - [x] \"GET /\(text) HTTP/1.1\" 200 5 \"-\" \"\(text)\""].map {
                Array($0.utf8)
            }
            return Steps.of {
                for line in lines {
                    if let parsed = CombinedLogLine(line.span) { _ = parsed.requestParts(of: line.span) }
                    _ = CombinedLogLine.unescaped(line.span)
                }
            }
        }
    }

    @Test(arguments: [1, 100]) func linesAreCutOutOfBlocksInTheirLength(blockSize: Int) {
        for part in ["a", "a\n", "\n"] {
            expectLinear("\(part) by \(blockSize)", size: 4096, stepsPerByteMax: 4) { size in
                let bytes = repeated(part, size)
                return Steps.of {
                    var splitter = LineSplitter()
                    var start = 0
                    while start < bytes.count {
                        let end = Swift.min(bytes.count, start + blockSize)
                        splitter.take(bytes.span.extracting(start..<end)) { _ in }
                        start = end
                    }
                }
            }
        }
    }
}
