/// An open file descriptor with one owner. Any thread, one at a time.

internal import Glibc

/// Owns a file descriptor and closes it when the owner ends.
package struct Descriptor: ~Copyable, Sendable {
    /// The kernel's number, valid as long as this value lives.
    package let rawValue: Int32

    /// Takes ownership of an open descriptor.
    ///
    /// - Precondition: `rawValue` is not negative and nobody else closes it.
    package init(owning rawValue: Int32) {
        precondition(rawValue >= 0, "a descriptor is never negative")
        self.rawValue = rawValue
    }

    /// A descriptor with several owners, closed when the last one ends.
    package final class Shared: Sendable {
        private let descriptor: Descriptor
        package var rawValue: Int32 { descriptor.rawValue }
        package init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
    }

    deinit {
        // close(2): Linux frees the number even when it reports an error, so a retry could close somebody else's.
        _ = close(rawValue)
    }

    /// Gives the number away without closing it: to a ring that closes it, or to C code.
    package consuming func release() -> Int32 {
        let value = rawValue
        discard self
        return value
    }
}
