/// A request as a handler sees it. On the pool thread that handles it.

internal import CHandlerABI
public import HTTPTypes

/// A request: a view of the server's memory, there for the time of `handle`, which is why it can't be copied or kept.
@safe
public struct Request: ~Copyable {
    // Valid as long as this value, which only `Exported.handle` makes, within the call that borrowed the memory.
    let raw: UnsafePointer<ringport_request>

    init(_ raw: UnsafePointer<ringport_request>) {
        unsafe self.raw = unsafe raw
    }

    /// The method.
    ///
    /// An unknown one that is no token can't come.
    public var method: HTTPRequest.Method {
        HTTPRequest.Method(rawValue: unsafe String(raw.pointee.method)) ?? .get
    }

    /// The path, percent-decoded and without dot segments.
    ///
    /// What is not UTF-8 in it is replaced by U+FFFD.
    public var path: String { unsafe String(raw.pointee.path) }

    /// The text behind the first `?`, undecoded; empty without one.
    public var query: String { unsafe String(raw.pointee.query) }

    /// The request target as it was received.
    public var target: String { unsafe String(raw.pointee.target) }

    /// The client's address: `192.0.2.7`, `2001:db8::7`; `unix:` for one that came by a Unix socket.
    ///
    /// Behind a proxy that the configuration trusts, that of the visitor.
    public var remote: String { unsafe String(raw.pointee.remote) }

    /// The time at which the request was received.
    public var receivedAt: Timestamp { Timestamp(nanoseconds: unsafe raw.pointee.received_at) }

    /// The value of a field, its lines joined with a comma and a space (RFC 9110, section 5.2).
    ///
    /// A line that is not UTF-8 is taken for ISO-8859-1, as field values once were (section 5.5).
    ///
    /// - Parameter name: in lower case.
    /// - Returns: `nil` without a field line.
    public func field(_ name: StaticString) -> String? {
        var result: String?
        forEachValue(of: name) { value in
            let line = String(fieldValue: value)
            // In place: a copy for each line would cost the product of their number and their size.
            if result == nil { result = line } else { result?.append(", \(line)") }
        }
        return result
    }

    /// Looks at the values of all lines of a field, in the order received.
    func forEachValue<Failure: Error>(
        of name: StaticString,
        _ body: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        let fields = unsafe UnsafeBufferPointer(start: raw.pointee.fields, count: Int(raw.pointee.fields_count))
        for index in fields.indices {
            let bytes = unsafe UnsafeBufferPointer(fields[index].name)
            guard unsafe MediaType.equals(bytes.span, name) else { continue }
            let value = unsafe UnsafeBufferPointer(fields[index].value)
            try body(unsafe value.span)
        }
    }

    /// Looks at the first value of a field without making a string of it.
    ///
    /// - Parameters:
    ///   - name: in lower case.
    ///   - body: gets the value's bytes, or `nil`.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws.
    public func withField<Result, Failure: Error>(
        _ name: StaticString,
        _ body: (Span<UInt8>?) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let wanted = unsafe UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        let fields = unsafe UnsafeBufferPointer(start: raw.pointee.fields, count: Int(raw.pointee.fields_count))
        for index in fields.indices {
            let bytes = unsafe UnsafeBufferPointer(fields[index].name)
            guard bytes.count == wanted.count, unsafe zip(bytes, wanted).allSatisfy({ $0.asciiLowercased == $1 })
            else { continue }
            let value = unsafe UnsafeBufferPointer(fields[index].value)
            return try body(unsafe value.span)
        }
        return try body(nil)
    }

    /// All field lines, in the order received; their values are read as `field` reads them.
    public var headerFields: HTTPFields {
        var result = HTTPFields()
        let fields = unsafe UnsafeBufferPointer(start: raw.pointee.fields, count: Int(raw.pointee.fields_count))
        for index in fields.indices {
            guard let name = HTTPField.Name(unsafe String(fields[index].name)) else { continue }
            let value = unsafe UnsafeBufferPointer(fields[index].value)
            result.append(HTTPField(name: name, value: unsafe String(fieldValue: value.span)))
        }
        return result
    }

    /// The body's length in bytes.
    public var bodyLength: Int { unsafe raw.pointee.body.length }

    /// Looks at the body.
    public func withBody<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let bytes = unsafe UnsafeBufferPointer(raw.pointee.body)
        return try body(unsafe bytes.span)
    }

    /// Looks at the decoded path without making a string of it.
    public func withPath<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let bytes = unsafe UnsafeBufferPointer(raw.pointee.path)
        return try body(unsafe bytes.span)
    }

    /// Looks at the undecoded query without making a string of it.
    public func withQuery<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let bytes = unsafe UnsafeBufferPointer(raw.pointee.query)
        return try body(unsafe bytes.span)
    }
}
