/// A handler's write on its way to the store writer. Made on any thread, read and completed on the store writer; one that
/// loses its place in the queue is completed by whoever submits the one that has it.

internal import CHandlerABI

/// Statements with their parameters in one block of memory, and what follows the commit.
@safe
package final class DatabaseWrite: @unchecked Sendable {
    // Sendable: constant after `init`, but for `isDisowned`, which is set before anybody else has the object.

    /// All of them are to be stored, or none.
    ///
    /// Their bytes live as long as this object.
    package let statements: [DatabaseStatement]
    /// Bytes of the texts, the parameters and the response.
    package let size: Int
    /// The network that the client of the write comes from; `nil` for one that has no share of what clients share.
    package let network: UInt64?
    private let block: UnsafeMutableRawPointer
    private let handler: LoadedHandler
    private let token: ringport_token
    private let response: HandlerResponse?
    private let onResult: OnResult?
    private let release: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?
    private let user: UnsafeMutableRawPointer?
    private var isDisowned = false

    /// Copies a write.
    ///
    /// - Parameters:
    ///   - write: valid during the call.
    ///   - sources: its statements, which are sound.
    ///   - response: what the client gets after the commit, if the handler prepared it.
    ///   - handler: whose write it is.
    ///   - token: the call that waits for it; 0 for none.
    ///   - network: the one that the call's client comes from.
    init(
        copying write: ringport_write,
        statements sources: UnsafeBufferPointer<ringport_statement>,
        response: HandlerResponse?,
        handler: LoadedHandler,
        token: ringport_token,
        network: UInt64?
    ) {
        var valueCount = 0
        var byteCount = 0
        var textsCount = 0
        for index in sources.indices {
            let values = unsafe sources[index].values
            valueCount += values.count
            // Most texts are kept once for all writes; those that a handler makes for one are not.
            unsafe textsCount += sources[index].sql.length
            for index in values.indices { unsafe byteCount += values[index].bytesCopied }
        }
        let valuesSize = unsafe valueCount * MemoryLayout<ringport_value>.stride
        let block = unsafe UnsafeMutableRawPointer.allocate(
            byteCount: valuesSize + byteCount,
            alignment: MemoryLayout<ringport_value>.alignment
        )
        // The values first, then their bytes: the sums above are the room for exactly that.
        let values = unsafe block.bindMemory(to: ringport_value.self, capacity: valueCount)
        var nextValue = 0
        var position = unsafe block + valuesSize
        statements = unsafe sources.map { source in
            let first = nextValue
            let sourceValues = unsafe source.values
            for index in sourceValues.indices {
                var value = unsafe sourceValues[index]
                let length = unsafe value.bytesCopied
                if length > 0, let bytes = unsafe value.bytes.bytes {
                    unsafe position.copyMemory(from: bytes, byteCount: length)
                }
                unsafe value.bytes.bytes = unsafe UnsafePointer(position.assumingMemoryBound(to: UInt8.self))
                unsafe position += length
                unsafe (values + nextValue).initialize(to: value)
                nextValue += 1
            }
            return unsafe DatabaseStatement(
                sql: handler.texts.text(source.sql),
                parameters: UnsafeBufferPointer(start: values + first, count: nextValue - first)
            )
        }
        size = valuesSize + byteCount + textsCount + (response?.bytes.count ?? 0)
        unsafe self.block = unsafe block
        self.handler = handler
        self.token = token
        self.network = network
        self.response = response
        unsafe onResult = unsafe write.on_result
        unsafe release = unsafe write.release
        unsafe user = unsafe write.user
    }

    deinit {
        // The store has bound and run the statements, or never will: nobody else knows the block.
        unsafe block.deallocate()
        if !isDisowned, let release = unsafe release { unsafe release(user) }
    }

    /// True while somebody waits for the end of the write; a write for nobody is always wanted.
    package var isWanted: Bool { token == 0 || handler.calls.isOpen(token) }

    /// The store did not take the write: `user` stays the handler's.
    func disown() {
        isDisowned = true
    }

    /// Says how the write ended.
    ///
    /// Called once; does not block.
    package func complete(_ result: Result<DatabaseCommit, DatabaseFailure>) {
        if case .success(let commit) = result, var response {
            response.insert(rowID: commit.rowID)
            handler.finish(token, .response(response))
        } else if unsafe onResult != nil {
            guard !handler.services.runOnPool(HandlerJob(write: self, result: result)) else { return }
            handler.finish(token, .failed(.poolBusy))
        } else if case .failure(let failure) = result {
            handler.log(.error, "a write was not stored: \(failure.message)")
            handler.finish(token, .failed(failure.kind.asHandlerFailure))
        } else if token != 0 {
            handler.finish(token, .failed(.noResponse))
        }
    }

    /// Tells the handler.
    ///
    /// Pool threads.
    func report(_ result: Result<DatabaseCommit, DatabaseFailure>) {
        guard let onResult = unsafe onResult else { return }
        var report = unsafe ringport_write_result()
        unsafe report.size = UInt32(MemoryLayout<ringport_write_result>.size)
        switch result {
        case .success(let commit):
            unsafe report.outcome = UInt32(RINGPORT_COMMITTED)
            unsafe report.rowid = commit.rowID
            unsafe report.changes = commit.changes
            unsafe onResult(user, token, &report)
        case .failure(let failure):
            unsafe report.outcome = failure.kind.rawValue
            var message = failure.message
            message.withUTF8 { bytes in
                unsafe report.message = ringport_slice(bytes: bytes.baseAddress, length: bytes.count)
                unsafe onResult(user, token, &report)
            }
        }
    }
}

extension DatabaseFailure.Kind {
    fileprivate var asHandlerFailure: HandlerFailure {
        switch self {
        case .unique, .notNull, .check, .foreignKey, .otherConstraint: .storeRefused
        case .busy: .storeBusy
        case .failed: .storeFailed
        case .filesTooLarge: .filesTooLarge
        case .filesFull: .filesFull
        }
    }
}

extension ringport_statement {
    var values: UnsafeBufferPointer<ringport_value> {
        unsafe UnsafeBufferPointer(start: parameters, count: parameters == nil ? 0 : parameters_count)
    }

    /// True when the pointers and kinds of a handler's statement can be used.
    var isSound: Bool {
        guard unsafe sql.bytes != nil, unsafe sql.length > 0 else { return false }
        guard unsafe parameters != nil || parameters_count == 0, unsafe (0...32_766).contains(parameters_count) else {
            return false
        }
        for index in unsafe values.indices {
            let value = unsafe values[index]
            guard unsafe value.kind <= UInt32(RINGPORT_BLOB), unsafe value.bytesCopied >= 0 else { return false }
            guard unsafe value.bytesCopied == 0 || value.bytes.bytes != nil else { return false }
        }
        return true
    }
}

extension ringport_value {
    /// The number of bytes that belong to the value.
    fileprivate var bytesCopied: Int {
        unsafe kind >= UInt32(RINGPORT_TEXT) ? bytes.length : 0
    }
}

/// `ringport_write.on_result`.
private typealias OnResult =
    @convention(c) (UnsafeMutableRawPointer?, ringport_token, UnsafePointer<ringport_write_result>?) -> Void
