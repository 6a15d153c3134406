/// One thing that two parsers see differently in a request, and the kinds of such things. Pure; any thread.

import HTTP

/// What two parsers disagree upon.
struct Disagreement {
    enum Kind: Hashable {
        /// Ringport refuses what the witness takes, or what it would wait for more of.
        case refused
        /// Ringport takes, or waits for more of, what the witness refuses.
        case taken
        /// One has all that belongs to the request, the other waits for more.
        case extent
        /// Both take it, and differ on the method, the target or the version.
        case requestLine
        case fields
        case keepAlive
        /// Both take it, and differ on the framing, the content or the length.
        case content
    }

    let kind: Kind
    let input: [UInt8]
    let outline: Outline
    let ours: Reading
    let theirs: Reading

    /// All that the two disagree upon; nothing when they agree.
    static func all(_ input: [UInt8], _ ours: Reading, _ theirs: Reading) -> [Disagreement] {
        guard !ours.agrees(with: theirs) else { return [] }
        let outline = Outline(input)
        return kinds(ours, theirs).map {
            Disagreement(kind: $0, input: input, outline: outline, ours: ours, theirs: theirs)
        }
    }

    private static func kinds(_ ours: Reading, _ theirs: Reading) -> [Kind] {
        if ours.isRejected { return [.refused] }
        if theirs.isRejected { return [.taken] }
        guard let mine = ours.message, let other = theirs.message else { return [.extent] }
        var kinds: [Kind] = []
        if mine.method != other.method || mine.target != other.target || mine.isHTTP11 != other.isHTTP11 {
            kinds.append(.requestLine)
        }
        if mine.fields != other.fields { kinds.append(.fields) }
        if mine.keepsAlive != other.keepsAlive { kinds.append(.keepAlive) }
        switch (ours, theirs) {
        case (.accepted(_, let consumed), .accepted(_, let others)) where consumed != others: kinds.append(.content)
        case (.accepted, .incomplete), (.incomplete, .accepted): kinds.append(.extent)
        default: if mine.framing != other.framing || mine.body != other.body { kinds.append(.content) }
        }
        return kinds
    }

    /// Whether Ringport refused for one of these reasons.
    func isRefused(_ reasons: [RejectReason]) -> Bool {
        guard case .rejected(let name) = ours else { return false }
        return reasons.contains { "\($0)" == name }
    }
}

/// Disagreements with one cause.
struct DisagreementClass: Sendable {
    let name: String
    /// Where the RFCs say that Ringport is right.
    let section: String
    /// What the witness does, and why Ringport does not.
    let why: String
    let kinds: Set<Disagreement.Kind>
    /// For what Ringport refuses: the reasons that go with this class.
    var reasons: [RejectReason] = []
    /// Whether the input shows the cause.
    let isSeen: @Sendable (Disagreement) -> Bool

    func explains(_ disagreement: Disagreement) -> Bool {
        kinds.contains(disagreement.kind) && (disagreement.kind != .refused || disagreement.isRefused(reasons))
            && isSeen(disagreement)
    }
}
