/// Messages and commands from any thread to the log thread, without a lock: a stack that is pushed by compare-and-swap
/// and taken whole, so that no node is ever popped alone and the ABA problem can't arise.

internal import Platform
internal import Synchronization

/// Something that the log thread is asked to do, or to write in `error.log`.
enum LogCommand: Sendable {
    case message(level: LogLevel, text: String, wallClockNanoseconds: Int64)
    case reopen
    /// Write what is left, at the latest until the deadline.
    case stop(deadline: Instant)
    /// Wait for no reader any longer.
    case hurry
}

/// A queue with many producers and one consumer.
@safe
final class LogInbox: Sendable {
    @safe
    private final class Node: @unchecked Sendable {
        // Sendable: `next` is written before the node is published and read after it was taken.
        let command: LogCommand
        var next: Unmanaged<Node>? = nil

        init(_ command: LogCommand) {
            self.command = command
        }
    }

    private let newest = unsafe Atomic<Unmanaged<Node>?>(nil)
    private let messageCount = Atomic<Int>(0)
    private let messageCountMax: Int

    init(messageCountMax: Int) {
        self.messageCountMax = messageCountMax
    }

    deinit {
        _ = takeAll()
    }

    /// Queues a message unless too many are waiting.
    ///
    /// Any thread.
    func push(message command: LogCommand) -> Bool {
        guard messageCount.add(1, ordering: .relaxed).newValue <= messageCountMax else {
            messageCount.subtract(1, ordering: .relaxed)
            return false
        }
        push(command)
        return true
    }

    /// Queues a command; the few there are need no bound.
    ///
    /// Any thread.
    func push(_ command: LogCommand) {
        let node = Node(command)
        // The stack owns the reference made here until `takeAll` takes it over.
        let reference = unsafe Unmanaged.passRetained(node)
        var expected = unsafe newest.load(ordering: .relaxed)
        while true {
            unsafe node.next = expected
            let (exchanged, original) = unsafe newest.weakCompareExchange(
                expected: expected,
                desired: reference,
                successOrdering: .sequentiallyConsistent,
                failureOrdering: .relaxed
            )
            if exchanged { return }
            unsafe expected = original
        }
    }

    /// True when nothing waits.
    var isEmpty: Bool {
        unsafe newest.load(ordering: .sequentiallyConsistent) == nil
    }

    /// Takes everything, oldest first.
    ///
    /// On the log thread.
    func takeAll() -> [LogCommand] {
        var commands: [LogCommand] = []
        var reference = unsafe newest.exchange(nil, ordering: .acquiring)
        while let current = unsafe reference {
            let node = unsafe current.takeRetainedValue()
            commands.append(node.command)
            unsafe reference = node.next
        }
        commands.reverse()
        var messages = 0
        for case .message in commands { messages += 1 }
        if messages > 0 { messageCount.subtract(messages, ordering: .relaxed) }
        return commands
    }
}
