/// What no source file says, each with what to say instead. Test threads.

import Testing

@Suite struct BannedWordsTests {
    /// A word that is not to be used, and what to use instead.
    struct Ban: Sendable {
        let word: String
        /// Paths that begin like this may use it.
        var except: [String] = []
        var isForTestsToo = false
        let instead: String
    }

    /// The folder whose thread opens and writes files.
    private static let logThread = "Sources/FileLog/"

    /// `ringport init` makes a new site and ends; it runs without a server, so no thread's promise is touched.
    private static let initCommand = "Sources/ringport/InitCommand.swift"

    /// The lock of whoever writes a site's database, and the note in it: taken before there is a log, and by tools.
    private static let siteLock = "Sources/Store/Files/SiteLock.swift"

    static let bans: [Ban] =
        ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND", "creat(", "write(", "pwrite(", "writev(", "pwritev("]
        .map {
            Ban(
                word: $0,
                except: [logThread, initCommand, siteLock],
                instead: "only FileLog's thread writes files: ask it through a protocol"
            )
        }
        + ["Thread.sleep", "Task.sleep", "usleep(", "nanosleep(", "sleep("].map {
            // A handler that is slow on purpose is what the tests of the pool need.
            Ban(
                word: $0,
                except: ["Tests/Handlers/"],
                isForTestsToo: true,
                instead: "wait for the event: Monitor.waitUntil"
            )
        }
        + [
            Ban(word: "try!", isForTestsToo: true, instead: "handle or throw the error"),
            Ban(
                word: "sqlite3_wal_checkpoint_v2(",
                except: ["Sources/Store/Writer/WriteConnection+Checkpoint.swift"],
                instead: "the write connection alone checkpoints"
            ),
            Ban(
                word: ".readWrite",
                except: [
                    "Sources/Store/Writer/Connection+Writer.swift", "Sources/Store/SQLite/Connection.swift",
                    // A file that is made, and a database in memory.
                    "Sources/Store/Files/DatabaseCopy.swift", "Sources/Store/Files/Inspection.swift",
                ],
                instead: "one connection writes a site's database: Connection.writer"
            ),
            Ban(word: "fatalError", instead: "`precondition` for a broken invariant, an error for the world"),
            Ban(word: "print(", except: ["Sources/ringport/"], instead: "only the program talks to people"),
        ]

    @Test func noBannedWordIsUsed() {
        for ban in Self.bans {
            let files = ban.isForTestsToo ? SourceTree.shared.files : SourceTree.shared.product
            for file in files where !ban.except.contains(where: file.path.hasPrefix) {
                for place in Self.places(of: ban.word, in: file) {
                    Issue.record("\(place): `\(ban.word)`: \(ban.instead)")
                }
            }
        }
    }

    /// Where a file uses a word.
    ///
    /// A call after `.` is a method's, unless `Glibc` stands before the `.`; and a bare call in a file that declares a
    /// method of that name is the method's too, as Swift itself resolves it.
    private static func places(of word: String, in file: SourceFile) -> [String] {
        guard word.hasSuffix("(") else { return file.places { SourceFile.line($0, has: word) } }
        let isDeclared = file.code.contains { $0.contains("func " + word) }
        return file.places { line in
            SourceFile.line(line, has: "Glibc." + word)
                || !isDeclared && SourceFile.line(line, has: word, notAfter: [".", "func "])
        }
    }

    @Test func filesAreOpenedForReadingOnly() {
        let writers = [Self.logThread, Self.initCommand]
        for file in SourceTree.shared.product where !writers.contains(where: file.path.hasPrefix) {
            for (index, line) in file.code.enumerated() where line.contains("fopen(") {
                // The mode is a string, and so only in the line as it was written.
                #expect(
                    file.lines[index].contains(/"re?"\)/),
                    "\(file.path):\(index + 1): fopen: only FileLog's thread opens a file to write"
                )
            }
        }
    }

    @Test func aWordIsFoundOnlyAsTheCallItIs() {
        func found(_ text: String) -> Int {
            Self.places(of: "write(", in: SourceFile(path: "Sources/A/b.swift", text: text)).count
        }
        #expect(found("let n = unsafe write(fd, p, 3)") == 1)
        #expect(found("unsafe Glibc.write(fd, p, 3)") == 1)
        #expect(found("log.write(record)\noverwrite(record)") == 0)
        #expect(found("func write(_ record: R) {}\nwrite(record)\nGlibc.write(fd, p, 3)") == 1)
        #expect(found("let a = \"write(\" // write(\n/* write(\n*/ ok()\n\"\"\"\nwrite(\n\"\"\"") == 0)
    }
}
