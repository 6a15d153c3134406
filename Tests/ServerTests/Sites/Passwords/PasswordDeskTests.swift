/// The password desk with its threads: what is posted to whom, and in which order. Test threads, which wait for bells.

import CompletionPort
import FileLog
import Glibc
import HandlerPool
import Passwords
import Platform
import Testing

@testable import Server

@Suite struct PasswordDeskTests {
    /// `ann` with `geheim`, made by `htpasswd -nbB -C 4 ann geheim`.
    private static let text = Array("ann:$2y$04$nO5.jCYkdlElsyFEWWe8KOCT81tUt27tlBrr54YADzfCxJqnuH9oe\n".utf8)

    /// A worker's queue, and what has come out of it.
    private final class Inbox {
        let posts: PostQueue<WorkerMessage>
        private var messages: [String] = []

        init() throws { posts = try PostQueue() }

        /// Waits for as many messages, and gives them in their order.
        func take(_ count: Int) throws -> [String] {
            while messages.count < count {
                posts.takeAll { messages.append(Self.words($0)) }
                guard messages.count < count, posts.prepareToSleep() else { continue }
                var entry = pollfd(fd: posts.bellDescriptor, events: Int16(POLLIN), revents: 0)
                let ready = unsafe poll(&entry, 1, 20_000)
                posts.finishSleep()
                posts.silence()
                guard ready != 0 else { throw Silence() }
            }
            defer { messages.removeFirst(count) }
            return Array(messages.prefix(count))
        }

        private static func words(_ message: WorkerMessage) -> String {
            switch message {
            case .passwordChecked(let key, let outcome): "\(key.slot) \(outcome)"
            case .passwordRemembered: "remembered"
            default: "something else"
            }
        }
    }

    private struct Silence: Error {}

    private let passwords: PasswordFile

    init() throws {
        passwords = try PasswordFile(Self.text)
    }

    private func desk(_ workers: Inbox..., configure: (inout Limits) -> Void = { _ in }) throws -> PasswordDesk {
        var limits = Limits()
        limits.wrongPasswordInterval = .seconds(3600)
        configure(&limits)
        let desk = PasswordDesk(processors: 2, limits)
        try desk.start()
        desk.serve(workers.map(\.posts))
        return desk
    }

    /// - Returns: "waits", "right" or "refused".
    private func ask(_ desk: PasswordDesk, _ inbox: Inbox, _ slot: UInt32, _ password: String, from address: UInt32 = 1)
        -> String
    {
        let answer = desk.ask(
            PasswordDesk.Asker(posts: inbox.posts, exchange: CompletionKey(slot: slot, generation: 0)),
            PasswordDesk.Turns.Check(
                network: ClientNetwork(RemoteAddress(ipv4: address, port: 1)),
                credentials: CredentialDigest("ann", password)
            ),
            passwords.trial(user: Array("ann".utf8), password: Array(password.utf8)),
            now: .now
        )
        switch answer {
        case .waits: return "waits"
        case .right(let entry): return entry.credentials == CredentialDigest("ann", password) ? "right" : "another's"
        case .refused(let seconds): return (3000...3600).contains(seconds) ? "refused" : "refused for \(seconds) s"
        }
    }

    /// A client that has its answer may ask any worker next.
    @Test func everyWorkerHearsOfARightPasswordBeforeItsClientDoes() throws {
        let (first, second) = try (Inbox(), Inbox())
        let desk = try desk(first, second)
        defer { desk.stop(deadline: .now.advanced(by: .seconds(20))) }
        #expect(ask(desk, first, 7, "geheim") == "waits")
        #expect(try first.take(2) == ["remembered", "7 right"])
        #expect(try second.take(1) == ["remembered"])
        // Where a worker has not been told, the desk knows.
        #expect(ask(desk, second, 8, "geheim", from: 2) == "right")
    }

    @Test func wrongPasswordsAreCountedByAddress() throws {
        let inbox = try Inbox()
        let desk = try desk(inbox) { $0.wrongPasswordsMax = 3 }
        defer { desk.stop(deadline: .now.advanced(by: .seconds(20))) }
        for slot in 0..<3 as Range<UInt32> {
            #expect(ask(desk, inbox, slot, "guess \(slot)") == "waits")
            #expect(try inbox.take(1) == ["\(slot) wrong"])
        }
        #expect(ask(desk, inbox, 9, "geheim") == "refused", "right, but not looked at")
        #expect(ask(desk, inbox, 10, "geheim", from: 2) == "waits", "another address")
        #expect(try inbox.take(2) == ["remembered", "10 right"])
        #expect(ask(desk, inbox, 11, "geheim") == "right", "what is known is not refused")
    }

    /// A reload has files of passwords read anew.
    @Test func whatWasRightIsForgottenWhenRulesAreTakenAnew() throws {
        let inbox = try Inbox()
        let desk = try desk(inbox)
        defer { desk.stop(deadline: .now.advanced(by: .seconds(20))) }
        for slot in 0..<3 as Range<UInt32> {
            #expect(ask(desk, inbox, slot, "geheim") == "waits")
            #expect(try inbox.take(2) == ["remembered", "\(slot) right"])
            desk.follow(Limits())
        }
    }

    /// A server that stops has no thread left to compare.
    @Test func whatFindsNoThreadIsShed() throws {
        let inbox = try Inbox()
        let desk = try desk(inbox)
        desk.stop(deadline: .now.advanced(by: .seconds(20)))
        for slot in 0..<2 as Range<UInt32> {
            #expect(ask(desk, inbox, slot, "geheim") == "waits")
            #expect(try inbox.take(1) == ["\(slot) shed"])
        }
    }

    @Test func whoHasLeftHearsNothing() throws {
        let inbox = try Inbox()
        let desk = try desk(inbox)
        defer { desk.stop(deadline: .now.advanced(by: .seconds(20))) }
        for slot in 0..<50 as Range<UInt32> { _ = ask(desk, inbox, slot, "guess \(slot)", from: slot) }
        for slot in 1..<50 as Range<UInt32> {
            desk.leave(PasswordDesk.Asker(posts: inbox.posts, exchange: CompletionKey(slot: slot, generation: 0)))
        }
        // Some were compared before; what was not never is, and the next one has its turn.
        #expect(ask(desk, inbox, 99, "last", from: 99) == "waits")
        var heard: [String] = []
        while heard.last != "99 wrong" { heard += try inbox.take(1) }
        #expect(heard.first == "0 wrong" && Set(heard).count == heard.count)
    }
}
