/// The status socket and who asks by it, in one process. Test threads, and the thread "status".

import Glibc
import Platform
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(5))) struct StatusSocketTests {
    private static let report = StatusReport(trouble: nil, sections: [StatusReport.Section("a", ["b": .number(1)])])

    /// Runs with a folder that is removed with what lies in it.
    private func inFolder(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/ringport-status-XXXXXX".utf8CString)
        guard let made = unsafe mkdtemp(&template) else { throw SystemError("make a folder") }
        let folder = unsafe String(cString: made)
        defer {
            for name in ["/status.sock", ""] { unsafe _ = Glibc.remove(folder + name) }
        }
        try body(folder)
    }

    private func socket(_ paths: String..., said: Monitor<[String]> = Monitor([])) -> StatusSocket {
        StatusSocket(paths: paths) { line in said.withLock { $0.append(line) } }
    }

    private func ask(_ path: String, _ format: StatusFormat = .text) throws -> String {
        try String(decoding: StatusAnswer.ask([path + "-elsewhere", path], format).report, as: UTF8.self)
    }

    @Test func itsOwnerIsAnswered() throws {
        try inFolder { folder in
            let path = folder + "/status.sock"
            let socket = socket(path)
            socket.start { Self.report }
            for _ in 0..<3 {
                try #expect(ask(path) == "health\n  all is well\na\n  b  1\n")
                try #expect(ask(path, .json) == "{\"health\":\"ok\",\"a\":{\"b\":1}}\n")
            }
            var attributes = stat()
            unsafe #expect(lstat(path, &attributes) == 0)
            #expect(attributes.st_mode == S_IFSOCK | 0o600)
            socket.stop()
            unsafe #expect(lstat(path, &attributes) == -1 && errno == ENOENT)
            #expect(throws: StatusFailure.self) { try ask(path) }
        }
    }

    @Test func troubleIsToldApart() throws {
        try inFolder { folder in
            let socket = socket(folder + "/status.sock")
            socket.start { StatusReport(trouble: "it stops", sections: []) }
            try #expect(StatusAnswer.ask([folder + "/status.sock"], .text).trouble == "it stops")
            socket.stop()
        }
    }

    /// While another server answers there, that one is asked; then its successor takes the place.
    @Test func aSuccessorTakesThePlaceWhenItIsFree() throws {
        try inFolder { folder in
            let path = folder + "/status.sock"
            let (old, new) = (socket(path), socket(path))
            old.start { StatusReport(trouble: "old", sections: []) }
            new.start { Self.report }
            for _ in 0..<3 { try #expect(StatusAnswer.ask([path], .text).trouble == "old") }
            old.stop()
            // The successor looks twice a second.
            while (try? StatusAnswer.ask([path], .text)) == nil {}
            try #expect(StatusAnswer.ask([path], .text).trouble == nil)
            new.stop()
            unsafe #expect(access(path, F_OK) == -1)
        }
    }

    @Test func aServerThatWaitsForThePlaceStops() throws {
        try inFolder { folder in
            let path = folder + "/status.sock"
            let (old, new) = (socket(path), socket(path))
            old.start { Self.report }
            new.start { Self.report }
            new.stop()
            try #expect(ask(path).hasPrefix("health"))
            old.stop()
        }
    }

    /// A folder that is not there, a file that is no socket: the next place is as good.
    @Test func theNextPlaceIsTaken() throws {
        try inFolder { folder in
            let said = Monitor<[String]>([])
            let socket = socket(folder + "/missing/a.sock", "/etc/passwd", folder + "/status.sock", said: said)
            socket.start { Self.report }
            try #expect(ask(folder + "/status.sock").hasPrefix("health"))
            socket.stop()
            #expect(said.withLock { $0.isEmpty })
        }
    }

    /// unix(7) leaves room for 107 bytes.
    @Test func aLongPathWillDo() throws {
        try inFolder { folder in
            let long = folder + "/" + String(repeating: "x", count: 120)
            guard unsafe mkdir(long, 0o700) == 0 else { throw SystemError("make \(long)") }
            let socket = socket(long + "/status.sock")
            socket.start { Self.report }
            try #expect(ask(long + "/status.sock").hasPrefix("health"))
            socket.stop()
            unsafe #expect(rmdir(long) == 0, "the socket is gone")
        }
    }

    @Test func whatIsNoSocketIsLeftAlone() throws {
        try inFolder { folder in
            let path = folder + "/status.sock"
            let number = unsafe open(path, O_CREAT | O_WRONLY, 0o600)
            close(number)
            let said = Monitor<[String]>([])
            let socket = socket(path, said: said)
            socket.start { Self.report }
            #expect(said.withLock { $0.count } == 1)
            #expect(said.withLock { $0.first?.contains("something else has this name") } == true)
            socket.stop()
            unsafe #expect(access(path, F_OK) == 0)
        }
    }

    /// A client that says nothing has a second, and the next is answered.
    @Test func aSilentClientDoesNotHoldItUp() throws {
        try inFolder { folder in
            let path = folder + "/status.sock"
            let socket = socket(path)
            socket.start { Self.report }
            let number = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            #expect(try UnixSocketFile.connect(number, path))
            try #expect(ask(path).hasPrefix("health"))
            close(number)
            socket.stop()
        }
    }

    /// Answers of another program, and half of one: none of them says that all is well.
    @Test(
        arguments: [
            ("", 75), ("hello\n", 76), ("ok\n", 76), ("ok 5\nhalf", 75), ("ok 5\nlonger", 75),
            ("failing 4 it stops\nfu", 75),
        ]
    )
    func aStrangeAnswerIsTold(answer: String, status: Int32) throws {
        try inFolder { folder in
            let path = folder + "/status.sock"
            let number = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            let file = try UnixSocketFile(path, number, backlog: 1, ListenRules(), SocketOwner(""))
            let other = try NamedThread(name: "other") {
                let client = accept(number, nil, nil)
                var word = [UInt8](repeating: 0, count: 64)
                unsafe _ = recv(client, &word, word.count, 0)
                unsafe _ = send(client, answer, answer.utf8.count, Int32(MSG_NOSIGNAL))
                close(client)
            }
            let failure = #expect(throws: StatusFailure.self) { try StatusAnswer.ask([path], .text) }
            #expect(failure?.exitStatus == status)
            other.join()
            close(number)
            file.remove()
        }
    }
}
