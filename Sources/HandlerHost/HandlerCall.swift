/// One request on its way through a handler. Made by a completion worker, run by a pool thread, finished by any.

internal import CHandlerABI
internal import Synchronization

/// A request, copied into one block of memory that has the shape the ABI wants, and the way back to its client.
///
/// The block holds the field table, the head's bytes, the decoded path, the remote address and the body, so that a call
/// costs two allocations, this object and the block, and nothing is converted when it runs.
@safe
package final class HandlerCall: @unchecked Sendable {
    // Sendable: all is constant after `init` except `token` and `isCancelled`, which belong to the lock of `PendingCalls`, and
    // the block and the body, which are given back once: by `discard`, after which nobody runs the call, or by `deinit`.

    /// A part of the head's bytes.
    package struct Slice: Sendable {
        package let offset: Int
        package let length: Int

        package init(offset: Int, length: Int) {
            self.offset = offset
            self.length = length
        }
    }

    /// The client's own name for this call: connection, generation and sequence number, as it likes.
    package let key: UInt64
    package let handler: LoadedHandler
    /// Tells the network of the client from others; `nil` for one that has no share of what clients share.
    package let network: UInt64?
    private let client: any HandlerClient
    /// The client's own name for the account that the call is charged to.
    private let owner: UInt32
    /// `nil` when it was given back before the call's end.
    private var block: UnsafeMutableRawPointer?
    private var request = unsafe ringport_request()
    private var body: [UInt8]
    /// Bytes of the request's content.
    package let contentSize: Int
    /// Bytes of the head, the path, the address and the table of fields.
    package let headSize: Int

    private let wasDiscarded = Atomic<Bool>(false)
    /// True when nobody will run it: its memory has been given back.
    package var isObsolete: Bool { wasDiscarded.load(ordering: .relaxed) }

    /// The open call's token, 0 before it is opened.
    var token: ringport_token = 0
    var isCancelled = false

    /// Copies a request.
    ///
    /// - Parameters:
    ///   - handler: whose route it is.
    ///   - client: is told the end.
    ///   - key: for the client.
    ///   - network: the one that the request comes from.
    ///   - owner: for the client, which is told when the call's memory is free.
    ///   - receivedAt: nanoseconds since 1970 UTC.
    ///   - head: the bytes that all slices lie in.
    ///   - method: of the request line.
    ///   - target: of the request line.
    ///   - query: what follows the first `?` of the target; empty without one.
    ///   - path: percent-decoded and normalised.
    ///   - remote: the peer's address as text.
    ///   - fieldCount: how many field lines there are.
    ///   - field: the name and the value of each.
    ///   - smallBody: a body that lies in a receive buffer, which is copied.
    ///   - body: a body that has been gathered, which is kept. One of the two is empty.
    /// - Precondition: the slices lie within `head`.
    package init(
        handler: LoadedHandler,
        client: any HandlerClient,
        key: UInt64,
        network: UInt64? = nil,
        owner: UInt32,
        receivedAt: Int64,
        head: Span<UInt8>,
        method: Slice,
        target: Slice,
        query: Slice,
        path: Span<UInt8>,
        remote: Span<UInt8>,
        fieldCount: Int,
        field: (Int) -> (name: Slice, value: Slice),
        smallBody: Span<UInt8>,
        body: consuming [UInt8] = []
    ) {
        precondition(smallBody.isEmpty || body.isEmpty, "a request has one body")
        self.handler = handler
        self.client = client
        self.key = key
        self.network = network
        self.owner = owner
        self.body = body
        let fieldsSize = unsafe fieldCount * MemoryLayout<ringport_field>.stride
        let size = fieldsSize + head.count + path.count + remote.count + smallBody.count
        contentSize = smallBody.count + self.body.count
        headSize = size - smallBody.count
        let block = unsafe UnsafeMutableRawPointer.allocate(
            byteCount: size,
            alignment: MemoryLayout<ringport_field>.alignment
        )
        unsafe self.block = block

        // Everything below is written within `size` bytes: the table first, then the four spans one after the other.
        var position = unsafe block + fieldsSize
        func copy(_ span: Span<UInt8>) -> ringport_slice {
            let start = unsafe position
            unsafe span.withUnsafeBytes { bytes in
                guard let source = bytes.baseAddress else { return }
                unsafe start.copyMemory(from: source, byteCount: bytes.count)
            }
            unsafe position += span.count
            return unsafe ringport_slice(bytes: start.assumingMemoryBound(to: UInt8.self), length: span.count)
        }
        let copied = unsafe copy(head)
        func slice(_ slice: Slice) -> ringport_slice {
            precondition(
                slice.offset >= 0 && slice.length >= 0 && slice.offset <= head.count - slice.length,
                "a slice lies within the head"
            )
            return unsafe ringport_slice(bytes: copied.bytes + slice.offset, length: slice.length)
        }
        let fields = unsafe block.bindMemory(to: ringport_field.self, capacity: fieldCount)
        for index in 0..<fieldCount {
            let (name, value) = field(index)
            unsafe (fields + index).initialize(to: ringport_field(name: slice(name), value: slice(value)))
        }
        unsafe request.size = UInt32(MemoryLayout<ringport_request>.size)
        unsafe request.fields_count = UInt32(fieldCount)
        unsafe request.fields = unsafe UnsafePointer(fields)
        unsafe request.method = slice(method)
        unsafe request.target = slice(target)
        unsafe request.query = slice(query)
        unsafe request.path = copy(path)
        unsafe request.remote = copy(remote)
        unsafe request.body = copy(smallBody)
        unsafe request.received_at = receivedAt
    }

    deinit {
        let isWhole = unsafe block != nil
        // Nobody else has the block: the handler borrowed it during `handle`, while `run` held this object.
        unsafe block?.deallocate()
        release(isWhole: isWhole, isGone: true)
    }

    /// Gives back the call's memory, though the pool's queue may still have the call.
    ///
    /// - Precondition: it was cancelled before it began, so that nobody runs it.
    func discard() {
        precondition(isCancelled && token == 0, "the memory of a call that may run stays")
        guard let whole = unsafe block.take() else { return }
        wasDiscarded.store(true, ordering: .relaxed)
        unsafe whole.deallocate()
        body = []
        release(isWhole: true, isGone: false)
    }

    private func release(isWhole: Bool, isGone: Bool) {
        client.released(
            ReleasedCall(
                owner: owner,
                contentSize: isWhole ? contentSize : 0,
                headSize: isWhole ? headSize : 0,
                isGone: isGone
            )
        )
    }

    /// Ends the call, which has lost its place in the pool's queue before it began.
    ///
    /// Any thread; does not block.
    package func displaced() {
        handler.turnAway(self)
    }

    /// Runs the handler.
    ///
    /// Pool threads; may block.
    package func run() {
        handler.run(self)
    }

    /// Calls `perform` with the request as the ABI has it.
    func withRequest<Result>(_ perform: (UnsafePointer<ringport_request>) -> Result) -> Result {
        guard !body.isEmpty else { return unsafe withUnsafePointer(to: request) { unsafe perform($0) } }
        return unsafe body.withUnsafeBufferPointer { body in
            var request = unsafe request
            unsafe request.body = ringport_slice(bytes: body.baseAddress, length: body.count)
            return unsafe withUnsafePointer(to: request) { unsafe perform($0) }
        }
    }

    /// Tells the client the end.
    ///
    /// Called by whoever took the call out of `PendingCalls`, or withdrew it there, so once.
    func finish(_ result: consuming HandlerResult) {
        client.finish(self, result)
    }
}
