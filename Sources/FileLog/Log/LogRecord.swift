/// Facts of a completion worker about one finished request. Made on a worker, read on the log thread.
///
/// Next: AccessRing.swift

/// The facts of one request that have a fixed size; its texts go beside it as spans.
package struct LogRecord: Sendable {
    /// The time at which the request's head was complete, in nanoseconds since 1970 UTC.
    ///
    /// A clock read once per turn is good enough.
    package var wallClockNanoseconds: Int64
    /// The address of the client.
    ///
    package var remote: RemoteAddress
    /// The status sent, or 499 when the connection ended without one.
    package var status: UInt16
    /// Bytes of the response's content that were sent, its head not counted.
    package var bytesSent: UInt64
    /// From the end of the request's head until the response is written or sent; 0 within one turn of the worker.
    package var durationMicroseconds: UInt32
    /// Zero, or the index in the names given to `FileLog` of why the request was refused or the connection closed.
    package var reason: UInt8
    /// True when the user that goes beside it was not let in: then only `error.log` has the name.
    package var isUserRefused = false

    package init(
        wallClockNanoseconds: Int64,
        remote: RemoteAddress,
        status: UInt16,
        bytesSent: UInt64,
        durationMicroseconds: UInt32,
        reason: UInt8 = 0
    ) {
        self.wallClockNanoseconds = wallClockNanoseconds
        self.remote = remote
        self.status = status
        self.bytesSent = bytesSent
        self.durationMicroseconds = durationMicroseconds
        self.reason = reason
    }
}

/// A record as it lies in a ring, before the bytes of its four texts: trivial, 48 bytes.
struct StoredRecord {
    static let size = 48
    /// In place of the time: nothing more until the end of the ring's memory, go on at its beginning.
    static let skipMark = Int64.min

    var wallClockNanoseconds: Int64
    var bytesSent: UInt64
    var addressHigh: UInt64
    var addressLow: UInt64
    var durationMicroseconds: UInt32
    var status: UInt16
    var port: UInt16
    var requestLineCount: UInt16
    var refererCount: UInt16
    var userAgentCount: UInt16
    var reason: UInt8
    /// The count of the user's bytes in the low seven bits, `userRefused` above them.
    var user: UInt8 = 0

    static let userRefused: UInt8 = 0x80
    static let userSizeMax = 0x7F

    var userCount: Int { Int(user & 0x7F) }
    var isUserRefused: Bool { user & Self.userRefused != 0 }

    /// Bytes the record takes in a ring; a multiple of eight, so that a skip mark always fits before the end.
    var strideInRing: Int {
        (Self.size + Int(requestLineCount) + Int(refererCount) + Int(userAgentCount) + userCount + 7) & ~7
    }

    var remote: RemoteAddress { RemoteAddress(high: addressHigh, low: addressLow, port: port) }
}
