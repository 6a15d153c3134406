/// What a request head may cost. A value; any thread.

/// The named maxima of a request head.
package struct HeadLimits: Sendable {
    /// The largest size a head can be given: places in it are sixteen bits wide.
    package static var headSizeLargest: Int { 65_535 }
    /// Empty lines forgiven before a request line (RFC 9112 §2.2 asks for at least one).
    static var leadingEmptyLinesMax: Int { 4 }
    /// The longest method: longer ones are nobody's, and the answer is 501 (RFC 9112 §3).
    static var methodSizeMax: Int { 32 }

    /// Bytes of the whole head, empty lines before and after it included; more is refused with 431.
    package let headSizeMax: Int
    /// Bytes of the request line without its end; more is refused with 414.
    ///
    /// RFC 9112 §3 recommends 8,000 at least.
    package let requestLineSizeMax: Int
    /// Field lines; more are refused with 431.
    package let fieldCountMax: Int

    /// Bounds for a head.
    ///
    /// - Precondition: `headSizeMax` is at most `headSizeLargest`, and none is negative.
    package init(headSizeMax: Int = 32 << 10, requestLineSizeMax: Int = 8 << 10, fieldCountMax: Int = 100) {
        precondition((0...Self.headSizeLargest).contains(headSizeMax), "places in a head are sixteen bits wide")
        precondition(requestLineSizeMax >= 0 && fieldCountMax >= 0, "a maximum is not negative")
        self.headSizeMax = headSizeMax
        self.requestLineSizeMax = min(requestLineSizeMax, headSizeMax)
        self.fieldCountMax = fieldCountMax
    }
}
