/// Answers from the files of the site. On the completion worker.
///
/// A file that is in the cache is answered in the turn in which it is asked for; any other is opened and read on the ring
/// while the exchange waits. Every path is opened by the kernel's own rules beneath `www/` (see `CompletionPort`), so no
/// path is made safe here: what is decided here is only which names are served.
///
/// Next: ResponseEncoder.swift

internal import CompletionPort
internal import HTTP

extension CompletionWorker {
    // MARK: Answering

    /// Answers a request whose file is in the cache, at once.
    ///
    /// - Returns: false when the file is not there, or its body has to leave in parts.
    /// - Complexity: no allocation, no system call, no lock.
    @unsafe
    func answerFromCache(_ slot: ConnectionSlot, _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let isGet: Bool
        switch (head.method, head.form) {
        case (_, .asterisk): return false
        case (.get, _): isGet = true
        case (.head, _): isGet = false
        default: return false
        }
        let key = unsafe FileKey(policy: policyIndex(bytes.span.extracting(head.authority.bounds)))
        guard let named = unsafe findPlain(bytes.span.extracting(head.path.bounds), key),
            mayAnswerAtOnce(named, head),
            case .ready(let file) = unsafe representation(of: named, head, bytes.span, mayWait: true),
            let output = connections[slot].output
        else { return false }
        let entry = unsafe files.place(file)
        guard unsafe !entry.pointee.isMapped else { return false }
        unsafe entry.pointee.wasUsed = true
        let sent: FileAnswer
        if isGet, !head.hasConditions, head.keepsAlive, case .http11 = head.version, !isDraining,
            unsafe Int(entry.pointee.size) <= site.limits.inlineBodySizeMax
        {
            sent = unsafe FileAnswer(status: 200, range: 0..<entry.pointee.size, sendsBody: true)
            unsafe entry.pointee.setDate(clock)
            unsafe output.copy(entry.pointee.wholeResponse)
        } else {
            sent = unsafe FileAnswer(head, bytes.span, files[file], status: 200, now: clock.wall)
            // Refusals are made of an exchange: no cache keeps them, and they may be problem details.
            guard !sent.isMultipart, sent.refusal == nil else { return false }
            let persistence = Persistence(keepsAlive: head.keepsAlive && !isDraining, version: head.version)
            output.write(site.limits.responseHeadSizeMax) { (span) throws(ResponseError) in
                try ResponseEncoder.write(sent, of: files[file], persistence, clock, into: &span)
            }
            writeBody(sent, file, output)
        }
        connections[slot].state.answered()
        markDirty(slot)
        unsafe logAnswered(slot, head, bytes.span, status: sent.status, count: sent.bodyCount)
        return true
    }

    /// True when no rule is to be asked about the file, and the request's fields don't matter.
    @inline(__always)
    private func mayAnswerAtOnce(_ file: FileSlot, _ head: RequestHead) -> Bool {
        let entry = unsafe files.place(file)
        return unsafe entry.pointee.stage == .ready && !entry.pointee.isGoverned
            && !(entry.pointee.variesByOrigin && head.has(.origin))
    }

    /// The index of the policy for an authority.
    @inline(__always)
    private func policyIndex(_ authority: Span<UInt8>) -> Int {
        if hasOneSite { return 0 }
        // One reference is counted here, and not each table of names.
        let version = version
        return version.site.hosts.policy(authority)
    }

    /// The entry for a path that needs no decoding.
    private func findPlain(_ path: Span<UInt8>, _ key: FileKey) -> FileSlot? {
        for index in path.indices where path[index] == UInt8(ascii: "%") { return nil }
        return files.find(path, key)
    }

