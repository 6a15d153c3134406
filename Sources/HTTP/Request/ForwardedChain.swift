/// The way of a request through proxies, read from its end. A value; any thread.
///
/// Each proxy adds at the end, so that only what stands there was said by one that is known: whatever a client sent stands
/// before it. So nothing is read from the left. A quotation mark that a client left open would otherwise swallow what its
/// proxy added.

/// The field in which proxies say whom they speak for.
package enum ForwardedField: Sendable {
    /// `X-Forwarded-For: 192.0.2.7, 10.0.0.1`
    case xForwardedFor
    /// `Forwarded: for=192.0.2.7, for=10.0.0.1` (RFC 7239)
    case forwarded

    var known: KnownField { self == .forwarded ? .forwarded : .xForwardedFor }
}

/// An element of the chain.
package enum ForwardedHop: BitwiseCopyable, Hashable, Sendable {
    case node(ForwardedNode)
    /// No address: `unknown`, a hidden name, or nothing that could be understood.
    case nameless
}

/// Steps through the elements of all lines of a field, the last element of the last line first.
///
/// The span is passed to each step; it must be the one the head was parsed from.
package struct ForwardedChain: Sendable {
    private let field: ForwardedField
    /// The lines that were not looked at.
    private var lines: ReverseFieldIterator
    /// The rest of the line that is being read.
    private var start = 0
    private var end = 0

    package init(_ head: RequestHead, _ field: ForwardedField) {
        self.field = field
        guard head.isRepeated(field.known) else {
            lines = ReverseFieldIterator()
            if let line = head[field.known] { (start, end) = (line.lowerBound, line.upperBound) }
            return
        }
        lines = ReverseFieldIterator(head)
    }

    /// The element before; nil before the first.
    ///
    /// - Complexity: Linear in the bytes of the head, for all elements together. Allocates nothing.
    package mutating func next(in bytes: Span<UInt8>) -> ForwardedHop? {
        while true {
            if let element = previousElement(bytes) {
                let text = bytes.extracting(element)
                let node = field == .forwarded ? ForwardedElement.node(text) : ForwardedNode(text)
                return node.map { .node($0) } ?? .nameless
            }
            guard let line = lines.previousValue(of: field.known, in: bytes) else { return nil }
            (start, end) = (line.lowerBound, line.upperBound)
        }
    }

    /// The last element that is left of the line; empty ones are passed over (RFC 9110 §5.6.1.2).
    private mutating func previousElement(_ bytes: Span<UInt8>) -> Range<Int>? {
        while end > start {
            var index = end
            while index > start, bytes[index &- 1] != Ascii.comma {
                index &-= 1
                if field == .forwarded, bytes[index] == Ascii.quote { index = openingQuote(bytes, before: index) }
            }
            let element = bytes.trimmed(index, end)
            end = max(start, index &- 1)
            if !element.isEmpty { return element }
        }
        return nil
    }

    /// The quotation mark that opens what the one at `closing` ends; the line's start when there is none.
    ///
    /// One within a quoted string has an odd number of backslashes before it (RFC 9110 §5.6.4).
    private func openingQuote(_ bytes: Span<UInt8>, before closing: Int) -> Int {
        var index = closing
        while index > start {
            index &-= 1
            guard bytes[index] == Ascii.quote else { continue }
            var first = index
            while first > start, bytes[first &- 1] == Ascii.backslash { first &-= 1 }
            if (index &- first).isMultiple(of: 2) { return index }
            index = first
        }
        return start
    }
}
