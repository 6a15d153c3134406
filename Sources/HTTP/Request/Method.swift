/// The method of a request. A value; any thread.

/// The methods of RFC 9110 §9.3 and RFC 5789; everything else is `other`, and its name is in `RequestHead.methodRange`.
package enum Method: UInt8, BitwiseCopyable, CaseIterable, Sendable {
    case get, head, post, put, delete, patch, options, trace, connect, other

    /// The method's name as it stands in a request line; "OTHER" for the rest.
    package var name: StaticString {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .patch: "PATCH"
        case .options: "OPTIONS"
        case .trace: "TRACE"
        case .connect: "CONNECT"
        case .other: "OTHER"
        }
    }

    /// Recognises a method by its bytes.
    ///
    /// Methods are case-sensitive (RFC 9110 §9.1), so `get` is `other`.
    init(_ bytes: Span<UInt8>, from start: Int, to end: Int) {
        var word: UInt64 = 0
        var index = start
        while index < end, index &- start < 8 {
            word = word &<< 8 | UInt64(bytes[index])
            index &+= 1
        }
        // The name read as a number, first letter highest.
        self =
            switch (end &- start, word) {
            case (3, 0x47_4554): .get
            case (4, 0x4845_4144): .head
            case (4, 0x504f_5354): .post
            case (3, 0x50_5554): .put
            case (6, 0x4445_4c45_5445): .delete
            case (5, 0x50_4154_4348): .patch
            case (7, 0x4f_5054_494f_4e53): .options
            case (5, 0x54_5241_4345): .trace
            case (7, 0x43_4f4e_4e45_4354): .connect
            default: .other
            }
    }
}

/// The versions this server speaks.
///
/// A later 1.x is understood as 1.1 (RFC 9110 §2.5).
package enum Version: UInt8, BitwiseCopyable, Sendable {
    case http10, http11
}
