/// The functions behind `ringport_host`, which a handler may call. Any thread, except where the header says otherwise.

internal import CHandlerABI
internal import Platform

extension LoadedHandler {
    static let ok = Int32(RINGPORT_OK)
    private static let unknownToken = Int32(RINGPORT_E_TOKEN)
    private static let badResponse = Int32(RINGPORT_E_RESPONSE)
    private static let badArgument = Int32(RINGPORT_E_ARGUMENT)
    private static let busy = Int32(RINGPORT_E_BUSY)
    private static let failed = Int32(RINGPORT_E_FAILED)

    /// The table for one handler.
    static func callbacks(context: UnsafeMutableRawPointer) -> ringport_host {
        var host = unsafe ringport_host()
        unsafe host.size = UInt32(MemoryLayout<ringport_host>.size)
        unsafe host.abi_minor = UInt32(RINGPORT_ABI_MINOR)
        unsafe host.context = unsafe context
        unsafe host.respond = { host, token, response in
            guard let handler = unsafe LoadedHandler.of(host), let response = unsafe response else {
                return LoadedHandler.badArgument
            }
            return unsafe handler.respond(token, response)
        }
        unsafe host.store = { host, token, write in
            guard let handler = unsafe LoadedHandler.of(host), let write = unsafe write else {
                return LoadedHandler.badArgument
            }
            return unsafe handler.store(token, write)
        }
        unsafe host.query = { host, statement, row, failed, user in
            guard let handler = unsafe LoadedHandler.of(host), let statement = unsafe statement, let row = unsafe row
            else { return LoadedHandler.badArgument }
            return unsafe handler.query(statement.pointee, DatabaseRows(row: row, user: user), failed, user)
        }
        unsafe host.write_file = { host, name, bytes in
            guard let handler = unsafe LoadedHandler.of(host) else { return LoadedHandler.badArgument }
            return unsafe handler.saveUpload(name, bytes)
        }
        unsafe host.log = { host, level, text in
            guard let handler = unsafe LoadedHandler.of(host) else { return }
            handler.log(HandlerLogLevel(rawValue: level) ?? .error, unsafe LoadedHandler.line(text))
        }
        return unsafe host
    }

    /// The handler that a table belongs to.
    ///
    /// The table lives as long as the process, and `context` is a handler's own retained pointer; a table that is too
    /// short is none of ours.
    private static func of(_ host: UnsafePointer<ringport_host>?) -> LoadedHandler? {
        guard let host = unsafe host, unsafe host.pointee.size == UInt32(MemoryLayout<ringport_host>.size),
            let context = unsafe host.pointee.context
        else { return nil }
        return unsafe Unmanaged<LoadedHandler>.fromOpaque(context).takeUnretainedValue()
    }

    // MARK: Answering

    private func respond(_ token: ringport_token, _ response: UnsafePointer<ringport_response>) -> Int32 {
        // Encoded before the call is taken, so that the lock is not held; for a late token that is work in vain, rarely.
        do throws(HandlerResponse.Refusal) {
            let encoded = try unsafe HandlerResponse(copying: response, forCommit: false)
            guard let call = calls.complete(token) else { return Self.unknownToken }
            call.finish(.response(encoded))
            return Self.ok
        } catch {
            return refuse(error, token)
        }
    }

    /// An impossible response is replaced by a 500, so that the client does not wait for what can't come.
    private func refuse(_ refusal: HandlerResponse.Refusal, _ token: ringport_token) -> Int32 {
        guard let call = calls.complete(token) else { return Self.unknownToken }
        log(.error, "an impossible response: \(refusal)")
        call.finish(.failed(.badResponse))
        return Self.badResponse
    }

    // MARK: The database

    private func store(_ token: ringport_token, _ write: UnsafePointer<ringport_write>) -> Int32 {
        guard let write = unsafe ringport_write(copying: write) else { return Self.badArgument }
        guard unsafe write.statements != nil, unsafe (1...100_000).contains(write.statements_count) else {
            return Self.badArgument
        }
        let statements = unsafe UnsafeBufferPointer(start: write.statements, count: Int(write.statements_count))
        guard unsafe statements.allSatisfy({ unsafe $0.isSound }), let files = unsafe Self.files(of: write) else {
            return Self.badArgument
        }
        let call = token == 0 ? nil : calls.find(token)
        guard token == 0 || call != nil else {
            // Counted like a late completion: it would have become one.
            _ = calls.complete(token)
            return Self.unknownToken
        }
        var response: HandlerResponse?
        if let prepared = unsafe write.response_when_committed {
            guard token != 0 else { return Self.badArgument }
            do throws(HandlerResponse.Refusal) {
                response = try unsafe HandlerResponse(copying: prepared, forCommit: true)
            } catch {
                return refuse(error, token)
            }
        }
        let copy = unsafe DatabaseWrite(
            copying: write,
            statements: statements,
            response: response,
            handler: self,
            token: token,
            network: call?.network
        )
        guard services.store(copy, files: files) else {
            copy.disown()
            return Self.busy
        }
        return Self.ok
    }

