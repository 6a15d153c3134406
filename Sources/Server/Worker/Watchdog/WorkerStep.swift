/// The step that a worker is at, in one word. Made on the worker, put into words by the watchdog thread.

internal import CompletionPort
internal import Synchronization

/// A step of a worker's turn, and the slot that it is about.
struct WorkerStep: Equatable, AtomicRepresentable {
    /// Steps beside the packets of operations.
    enum Kind: UInt8, CaseIterable {
        case starting
        case resumingWaiters
        case submittingJobs
        case sending
        case armingReceives
        case lookingAtSites
        case passingDeadlines
        case ending
        // Messages that were posted.
        case resumeAccepting
        case handedOver
        case forwarded
        case handlerAnswered
        case variantMade
        case passwordChecked
        case passwordRemembered
        case folderRead
        case fileNamed
        case absenceNamed
        case rootLookedUp
        case reload
        case releaseMemory
        case drain
        case stop
    }

    /// The slot in the lower half, above it the operation's number, or above those a kind's.
    private let bits: UInt64
    private static let firstKind: UInt64 = 0x100

    private init(bits: UInt64) { self.bits = bits }

    init(_ kind: Kind, slot: UInt32 = 0) {
        bits = (Self.firstKind | UInt64(kind.rawValue)) << 32 | UInt64(slot)
    }

    /// A packet of this operation.
    init(performing operation: Operation, slot: UInt32) {
        bits = UInt64(operation.rawValue) << 32 | UInt64(slot)
    }

    /// A message that was posted.
    init(performing message: WorkerMessage) {
        switch message {
        case .resumeAccepting: self.init(.resumeAccepting)
        case .handedOver: self.init(.handedOver)
        case .forwarded: self.init(.forwarded)
        case .handlerAnswered(let exchange, _): self.init(.handlerAnswered, slot: exchange.slot)
        case .variantMade(let file, _): self.init(.variantMade, slot: file.slot)
        case .passwordChecked(let exchange, _): self.init(.passwordChecked, slot: exchange.slot)
        case .passwordRemembered: self.init(.passwordRemembered)
        case .folderRead: self.init(.folderRead)
        case .fileNamed(let file, _): self.init(.fileNamed, slot: file.slot)
        case .absenceNamed(let file, _, _): self.init(.absenceNamed, slot: file.slot)
        case .rootLookedUp: self.init(.rootLookedUp)
        case .reload: self.init(.reload)
        case .releaseMemory: self.init(.releaseMemory)
        case .drain: self.init(.drain)
        case .stop: self.init(.stop)
        }
    }

    static let starting = WorkerStep(.starting)

    // MARK: AtomicRepresentable

    typealias AtomicRepresentation = UInt64.AtomicRepresentation

    static func encodeAtomicRepresentation(_ value: consuming WorkerStep) -> AtomicRepresentation {
        UInt64.encodeAtomicRepresentation(value.bits)
    }

    static func decodeAtomicRepresentation(_ representation: consuming AtomicRepresentation) -> WorkerStep {
        WorkerStep(bits: UInt64.decodeAtomicRepresentation(representation))
    }
}

extension WorkerStep: CustomStringConvertible {
    /// As a line of the log has it: "a receive of connection 12".
    var description: String {
        let slot = UInt32(truncatingIfNeeded: bits)
        let number = UInt8(truncatingIfNeeded: bits >> 32)
        if bits >> 32 < Self.firstKind {
            return Operation(rawValue: number).map { Self.words($0, slot) } ?? "an unknown operation"
        }
        return Kind(rawValue: number).map { Self.words($0, slot) } ?? "an unknown step"
    }

    private static func words(_ operation: Operation, _ slot: UInt32) -> String {
        switch operation {
        case .accept: "an accept"
        case .receive, .send: "a \(operation) of connection \(slot)"
        case .sendAtOnce: "a send at once of connection \(slot)"
        case .hangUp: "a hang-up of connection \(slot)"
        case .room: "room for a send of connection \(slot)"
        // Files are closed without anybody to tell.
        case .finishSending: "a shutdown of connection \(slot)"
        case _ where slot == CompletionKey.unclaimed.slot: "a \(operation)"
        case .reset, .close, .cancel: "a \(operation) of connection \(slot)"
        case .open, .read: "\(operation == .open ? "an" : "a") \(operation) of file \(slot)"
        case .populate: "a populate of exchange \(slot)"
        case .notice: slot == CompletionWorker.bellSlot ? "its bell" : "a change of the sites' files"
        }
    }

    private static func words(_ kind: Kind, _ slot: UInt32) -> String {
        switch kind {
        case .starting: "its start"
        case .resumingWaiters: "connections that waited for an output block"
        case .submittingJobs: "handing calls to the pool"
        case .sending: "submitting sends"
        case .armingReceives: "arming receives"
        case .lookingAtSites: "reading what has changed in the sites' folders"
        case .passingDeadlines: "deadlines"
        case .ending: "ending its connections"
        case .resumeAccepting, .handedOver, .forwarded, .passwordRemembered, .folderRead, .rootLookedUp, .reload,
            .releaseMemory,
            .drain, .stop:
            "a posted \(kind)"
        case .handlerAnswered, .passwordChecked: "a posted \(kind) of exchange \(slot)"
        case .variantMade, .fileNamed, .absenceNamed: "a posted \(kind) of file \(slot)"
        }
    }
}
