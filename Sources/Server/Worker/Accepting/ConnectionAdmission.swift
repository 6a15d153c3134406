/// Decides if an accepted client is served, and which account makes room for it. Pure; the worker that owns it.
///
/// DESIGN. Whose client comes next is known only when it has been accepted. So a few are accepted beyond the limit. Where
/// another worker has a place the client is handed over to it; no client waits, and none gives back, for want of a place
/// that some worker has. Where none has, a client of an address that holds fewer connections than another takes the place
/// of one of those. One of the address that holds most waits for a place, unread. When as many wait as there is room for,
/// accepting pauses: the rest waits in the kernel's backlog, as long as that helps. After a moment accepting goes on, so
/// that clients of other addresses behind them are reached: then a newcomer waits only when its own address has an idle
/// connection to end for it, or takes the turn of one of an address that has more clients waiting. As whoever floods may
/// leave and come again, that lasts until there has been room for a while. Those that wait are served in the order of what
/// their addresses have: those with fewest places first. Descriptors are the process's, and shares a worker's: where none
/// is left and nobody here can be asked for one, a newcomer is forwarded, once, to the worker that serves most.
///
/// Next: ConnectionGivers.swift

internal import CompletionPort
internal import Platform

/// The clients that wait for a place, and the state of accepting.
struct ConnectionAdmission {
    /// A place that was found, and taken, for a client.
    enum Place: Equatable {
        case own
        /// A place of another worker.
        case peer(Int)
        case none
    }

    /// The answer to a client that was accepted.
    enum Decision: Equatable {
        case serve
        /// Another worker serves it.
        case handOver(to: Int)
        /// It is served, and a connection of this account gives its place back.
        case replace(Shares.Account)
        /// No descriptor is left for it, and nobody here can be asked for one: a worker that serves more decides.
        case forward(to: Int)
        /// It is not read before there is a place.
        case wait
        /// It waits, and a client of this account that waits ends.
        case takeTurn(of: Shares.Account)
        /// It waits when an idle connection of its own address gives its place back, and ends otherwise.
        case shed
    }

    /// The room for clients that wait.
    enum Room: Equatable {
        case some
        /// As many wait as may.
        case full
        /// One more would keep the descriptor by which the client behind it comes.
        case none
    }

    /// Those that wait, the first to come first.
    private(set) var waiting: [CompletionKey] = []
    /// The time since which accepting pauses.
    private var pausedSince: Instant?
    /// Until then accepting goes on although as many wait as there is room for.
    private var shedsUntil = Instant(nanoseconds: 0)

    /// Clients wait in the backlog for so long before some are shed.
    static let patience = Duration.seconds(1)
    /// It is remembered for so long that some had to be.
    static let memory = Duration.seconds(10)

    /// True when accepting goes on although as many wait as there is room for.
    func isShedding(now: Instant) -> Bool { now < shedsUntil }

    /// Decides about a client.
    ///
    /// - Parameters:
    ///   - place: the place that was found for it.
    ///   - shares: the decision of the shares where there is none.
    ///   - room: the room for it to wait.
    ///   - line: the decision of the shares about clients that wait.
    ///   - elsewhere: a worker whose clients may be asked for a descriptor, where none is left and none here may be.
    ///   - now: the time.
    /// - Returns: the decision.
    func decide(
        _ place: Place,
        _ shares: Shares.Decision,
        room: Room,
        line: Shares.Decision = .refuse,
        elsewhere: Int? = nil,
        now: Instant
    ) -> Decision {
        switch (place, shares) {
        case (.own, _): .serve
        case (.peer(let peer), _): .handOver(to: peer)
        case (.none, .giveBack(let holder)): .replace(holder)
        case (.none, .take), (.none, .refuse): elsewhere.map(Decision.forward) ?? decideToWait(room, line, now)
        }
    }

    private func decideToWait(_ room: Room, _ line: Shares.Decision, _ now: Instant) -> Decision {
        if room == .some || room == .full && !isShedding(now: now) { return .wait }
        guard case .giveBack(let holder) = line else { return .shed }
        return .takeTurn(of: holder)
    }

    /// A client waits for a place.
    mutating func append(_ client: CompletionKey) { waiting.append(client) }

    /// A client that waited has a place, or has ended.
    mutating func remove(_ client: CompletionKey) { waiting.removeAll { $0 == client } }

    /// Looks whether accepting pauses.
    ///
    /// - Parameters:
    ///   - isFull: as many wait as there is room for.
    ///   - now: the time.
    /// - Returns: the time at which to look again; `nil` when accepting goes on.
    mutating func pause(isFull: Bool, now: Instant) -> Instant? {
        guard isFull else {
            pausedSince = nil
            return nil
        }
        let end = (pausedSince ?? now).advanced(by: Self.patience)
        guard isShedding(now: now) || now >= end else {
            pausedSince = pausedSince ?? now
            return end
        }
        pausedSince = nil
        shedsUntil = now.advanced(by: Self.memory)
        return nil
    }
}