    private func query(
        _ statement: ringport_statement,
        _ rows: consuming DatabaseRows,
        _ failed: (@convention(c) (UnsafeMutableRawPointer?, ringport_slice) -> Void)?,
        _ user: UnsafeMutableRawPointer?
    ) -> Int32 {
        guard unsafe statement.isSound else { return Self.badArgument }
        do throws(DatabaseFailure) {
            let statement = unsafe DatabaseStatement(sql: texts.text(statement.sql), parameters: statement.values)
            try services.query(statement, rows: &rows)
            return Self.ok
        } catch {
            if let failed = unsafe failed {
                var message = error.message
                message.withUTF8 { bytes in
                    unsafe failed(user, ringport_slice(bytes: bytes.baseAddress, length: bytes.count))
                }
            }
            return error.kind == .busy ? Self.busy : Self.failed
        }
    }

    // MARK: Files and the log

    /// Copies the files of a write; `nil` when they can't be used.
    private static func files(of write: ringport_write) -> [DatabaseFile]? {
        guard unsafe write.files_count > 0 else { return [] }
        guard unsafe write.files != nil, unsafe write.files_count <= 100_000 else { return nil }
        var files: [DatabaseFile] = []
        var names: Set<String> = []
        let sources = unsafe UnsafeBufferPointer(start: write.files, count: write.files_count)
        for index in sources.indices {
            let file = unsafe sources[index]
            let name = unsafe UnsafeBufferPointer(file.name)
            guard unsafe isUploadName(name), unsafe file.bytes.length == 0 || file.bytes.bytes != nil else {
                return nil
            }
            let text = unsafe String(decoding: name, as: UTF8.self)
            guard names.insert(text).inserted else { return nil }
            files.append(unsafe DatabaseFile(name: text, bytes: Array(UnsafeBufferPointer(file.bytes))))
        }
        return files
    }

    private func saveUpload(_ name: ringport_slice, _ bytes: ringport_slice) -> Int32 {
        let name = unsafe UnsafeBufferPointer(name)
        guard unsafe Self.isUploadName(name) else { return Self.badArgument }
        let text = unsafe String(decoding: name, as: UTF8.self)
        do throws(SystemError) {
            try services.saveUpload(name: text, bytes: unsafe UnsafeBufferPointer(bytes).span)
            return Self.ok
        } catch {
            log(.error, "\(error)")
            return Self.failed
        }
    }

    /// One segment that begins with a letter or a digit: neither hidden, nor a path, nor `..`.
    private static func isUploadName(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard (1...128).contains(name.count) else { return false }
        for index in name.indices {
            switch unsafe name[index] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                continue
            case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): if index == 0 { return false }
            default: return false
            }
        }
        return true
    }

    /// A handler's text as one line: with its control bytes, it could forge lines of others.
    private static func line(_ text: ringport_slice) -> String {
        let bytes = unsafe UnsafeBufferPointer(text)
        let visible = unsafe bytes.map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: " ") : $0 }
        return String(decoding: visible, as: UTF8.self)
    }
}

extension ringport_write {
    /// A copy of a handler's write, without files where the handler was built before there were any.
    ///
    /// `nil` for one that is shorter than the first version's.
    fileprivate init?(copying source: UnsafePointer<ringport_write>) {
        // Up to `files`, which minor version 1 appended with its count.
        let filesSize = unsafe MemoryLayout<UnsafePointer<ringport_file>?>.size + MemoryLayout<Int>.size
        let first = unsafe MemoryLayout<ringport_write>.size - filesSize
        let size = unsafe Int(source.pointee.size)
        guard size >= first else { return nil }
        unsafe self.init()
        let count = unsafe size >= MemoryLayout<ringport_write>.size ? MemoryLayout<ringport_write>.size : first
        // As many bytes as the handler says that its struct has.
        unsafe withUnsafeMutableBytes(of: &self) { bytes in
            unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(start: source, count: count))
        }
    }
}
