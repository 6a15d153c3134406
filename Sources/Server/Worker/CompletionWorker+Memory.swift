/// Memory that goes back to the system when nothing lives in it any longer. On the completion worker.

internal import CompletionPort
internal import Platform

extension CompletionWorker {
    /// Output blocks that give their memory back in one turn: each takes the kernel some microseconds.
    private static let outputsAtOnce = 512

    /// Gives the memory back that tables and output blocks have and do not need; the rest of the blocks in the next turn.
    ///
    /// - Parameter first: the output block to begin with.
    func releaseMemory(firstOutput first: Int) {
        if first == 0 {
            connections.releaseIdle()
            partialHeads.releaseIdle()
            exchanges.releaseIdle()
        }
        guard let next = outputs.releaseIdle(from: first, atMost: Self.outputsAtOnce) else { return }
        posts.post(.releaseMemory(firstOutput: next))
    }
}
