/// What no source file says, each with what to say instead. Test threads.

import Testing

@Suite struct BannedWordsTests {
    /// A word that is not to be used, where, and what to use instead.
    struct Ban: Sendable {
        let word: String
        /// What may stand before the word and makes it another one.
        var notAfter: [String] = []
        /// Paths that begin like this may use it.
        var except: [String] = []
        var isForTestsToo = false
        let instead: String
    }

    /// `write(` with `.` before it is a method of ours, and with `func ` before it declares one; the C call has neither,
    /// except as `Glibc.write(`.
    private static let methods = [".", "func "]

    /// The folder whose thread opens and writes files.
    private static let logThread = "Sources/FileLog/"

    /// `ringport init` makes a new site and ends; it runs without a server, so no thread's promise is touched.
    private static let initCommand = "Sources/ringport/InitCommand.swift"

    private static let onlyFileLog = "only FileLog's thread writes files: ask it through a protocol (DESIGN: threads)"

    static let bans: [Ban] =
        ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND", "fopen(", "creat(", "Glibc.write(", "Glibc.pwrite("]
        .map {
            Ban(word: $0, except: [logThread, initCommand], instead: onlyFileLog)
        }
        + ["write(", "pwrite(", "writev(", "pwritev("].map {
            Ban(word: $0, notAfter: methods, except: [logThread, initCommand], instead: onlyFileLog)
        }
        + [
            Ban(word: "try!", isForTestsToo: true, instead: "handle or throw the error"),
            Ban(
                word: "fatalError",
                instead: "`precondition` with a message for a broken invariant, an error for the world"
            ),
            Ban(
                word: "print(",
                notAfter: methods,
                except: ["Sources/ringport/"],
                instead: "only the program talks to people"
            ),
            Ban(word: "Thread.sleep", isForTestsToo: true, instead: "wait for the event: Monitor.waitUntil"),
            Ban(word: "Task.sleep", isForTestsToo: true, instead: "wait for the event: Monitor.waitUntil"),
            Ban(word: "usleep(", isForTestsToo: true, instead: "wait for the event: Monitor.waitUntil"),
            Ban(
                word: "nanosleep(",
                except: ["Tests/Handlers/"],
                isForTestsToo: true,
                instead: "wait for the event: Monitor.waitUntil"
            ),
            Ban(
                word: "sleep(",
                notAfter: methods,
                except: ["Tests/Handlers/"],
                isForTestsToo: true,
                instead: "wait for the event: Monitor.waitUntil"
            ),
        ]

    @Test func noBannedWordIsUsed() {
        for ban in Self.bans { expectNowhere(ban) }
    }

    private func expectNowhere(_ ban: Ban) {
        let files = ban.isForTestsToo ? SourceTree.shared.files : SourceTree.shared.product
        for file in files where !ban.except.contains(where: file.path.hasPrefix) {
            for place in file.places({ SourceFile.line($0, has: ban.word, notAfter: ban.notAfter) }) {
                Issue.record("\(place): `\(ban.word)`: \(ban.instead)")
            }
        }
    }

    @Test func aWordIsFoundOnlyAsTheCallItIs() {
        #expect(SourceFile.line("let n = write(fd, p, 3)", has: "write(", notAfter: Self.methods))
        #expect(SourceFile.line("unsafe Glibc.write(fd, p, 3)", has: "Glibc.write("))
        #expect(!SourceFile.line("log.write(record)", has: "write(", notAfter: Self.methods))
        #expect(!SourceFile.line("func write(_ record: R)", has: "write(", notAfter: Self.methods))
        #expect(!SourceFile.line("overwrite(record)", has: "write(", notAfter: Self.methods))
        let file = SourceFile(
            path: "a/b.swift",
            text: "let a = \"write(\" // write(\n/* write(\n*/ ok()\n\"\"\"\nwrite(\n\"\"\""
        )
        #expect(file.places { SourceFile.line($0, has: "write(") }.isEmpty)
    }
}
