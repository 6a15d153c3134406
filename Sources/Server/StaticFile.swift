/// Answers from the files of the site. On the completion worker.
///
/// A file that is in the cache is answered in the turn in which it is asked for; any other is opened and read on the ring
/// while the exchange waits. Every path is opened by the kernel's own rules beneath `www/` (see `CompletionPort`), so no
/// path is made safe here: what is decided here is only which names are served.
///
/// Next: ResponseEncoder.swift

internal import HTTP

extension CompletionWorker {
    // MARK: Answering

    /// Answers a request whose file is in the cache, at once.
    ///
    /// - Returns: false when the file is not there, or its body has to leave in parts.
    /// - Complexity: no allocation, no system call, no lock.
    @unsafe
    func answerFromCache(_ slot: UInt32, _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard head.method == .get || head.method == .head, head.form != .asterisk else { return false }
        let path = unsafe bytes.span.extracting(head.path)
        guard let file = findPlain(path), files[file].stage == .ready, !files[file].isMapped, !files[file].isHandled,
            let output = connections[slot].output
        else { return false }
        files[file].wasUsed = true
        let sent: FileAnswer
        if head.method == .get, !head.hasConditions, head.keepsAlive, head.version == .http11, !isDraining,
            Int(files[file].size) <= site.limits.inlineBodySizeMax
        {
            sent = FileAnswer(status: 200, range: 0..<files[file].size, sendsBody: true)
            files[file].setDate(clock)
            unsafe output.copy(files[file].wholeResponse)
        } else {
            sent = unsafe FileAnswer(head, bytes.span, files[file], status: 200, now: clock.second)
            write(sent, head, keepsAlive: head.keepsAlive && !isDraining, file, output)
        }
        connections[slot].state.answered()
        markDirty(slot)
        unsafe logAnswered(slot, head, bytes.span, status: sent.status, count: sent.bodyCount)
        return true
    }

    /// The entry for a path that needs no decoding.
    private func findPlain(_ path: Span<UInt8>) -> UInt32? {
        for index in path.indices where path[index] == UInt8(ascii: "%") { return nil }
        return files.find(path, hash: FileCache.hash(path))
    }

    /// Writes a response's head and, if it is in memory, its body.
    private func write(
        _ answer: FileAnswer,
        _ head: RequestHead,
        keepsAlive: Bool,
        _ file: UInt32,
        _ output: Output
    ) {
        output.write(site.limits.responseHeadSizeMax) { (span) throws(ResponseError) in
            try ResponseEncoder.write(answer, of: files[file], keepsAlive: keepsAlive, head.version, clock, into: &span)
        }
        guard answer.sendsBody, !files[file].isMapped else { return }
        let body = unsafe UnsafeRawBufferPointer(
            rebasing: files[file].body[Int(answer.range.lowerBound)..<Int(answer.range.upperBound)]
        )
        if body.count <= site.limits.inlineBodySizeMax {
            unsafe output.copy(body)
        } else {
            files.pin(file)
            unsafe output.append(body, owner: .file(file))
        }
    }

    /// Answers an exchange whose file is ready.
    func answerFile(_ exchange: UInt32, _ file: UInt32, status: UInt16, _ output: Output) {
        let head = exchanges[exchange].head
        let answer = unsafe FileAnswer(
            head,
            exchanges[exchange].headBytes.bytes.span,
            files[file],
            status: status,
            now: clock.second
        )
        files[file].wasUsed = true
        write(answer, head, keepsAlive: keepsAlive(exchange), file, output)
        exchanges[exchange].status = answer.status
        guard answer.sendsBody, files[file].isMapped else {
            exchanges[exchange].sent = answer.bodyCount
            return
        }
        exchanges[exchange].stage = .streaming
        exchanges[exchange].position = answer.range.lowerBound
        exchanges[exchange].end = answer.range.upperBound
        exchanges[exchange].residentEnd = files[file].resident(answer.range, second: clock.second)
    }

    // MARK: Finding

    /// Has the exchange's file found, loading it if it is not there yet.
    func findFile(_ exchange: UInt32) {
        let method = exchanges[exchange].head.method
        guard method == .get || method == .head else {
            return reply(exchange, .refusal(.notFound))
        }
        withDecodedPath(exchange) { _, path in
            if FileName.isServed(path) {
                awaitFile(exchange, path, status: 200)
            } else {
                awaitErrorPage(exchange)
            }
        }
    }

    /// Has the exchange answered by the site's page for what is not there.
    func awaitErrorPage(_ exchange: UInt32) {
        let name: StaticString = "/404.html"
        let bytes = unsafe UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        unsafe awaitFile(exchange, bytes.span, status: 404)
    }

    /// Has the exchange answered by a file.
    private func awaitFile(_ exchange: UInt32, _ name: Span<UInt8>, status: UInt16) {
        let hash = FileCache.hash(name)
        guard let file = files.find(name, hash: hash) ?? load(name, hash) else {
            return reply(exchange, .refusal(.filesFull))
        }
        guard files[file].stage != .ready else {
            files.pin(file)
            return reply(exchange, .file(file, status: status))
        }
        exchanges[exchange].stage = .waitingForFile
        exchanges[exchange].awaitedFile = file
        exchanges[exchange].awaitedStatus = status
        exchanges[exchange].nextWaiter = files[file].waiters
        files[file].waiters = exchange
    }

    /// The exchange's answer is known; it leaves when its turn comes.
    func reply(_ exchange: UInt32, _ reply: Exchange.Reply) {
        exchanges[exchange].reply = reply
        exchanges[exchange].stage = .ready
        exchanges[exchange].awaitedFile = noSlot
        advance(exchanges[exchange].connection)
    }

    /// The exchange's connection ends while a file is being loaded for it.
    func stopWaiting(_ exchange: UInt32) {
        let file = exchanges[exchange].awaitedFile
        var link = files[file].waiters
        if link == exchange {
            files[file].waiters = exchanges[exchange].nextWaiter
            return
        }
        while exchanges[link].nextWaiter != exchange { link = exchanges[link].nextWaiter }
        exchanges[link].nextWaiter = exchanges[exchange].nextWaiter
    }
}
