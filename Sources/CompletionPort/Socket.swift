/// A connected socket as a completion port knows it. A value; the worker whose port it belongs to.

/// Either a descriptor of the process, or a place in the port's own table: a *direct descriptor*.
///
/// Places do not count against the process's limit of descriptors (`ulimit -n`), so with them a process has as many
/// connections as its tables are large. No system call reaches such a socket: everything is asked for through the ring.
package struct Socket: Equatable, Sendable {
    /// A descriptor, or the complement of a place.
    private let rawValue: Int32
    /// True for a Unix socket, which has nothing of TCP.
    package let isUnix: Bool

    /// A descriptor of the process.
    package init(descriptor: Int32, isUnix: Bool = false) {
        precondition(descriptor >= 0, "a descriptor is never negative")
        rawValue = descriptor
        self.isUnix = isUnix
    }

    /// A place in the port's table.
    package init(place: Int32, isUnix: Bool = false) {
        precondition(place >= 0, "a place is never negative")
        rawValue = ~place
        self.isUnix = isUnix
    }

    /// Whether it is a place in the port's table.
    package var isDirect: Bool { rawValue < 0 }

    /// The process's descriptor; `nil` when it is a place.
    package var descriptor: Int32? { isDirect ? nil : rawValue }

    /// The number that the kernel is given, of whichever kind.
    var number: Int32 { isDirect ? ~rawValue : rawValue }
}
