/// One element of the Forwarded field (RFC 7239 §4). Pure; any thread.

/// An element of Forwarded: one step of a request's way: `for=192.0.2.7;proto=https;by="[2001:db8::1]"`.
enum ForwardedElement {
    /// The node that `for` names; nil when it names none that has an address, or the element is malformed.
    ///
    /// A parameter that occurs twice makes an element malformed: two readers could believe different ones.
    static func node(_ element: Span<UInt8>) -> ForwardedNode? {
        var node: Range<Int>?
        var index = 0
        while index < element.count {
            guard element[index] != Ascii.semicolon, !element[index].isBlank else {
                index &+= 1
                continue
            }
            let first = index
            while index < element.count, element[index].isToken { index &+= 1 }
            let name = first..<index
            guard !name.isEmpty, index < element.count, element[index] == Ascii.equals else { return nil }
            guard let value = value(element, at: index &+ 1) else { return nil }
            index = value.end
            while index < element.count, element[index].isBlank { index &+= 1 }
            guard index == element.count || element[index] == Ascii.semicolon else { return nil }
            if ByteScan.equals(element.extracting(name), ignoringCase: "for") {
                guard node == nil else { return nil }
                node = value.range
            }
        }
        return node.flatMap { ForwardedNode(quoted: element.extracting($0)) }
    }

    /// The range of a value without its quotation marks, and its end with them; nil when there is none.
    private static func value(_ element: Span<UInt8>, at start: Int) -> (range: Range<Int>, end: Int)? {
        var index = start
        if index < element.count, element[index] == Ascii.quote {
            index &+= 1
            while index < element.count, element[index] != Ascii.quote {
                index &+= element[index] == Ascii.backslash ? 2 : 1
            }
            return index < element.count ? (start &+ 1..<index, index &+ 1) : nil
        }
        while index < element.count, isUnquoted(element[index]) { index &+= 1 }
        return index > start ? (start..<index, index) : nil
    }

    /// The characters of a token, and those that an address has besides: some proxies forget to quote it.
    private static func isUnquoted(_ byte: UInt8) -> Bool {
        byte.isToken || byte == Ascii.colon || byte == Ascii.openingSquare || byte == Ascii.closingSquare
    }
}
