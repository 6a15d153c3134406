/// Many clients of a site whose files are replaced under them, with a cache that has room for few. Test threads.

import Compression
import HTTP
import Platform
import Testing

@testable import Server

/// The pages of a site, each of which has had several contents.
private final class Pages: Sendable {
    /// The version whose replacement has been begun, and the one whose replacement has ended.
    private let versions: Monitor<[(begun: Int, ended: Int)]>
    let count: Int

    init(count: Int) {
        self.count = count
        versions = Monitor(Array(repeating: (0, 0), count: count))
    }

    static func text(_ page: Int, _ version: Int) -> String {
        let line = "<p>Page \(page) as of version \(version); all work and no play makes Jack a dull boy.\n"
        return String(repeating: line, count: 6 + (page * 7 + version) % 30)
    }

    func begin(_ page: Int) -> Int {
        versions.withLock { versions in
            versions[page].begun += 1
            return versions[page].begun
        }
    }

    func end(_ page: Int) {
        versions.withLock { $0[page].ended = $0[page].begun }
    }

    func oldest(_ page: Int) -> Int { versions.withLock { $0[page].ended } }
    func newest(_ page: Int) -> Int { versions.withLock { $0[page].begun } }
}

@Suite(.serialized) struct ChangingSiteTests {
    private static let codings = ["gzip", "br", "zstd", "gzip, br", "gzip, identity;q=0", "zstd, identity;q=0", ""]

    /// What a client asks for, and the oldest content that may answer it.
    private struct Question {
        let page: Int
        let oldest: Int
        let isHead: Bool
        let hasRange: Bool
        let request: String
    }

    private static func question(_ pages: Pages, _ random: inout SplitMix) -> Question {
        let page = random.below(pages.count)
        let isHead = random.below(8) == 0
        let hasRange = random.below(6) == 0
        let accept = codings[random.below(codings.count)]
        var request = "\(isHead ? "HEAD" : "GET") /p\(page).html HTTP/1.1\r\nHost: localhost\r\n"
        if !accept.isEmpty { request += "Accept-Encoding: \(accept)\r\n" }
        if hasRange { request += "Range: bytes=0-9,20-29,-5\r\n" }
        return Question(
            page: page,
            oldest: pages.oldest(page),
            isHead: isHead,
            hasRange: hasRange,
            request: request + "\r\n"
        )
    }

    /// What is wrong with an answer; `nil` for nothing.
    private static func fault(_ answer: ServedAnswer, _ question: Question, _ pages: Pages) throws -> String? {
        // Refused for the moment: a cache of entries in use, or too many changes in a row.
        if answer.status == 503 { return answer["Retry-After"] == nil ? "503 without Retry-After" : nil }
        // A variant of a page that is no longer kept could not be made.
        if answer.status == 406 { return question.request.contains("identity;q=0") ? nil : "406" }
        guard answer["Vary"] == "Accept-Encoding" else { return "Vary is \(answer["Vary"] ?? "missing")" }
        for version in question.oldest...pages.newest(question.page) {
            let text = Array(Pages.text(question.page, version).utf8)
            let coding = ContentCoding.allCases.first { "\($0.name)" == answer["Content-Encoding"] }
            if answer.status == 206 {
                // Of the file as it is, or of the variant where identity is refused: that one as a whole, or its parts.
                guard answer.text.contains("bytes 0-9/\(text.count)") else { continue }
                let parts = [text[0..<10], text[20..<30], text[(text.count - 5)...]]
                if parts.allSatisfy({ answer.text.contains(String(decoding: $0, as: UTF8.self)) }) { return nil }
                continue
            }
            let content = try coding.map { try Compressor.compress(text, $0) } ?? text
            if question.isHead ? answer["Content-Length"] == "\(content.count)" : answer.body == content { return nil }
        }
        return "no content of versions \(question.oldest) to \(pages.newest(question.page)): \(answer)"
    }

    private static func ask(_ port: UInt16, _ pages: Pages, seed: UInt64, connections: Int) throws -> [String] {
        var random = SplitMix(seed: seed)
        var faults: [String] = []
        for _ in 0..<connections {
            let connection = try RawConnection(port: port)
            for _ in 0..<random.below(6) {
                let questions = (0...random.below(8)).map { _ in question(pages, &random) }
                try connection.send(questions.map(\.request).joined())
                // A client that leaves while its answers are made.
                if random.below(12) == 0 { break }
                for question in questions {
                    let answer = try connection.answer(hasBody: !question.isHead)
                    if let fault = try fault(answer, question, pages) { faults.append(question.request + fault) }
                }
            }
            if random.below(2) == 0 { connection.reset() }
        }
        return faults
    }

    @Test(arguments: [4, 9, 40, 1000])
    func everyAnswerIsAContentThatThePageHad(cacheCount: Int) throws {
        let pages = Pages(count: 8)
        var files: [String: String] = [:]
        for page in 0..<pages.count { files["www/p\(page).html"] = Pages.text(page, 0) }
        let site = try ServedSite(files) {
            $0.workers = 2
            $0.limits.fileCacheCountMax = cacheCount
            $0.compression.cacheSizeMax = 16 * 1024
        }
        let port = site.port
        let faults = Monitor<[String]>([])
        let running = Monitor(4)
        let threads = try (0..<4).map { thread in
            try NamedThread(name: "client") {
                do {
                    let found = try Self.ask(port, pages, seed: UInt64(thread * 1000 + cacheCount), connections: 60)
                    faults.withLock { $0 += found }
                } catch {
                    faults.withLock { $0.append("\(error)") }
                }
                running.withLock { $0 -= 1 }
                running.broadcast()
            }
        }
        var random = SplitMix(seed: 17)
        // A replacement now and then, until the last client has finished.
        while running.waitUntil(.now.advanced(by: .microseconds(500)), { $0 == 0 ? true : nil }) == nil {
            let page = random.below(pages.count)
            let version = pages.begin(page)
            let text = Array(Pages.text(page, version).utf8)
            let modified = 1_750_000_000 + version
            if page < 2 {
                // What lies beside the page comes first, so that nothing of it is newer than the page.
                try site.replace("www/p\(page).html.gz", Compressor.compress(text, .gzip), modified: modified - 1)
            }
            try site.replace("www/p\(page).html", text, modified: modified)
            if page < 2 {
                try site.replace("www/p\(page).html.gz", Compressor.compress(text, .gzip), modified: modified)
            }
            pages.end(page)
            if random.below(50) == 0 { site.makeFolder("www/folder\(version)") }
        }
        for thread in threads { thread.join() }
        let found = faults.withLock { $0 }
        #expect(found.isEmpty, "\(found.count): \(found.prefix(3))")
        for page in 0..<pages.count {
            #expect(try site.ask("/p\(page).html").text == Pages.text(page, pages.oldest(page)))
        }
    }
}
