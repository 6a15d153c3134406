/// A started handler behind the C interface. Requests come on pool threads.

internal import CHandlerABI
internal import HTTPTypes

/// Calls a handler and turns what it returns, or throws, into what the C interface wants.
final class Exported: Sendable {
    private let handler: any Handler
    private let host: Host

    init(_ handler: any Handler, host: Host) {
        self.handler = handler
        self.host = host
    }

    /// Answers a request.
    ///
    /// - Parameters:
    ///   - request: valid during the call.
    ///   - token: names it.
    /// - Returns: `RINGPORT_DONE` and the like.
    func handle(_ request: UnsafePointer<ringport_request>, _ token: ringport_token) -> Int32 {
        let responder = Responder(host: host, token: token)
        do {
            switch try handler.handle(unsafe Request(request)) {
            case .respond(let response):
                responder.respond(response)
                return Int32(RINGPORT_DONE)
            case .store(let statements, let files, let response, let ifRefused):
                return store(statements, files, response, ifRefused, responder)
            case .later(let begin):
                begin(responder)
                return Int32(RINGPORT_PENDING)
            case .declined:
                return Int32(RINGPORT_DECLINED)
            }
        } catch {
            // The boundary: a Swift error of any type becomes a line of the log and a 500.
            host.log(.error, "\(error)")
            return Int32(RINGPORT_FAILED)
        }
    }

    // MARK: Storing

    /// The memory that a refused write needs; freed by `release`.
    private final class Refusing: Sendable {
        let host: Host
        let response: @Sendable (StoreRefusal) -> Response

        init(host: Host, response: @escaping @Sendable (StoreRefusal) -> Response) {
            self.host = host
            self.response = response
        }
    }

    private func store(
        _ statements: [Statement],
        _ files: [Upload],
        _ response: Response,
        _ ifRefused: (@Sendable (StoreRefusal) -> Response)?,
        _ responder: Responder
    ) -> Int32 {
        var write = unsafe ringport_write()
        unsafe write.size = UInt32(MemoryLayout<ringport_write>.size)
        unsafe write.statements_count = UInt32(statements.count)
        if let ifRefused {
            let refusing = Refusing(host: host, response: ifRefused)
            unsafe write.user = Unmanaged.passRetained(refusing).toOpaque()
            unsafe write.on_result = { user, token, result in
                guard let user = unsafe user, let result = unsafe result else { return }
                let refusing = unsafe Unmanaged<Refusing>.fromOpaque(user).takeUnretainedValue()
                let refusal = StoreRefusal(
                    reason: StoreRefusal.Reason(rawValue: unsafe result.pointee.outcome) ?? .failed,
                    message: unsafe String(result.pointee.message)
                )
                Responder(host: refusing.host, token: token).respond(refusing.response(refusal))
            }
            unsafe write.release = { user in
                guard let user = unsafe user else { return }
                unsafe Unmanaged<Refusing>.fromOpaque(user).release()
            }
        }
        let code = unsafe ABIStatements(statements).withStatements { statements in
            unsafe ABIResponse(response).withResponse { response in
                unsafe ABIFiles(files).withFiles { files in
                    unsafe write.statements = unsafe statements
                    unsafe write.response_when_committed = unsafe response
                    unsafe write.files = files.baseAddress
                    unsafe write.files_count = files.count
                    return unsafe host.table.pointee.store(host.table, responder.token, &write)
                }
            }
        }
        guard code != Int32(RINGPORT_OK) else { return Int32(RINGPORT_PENDING) }
        // Nothing was taken: `user` is still ours, and unless the token is spent the answer too.
        if let user = unsafe write.user { unsafe Unmanaged<Refusing>.fromOpaque(user).release() }
        switch code {
        case Int32(RINGPORT_E_TOKEN), Int32(RINGPORT_E_RESPONSE): return Int32(RINGPORT_DONE)
        default:
            let isBusy = code == Int32(RINGPORT_E_BUSY)
            let message = isBusy ? "too many writes wait" : "the statements, or the files, can't be used"
            let refusal = StoreRefusal(reason: isBusy ? .busy : .failed, message: message)
            responder.respond(ifRefused?(refusal) ?? .text("Try again later.\n", status: .serviceUnavailable))
            return Int32(RINGPORT_DONE)
        }
    }
}