    /// Writes a response's body if it is in memory.
    private func writeBody(_ answer: FileAnswer, _ file: FileSlot, _ output: Output) {
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
    func answerFile(_ exchange: ExchangeSlot, _ file: FileSlot, status: UInt16, _ output: Output) {
        let answer = unsafe FileAnswer(
            exchanges[exchange].head,
            exchanges[exchange].headBytes.bytes.span,
            files[file],
            status: status,
            now: clock.wall
        )
        files[file].wasUsed = true
        if let reason = answer.refusal, refusalShape(exchange) == .problem {
            var refusal = refusal(reason, exchange)
            if reason == .rangeNotSatisfiable { refusal.sizeOfFile = files[file].size }
            refusal.varying.formUnion(files[file].varying)
            return answerRefusal(exchange, refusal, output)
        }
        let persistence = persistence(exchange)
        let lines = lines(exchange, of: file, answer.status)
        let moreLines = crossOriginLines(exchange)
        if answer.isMultipart { exchanges[exchange].stream.beginRanges(boundary: .random(in: 0 ... .max)) }
        let ranges = answer.isMultipart ? byteRanges(exchange, file) : nil
        output.write(site.limits.responseHeadSizeMax + moreLines.count) { (span) throws(ResponseError) in
            try ResponseEncoder.write(
                answer,
                of: files[file],
                ranges: ranges,
                lines: lines,
                moreLines: moreLines,
                persistence,
                clock,
                into: &span
            )
        }
        if ranges == nil { writeBody(answer, file, output) }
        exchanges[exchange].status = answer.status
        if let ranges {
            exchanges[exchange].state = .streaming
            // What is not of the file; the rest is counted as it leaves.
            exchanges[exchange].sent = files[file].withLines { content, _ in ranges.framingSize(typeLine: content) }
            return
        }
        guard answer.sendsBody, files[file].isMapped else {
            exchanges[exchange].sent = answer.bodyCount
            return
        }
        exchanges[exchange].state = .streaming
        beginRange(exchange, answer.range, of: file)
        if answer.bodyCount > site.limits.sliceSize { beginFreeSending(exchanges[exchange].connection) }
    }

    /// The configured lines of an exchange's answer, where they are others than the file has; `nil` where they are its own.
    ///
    /// For how long a page may be kept is said of the page, not of the failure that it tells of. What the file may say to all
    /// is not said to caches where the address is guarded.
    private func lines(_ exchange: ExchangeSlot, of file: FileSlot, _ status: UInt16) -> [UInt8]? {
        if status >= 400 { return ownLines(exchange, status) }
        guard isPrivate(exchange) else { return nil }
        return files[file].withLines { _, others in Caching.madePrivate(others) }
    }

    /// True when the kernel is to send the rest of a file from its page cache: with few bytes two more calls cost more
    /// than the copy.
    func maySendPages(_ exchange: ExchangeSlot, _ file: FileSlot) -> Bool {
        files[file].keepsDescriptor && !connections[exchanges[exchange].connection].socket.isDirect
            && exchanges[exchange].stream.rest > UInt64(site.limits.residentFileSizeMax)
    }

    // MARK: Finding

    /// Has the exchange's file found, loading it if it is not there yet.
    func findFile(_ exchange: ExchangeSlot) {
        let method = exchanges[exchange].head.method
        guard method == .get || method == .head else {
            return reply(exchange, .refusal(.notFound))
        }
        let names = policy(exchange).names
        withPath(exchange) { path in
            if names.areServed(path) {
                awaitFile(exchange, path, status: 200)
            } else {
                awaitErrorPage(exchange, .notFound)
            }
        }
    }

    /// Nothing is at the exchange's address: a list of its folder answers, the site's fallback, the built-in page that thanks
    /// for a form, or the page that says so.
    func answerMissing(_ exchange: ExchangeSlot) {
        let policy = policy(exchange)
        if policy.listing, !exchanges[exchange].isListed, withPath(exchange, { $0[$0.count - 1] == UInt8(ascii: "/") })
        {
            exchanges[exchange].isListed = true
            return readFolder(exchange)
        }
        let fallback = policy.fallback
        // A script or a picture that is missing is missing: a page in its place would only hide that.
        if !fallback.isEmpty, !exchanges[exchange].fellBack, withPath(exchange, { !FileNames.hasExtension($0) }) {
            exchanges[exchange].fellBack = true
            return awaitFile(exchange, fallback.span, status: 200)
        }
        if let page = thanks(exchange) { return reply(exchange, page) }
        awaitErrorPage(exchange, .notFound)
    }

    /// The built-in page that thanks for a form, where it is what the exchange asks for.
    private func thanks(_ exchange: ExchangeSlot) -> Exchange.Reply? {
        let policy = policy(exchange)
        let head = exchanges[exchange].head
        let bytes = unsafe exchanges[exchange].headBytes.bytes
        let realm = exchanges[exchange].realm
        return withPath(exchange) { path in
            unsafe site.thanks.answer(head, in: bytes.span, path: path, realm: realm, policy)
        }
    }

    /// Has the exchange answered by the site's page for a failure, `404.html` or `50x.html`, if there is one and its client
    /// wants a page.
    func awaitErrorPage(_ exchange: ExchangeSlot, _ reason: Reason) {
        let name: StaticString = reason.status == 404 ? "/404.html" : "/50x.html"
        let bytes = unsafe UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        exchanges[exchange].reason = reason
        guard refusalShape(exchange) == .page else { return reply(exchange, .refusal(reason)) }
        unsafe awaitFile(exchange, bytes.span, status: reason.status)
    }

    /// Has the exchange answered by a file.
    func awaitFile(_ exchange: ExchangeSlot, _ name: Span<UInt8>, status: UInt16) {
        exchanges[exchange].awaitedStatus = status
        let version = exchanges[exchange].version
        let key = FileKey(policy: Int(exchanges[exchange].policy))
        // Files that are listed are of the current version.
        let listed = version === self.version ? files.find(name, key) : nil
        // What is not kept is loaded for each request, and would wait in memory for those before it.
        guard listed != nil || connections[exchanges[exchange].connection].firstExchange == exchange else {
            return awaitTurn(exchange)
        }
        guard let file = listed ?? load(name, key, version, isErrorPage: status != 200) else {
            return awaitEntry(exchange)
        }
        switch files[file].stage {
        case .ready: deliver(exchange, file)
        case .absent: if !askAbsent(exchange, file, .missing) { missed(exchange) }
        case .opening, .reading, .naming, .looking, .making: wait(exchange, for: file)
        }
    }

    /// Lets the exchange wait until an entry is loaded.
    private func wait(_ exchange: ExchangeSlot, for file: FileSlot) {
        exchanges[exchange].state = .waitingForFile(file)
        exchanges[exchange].nextWaiter = files[file].waiters
        files[file].waiters = exchange
    }

    /// The file that was awaited is not there.
    func missed(_ exchange: ExchangeSlot) {
        guard exchanges[exchange].awaitedStatus != 200 else { return answerMissing(exchange) }
        reply(exchange, .refusal(exchanges[exchange].reason ?? .notFound))
    }

    /// Answers the exchange with the representation of a file that suits its client.
    func deliver(_ exchange: ExchangeSlot, _ file: FileSlot) {
        let status = exchanges[exchange].awaitedStatus
        let realm = files[file].realm
        if realm >= 0, realm != exchanges[exchange].realm || !exchanges[exchange].isAuthorised {
            // A failure is said in the server's own words to whom its page may not be shown.
            guard status == 200 else { return reply(exchange, .refusal(exchanges[exchange].reason ?? .notFound)) }
            return ask(exchange, realm: realm)
        }
        let head = exchanges[exchange].head
        // Once for each coding at most: with a cache that is too small, what was looked for may be dropped each time.
        let mayWait = Int(exchanges[exchange].variantWaits) < ContentCoding.allCases.count
        let bytes = unsafe exchanges[exchange].headBytes.bytes
        switch unsafe representation(of: file, head, bytes.span, mayWait: mayWait) {
        case .ready(let representation):
            files.pin(representation)
            reply(exchange, .file(representation, status: status))
        case .awaited(let representation):
            // Who refuses the file as it is may wait any number of times.
            if mayWait { exchanges[exchange].variantWaits += 1 }
            wait(exchange, for: representation)
        case .unacceptable:
            // A failure stays what it is, and is said in the server's own words.
            reply(exchange, .refusal(status == 200 ? .notAcceptable : exchanges[exchange].reason ?? .notFound))
        }
    }

    /// Asks for the password of the file that was found: its address is not guarded, or is by another realm.
    ///
    /// The way to it is gone once more: no handler wanted the request, and the fallback or a list may be what it found.
    func ask(_ exchange: ExchangeSlot, realm: Int) {
        exchanges[exchange].realm = realm
        exchanges[exchange].isAuthorised = false
        exchanges[exchange].route = -1
        exchanges[exchange].fellBack = false
        exchanges[exchange].isListed = false
        authorise(exchange)
    }

    /// The exchange's answer is known; it leaves when its turn comes.
    func reply(_ exchange: ExchangeSlot, _ reply: Exchange.Reply) {
        if case .refusal(let reason) = reply, reason.hasPage, exchanges[exchange].reason == nil {
            return awaitErrorPage(exchange, reason)
        }
        exchanges[exchange].reply = reply
        exchanges[exchange].state = .ready
        if case .handler = reply { recount(exchange) }
        advance(exchanges[exchange].connection)
    }

    /// The exchange's connection ends while a file is being loaded for it.
    func stopWaiting(_ exchange: ExchangeSlot) {
        guard case .waitingForFile(let file) = exchanges[exchange].state else { return }
        var link = files[file].waiters
        if link == exchange {
            files[file].waiters = exchanges[exchange].nextWaiter
            return
        }
        while exchanges[link].nextWaiter != exchange { link = exchanges[link].nextWaiter }
        exchanges[link].nextWaiter = exchanges[exchange].nextWaiter
    }
}
