/// The shape of every file and function, so that a reader decides in ten seconds whether to read on. Test threads.

import Testing

@Suite struct FileShapeTests {
    /// A file's first line begins a `///` comment; in the product the comment also names the threads that run the file.
    ///
    /// They are named by a word of DESIGN's table ("thread", "worker", "writer"), by the lock that is held, or by `Pure`
    /// where any thread may and nothing is shared.
    @Test func aFileOpensBySayingWhatItIsAndWhichThreadsRunIt() {
        for file in SourceTree.shared.files {
            let header = file.lines.prefix { $0.hasPrefix("///") }.joined(separator: " ")
            #expect(!header.isEmpty, "\(file.path): begin with `/// <what this is>. <which threads run it>.`")
        }
        for file in SourceTree.shared.product {
            let header = file.lines.prefix { $0.hasPrefix("///") }.joined(separator: " ")
            #expect(
                header.contains(/[Tt]hread|[Ww]orker|[Ww]riter|lock held|Pure/),
                "\(file.path): the `///` header has to name the threads that run the file, or to say `Pure`"
            )
        }
    }

    @Test func aFileHasAtMostFourHundredLines() {
        for file in SourceTree.shared.files {
            let count = file.lines.count - 1
            #expect(count <= 400, "\(file.path) has \(count) lines: move an aspect to Type+Aspect.swift")
        }
    }

    @Test func aFunctionFitsAScreen() {
        for file in SourceTree.shared.product {
            for (start, count) in Self.functions(in: file) {
                #expect(count <= 70, "\(file.path):\(start): a function of \(count) lines: 70 fit a screen, split it")
            }
        }
    }

    /// A type is counted with all its extensions in its module, comments included: an aspect in a file of its own reaches every
    /// property all the same.
    @Test func aTypeHasAtMostNineHundredLines() {
        // What is larger may only shrink: a row is lowered with each step, and goes.
        let larger = ["Server.CompletionWorker": 5154]
        var counts: [String: Int] = [:]
        for file in SourceTree.shared.product {
            for (name, count) in Self.types(in: file) { counts["\(file.module).\(name)", default: 0] += count }
        }
        for (name, count) in counts {
            let most = larger[name] ?? 900
            #expect(count <= most, "\(name) has \(count) lines of at most \(most): give a part a type of its own")
        }
        #expect(counts["HTTP.RequestParser", default: 0] > 300, "types are counted")
    }

    /// The name and the length of each declaration or extension of a type that begins a line.
    private static func types(in file: SourceFile) -> [(name: Substring, count: Int)] {
        file.code.indices.compactMap { start in
            let line = file.code[start]
            let declaration = /^(?:[@a-z()]+ )*(?:class|struct|enum|extension|protocol) ([A-Za-z]+)/
            guard let type = line.firstMatch(of: declaration) else { return nil }
            let end = line.hasSuffix("}") ? start : file.code[start...].firstIndex { $0.hasPrefix("}") }
            return end.map { (type.1, $0 - start + 1) }
        }
    }

    /// A listing of the folder explains the server.
    @Test func theServersFilesLieInFolders() {
        let flat = SourceTree.shared.product.filter { $0.path.wholeMatch(of: /Sources\/Server\/[^\/]+/) != nil }
        #expect(flat.count <= 3, "put \(flat.map(\.path)) into the folder whose sentence in ARCHITECTURE.md they fit")
    }

    /// The first line and the length of each function: from the line with its `{` to the `}` below the declaration.
    private static func functions(in file: SourceFile) -> [(start: Int, count: Int)] {
        file.code.indices.compactMap { start in
            let line = file.code[start]
            guard SourceFile.line(line, has: "func") || SourceFile.line(line, has: "init", notAfter: ["."]) else {
                return nil
            }
            // A declaration over several lines has its `{` further down; the closing brace has the same indentation.
            let closing = String(line.prefix { $0 == " " }) + "}"
            guard let end = file.code[start...].firstIndex(where: { $0.hasPrefix(closing) }) else { return nil }
            return line.hasSuffix("{") || line.hasSuffix("(") ? (start + 1, end - start + 1) : nil
        }
    }

    @Test func nothingIsLeftForLater() {
        // The marks are put together so that this file doesn't hold them.
        for mark in ["TO" + "DO", "FIX" + "ME", "XX" + "X:"] {
            expectNowhere(mark, "do it now, or file an issue")
        }
    }

    @Test func noPathOfOneMachineIsWrittenDown() {
        for path in ["/wo" + "rk/", "/ro" + "ot/", "/opt/sw" + "ift", "/ho" + "me/"] {
            expectNowhere(path, "find it at run time instead")
        }
    }

    /// Comments and strings are looked at too.
    private func expectNowhere(_ text: String, _ instead: String) {
        for file in SourceTree.shared.files {
            for (index, line) in file.lines.enumerated() where line.contains(text) {
                Issue.record("\(file.path):\(index + 1): \(text): \(instead)")
            }
        }
    }

    @Test func theTreeIsFoundAtAll() {
        #expect(SourceTree.shared.files.contains { $0.path == "Tests/TidyTests/FileShapeTests.swift" })
        #expect(SourceTree.shared.product.contains { $0.path == "Sources/Platform/Monitor.swift" })
    }
}
