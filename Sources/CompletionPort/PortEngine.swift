/// The engines of a completion port, and the choice between them. Pure values, but for the probe; any thread.

/// Something that does a completion port's work.
package enum PortEngine: Sendable, CaseIterable {
    /// The kernel does it: io_uring.
    case ring
    /// Calls that do not wait do it, when there is something to do: epoll.
    case readiness
}

/// The engine that somebody asks for, by the word for it.
package enum EngineWish: String, Sendable, CaseIterable {
    /// A ring where there can be one, else readiness.
    case automatic = "auto"
    case ring = "io_uring"
    case readiness = "epoll"
}

/// An engine that this machine has.
package struct EngineChoice: Sendable, CustomStringConvertible {
    package let engine: PortEngine
    /// True where a worker may have more connections than the process has descriptors.
    package let hasSocketTables: Bool
    /// Tells why it is not a ring, when that was wanted; `nil` otherwise.
    package let obstacle: PortUnavailable?

    /// Finds the engine by trying it.
    ///
    /// - Parameters:
    ///   - wish: what is asked for.
    ///   - limits: the sizes of the ports to come.
    /// - Returns: the engine that ports can be made with.
    /// - Throws: the reason why the one that is asked for can't be had.
    package static func find(
        _ wish: EngineWish,
        _ limits: CompletionPortLimits
    ) throws(PortUnavailable) -> EngineChoice {
        switch wish {
        case .ring:
            let hasTables = try CompletionPort.probe(limits, .ring)
            return EngineChoice(engine: .ring, hasSocketTables: hasTables, obstacle: nil)
        case .readiness:
            let hasTables = try CompletionPort.probe(limits, .readiness)
            return EngineChoice(engine: .readiness, hasSocketTables: hasTables, obstacle: nil)
        case .automatic:
            do {
                return try find(.ring, limits)
            } catch {
                let hasTables = try CompletionPort.probe(limits, .readiness)
                return EngineChoice(engine: .readiness, hasSocketTables: hasTables, obstacle: error)
            }
        }
    }

    /// The engine's name in the kernel.
    package var name: String {
        switch engine {
        case .ring: EngineWish.ring.rawValue
        case .readiness: EngineWish.readiness.rawValue
        }
    }

    /// The engine's name, and why it is not the other.
    package var description: String { name + (obstacle.map { " (\($0.cause); docs/OPERATIONS.md)" } ?? "") }
}

extension CompletionPort {
    /// Makes a port and undoes it; a ring is used for a round trip, as a filter may let it be set up and no more.
    ///
    /// - Returns: true when sockets may be in tables of the port's own.
    static func probe(_ limits: CompletionPortLimits, _ kind: PortEngine) throws(PortUnavailable) -> Bool {
        let port = try CompletionPort(limits: limits, engine: kind)
        switch port.engine {
        case .ring(let ring):
            try ring.roundTrip()
            return ring.hasSocketTables
        case .readiness: return false
        }
    }
}
